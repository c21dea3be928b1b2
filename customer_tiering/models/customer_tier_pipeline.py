import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from psycopg2.extensions import TransactionRollbackError

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from .. import fact_sources, return_events, rules_known, scopes
from ..correction_history import CorrectionHistory
from ..grading.policy import ORDERED
from ..switches import SWIFT
from ..tools import error_text

_logger = logging.getLogger(__name__)

# Any constant: names our advisory locks among those of others.
LOCK_CLASS = 19057
# No order is dated later; calendars of other parts of the system end soon after.
LAST_DAY = date(2200, 1, 1)


@dataclass
class Tally:
    """What grading some customers came to.

    ``counts`` has ``customers, written, first, up, down, switch, out, correction`` and, of those
    who wait for approval, ``asked_up`` and ``asked_down``, and ``stage``, who changed stage;
    ``matrix`` counts customers by (tier id before, tier id after), 0 for none; ``errors`` are dicts
    of ``message`` and ``partner_id``, ``program_id`` or ``metric_id``; ``spreads`` has a ``Spread``
    per programme id; ``replay`` counts moves by (month, reason), see ``grading.replay``;
    ``last_event`` is the id of the last message before any that this may have queued, None where it
    queued none.
    """

    counts: Counter = field(default_factory=Counter)
    matrix: Counter = field(default_factory=Counter)
    errors: list = field(default_factory=list)
    spreads: dict = field(default_factory=dict)
    replay: Counter = field(default_factory=Counter)
    last_event: int | None = None

    def add(self, other):
        known = [last for last in (self.last_event, other.last_event) if last is not None]
        self.last_event = min(known, default=None)
        self.counts.update(other.counts)
        self.matrix.update(other.matrix)
        self.errors.extend(other.errors)
        self.replay.update(other.replay)
        for program_id, spread in other.spreads.items():
            known = self.spreads.get(program_id)
            self.spreads[program_id] = known.merge(spread) if known else spread


class Rules(dict):
    """Programme → its rules as ``policy.Program``, or None where they cannot be read; ``metrics``:
    the ids of all that they measure, None where that is still to be asked."""

    metrics = None


@dataclass
class Known:
    """What records tell about the customers of a scope, for all programmes.

    ``orders`` and ``lines``: frames by basis, as ``_orders`` and ``_lines`` of
    ``customer.tier.gather`` give them; ``given``: values by metric id, as metrics give them;
    ``payments``: as its ``_payments`` gives them; ``origins``: ``entry.Origins``; ``errors``: as
    those of :class:`Tally`.
    """

    orders: dict
    lines: dict
    given: dict
    payments: object
    origins: object
    errors: list


class _Broken(Exception):
    """Rules of a programme cannot be read."""


class CustomerTierPipeline(models.AbstractModel):
    """Grades the customers of one scope: gather → grade → store. Everything that grades comes
    through here: the nightly run, one customer after an order, and simulations, which stop before
    store.
    """

    _name = "customer.tier.pipeline"
    _description = "Customer Grading Pipeline"

    def _lock(self, company, shared=False):
        """Let one transaction at a time grade a company.

        :param shared: beside others that say so, whose customers must not be the same
        :return: False when another one is at it
        """
        lock = SQL.identifier(f"pg_try_advisory_xact_lock{'_shared' if shared else ''}")
        self.env.cr.execute(SQL("SELECT %s(%s, %s)", lock, LOCK_CLASS, company.id))
        return self.env.cr.fetchone()[0]

    def _lock_or_refuse(self, company):
        """Let this transaction grade a company, for somebody who is there to be told otherwise.

        :raise UserError: when another one is at it
        """
        if not self._lock(company):
            raise UserError(
                self.env._(
                    "The customers of %s are being graded right now. Try again in a minute.",
                    company.name,
                )
            )

    def _grade(
        self, company, as_of, scope, store=True, run_id=None, cuts=None, days=None, known=None
    ):
        """Grade a scope; when something in it breaks, everybody else in it all the same.

        :param scope: see ``customer.tier.gather``
        :param cuts: where shares of the best begin, instead of what was measured last
        :param days: days to replay instead, from a customer's first order on; nothing is stored
        :param known: :class:`Known` of the scope, where it was read before
        :return: :class:`Tally`
        """
        self._check_libraries()
        arguments = {
            "company": company,
            "as_of": as_of,
            "store": store,
            "run_id": run_id,
            "cuts": cuts,
            "days": days,
        }
        tally, last = self._grade_whole(scope, arguments, known), None
        # A run lets its events go when it ends.
        if store and not run_id:
            last = tally.last_event
        if last is not None:
            Event = self.env["customer.tier.event"]
            if Event._last_id() > last:
                Event._settle(company, SQL("id > %s", last))
        return tally

    def _grade_few(self, company, as_of, customers):
        """Grade some customers by their ids.

        :return: :class:`Tally`
        """
        few = SWIFT.on(self) if len(customers) <= scopes.FEW else self
        return few._grade(company, as_of, self.env["customer.tier.gather"]._scope_of(customers))

    def _check_libraries(self):
        """No customer is to blame where nobody can be graded.

        :raise UserError: where Python lacks what grading computes with
        """
        try:
            import numpy  # noqa: F401
            import pandas  # noqa: F401
        except ImportError as error:
            raise UserError(
                self.env._(
                    "Nobody can be graded, because a Python library is missing on the server: "
                    "%s. Have it installed (pip install pandas), and start the server again. "
                    "Customers who wait to be graded go on waiting.",
                    error,
                )
            ) from error

    def _grade_whole(self, scope, arguments, known=None):
        """Grade a scope at once, or when something in it breaks, by halves."""
        try:
            with self.env.cr.savepoint():
                return self._grade_scope(scope, **arguments, known=known)
        except Exception as error:
            self._reraise_if_transaction_is_lost(error)
            if SWIFT.is_on(self.env):
                return SWIFT.off(self)._grade_whole(scope, arguments)
            _logger.exception("A chunk could not be graded; looking for the customer behind it")
        self.env.cr.execute(
            SQL(
                "SELECT p.id FROM res_partner p WHERE p.commercial_partner_id = p.id AND %s "
                "ORDER BY p.id",
                scope(SQL("p.commercial_partner_id")),
            )
        )
        return self._grade_halves([id_ for (id_,) in self.env.cr.fetchall()], arguments)

    def _grade_halves(self, partner_ids, arguments):
        """Grade customers by ever smaller halves, so that only the broken ones are left out."""
        middle = (len(partner_ids) + 1) // 2
        tally = Tally()
        for half in filter(None, (partner_ids[:middle], partner_ids[middle:])):
            try:
                with self.env.cr.savepoint():
                    scope = self.env["customer.tier.gather"]._scope_of(half)
                    tally.add(self._grade_scope(scope, **arguments))
            except Exception as error:
                self._reraise_if_transaction_is_lost(error)
                if len(half) > 1:
                    tally.add(self._grade_halves(half, arguments))
                else:
                    tally.errors.append({"partner_id": half[0], "message": error_text(error)})
        return tally

    def _reraise_if_transaction_is_lost(self, error):
        """Let go what no customer is to blame for. Somebody else was faster: the whole transaction
        is tried again by its caller. The server is gone: nothing can be asked any more."""
        if isinstance(error, TransactionRollbackError) or self.env.cr.closed:
            raise error

    def _grade_scope(self, scope, company, as_of, store, run_id, cuts, days, known=None):
        import numpy as np

        from ..grading.next_look import kept, next_looks
        from ..grading.pipeline import grade
        from ..grading.settle import settle
        from ..grading.spread import Spread

        tally = Tally()
        # Grading reads by SQL, so what this transaction still holds back must be written first.
        self.env.flush_all()
        policies = self._policies(company, cuts, tally)
        run = self.env["customer.tier.run"].browse(run_id or ())
        watch = self.env["customer.tier.due"]._watch(run, scope, tally.errors) if store else None
        first = min(days) if days else as_of
        facts, previous, left = self._gather(
            company, as_of, scope, policies, tally, first, known=known
        )
        if days:
            return self._replay(facts, policies, days, tally)
        frames = {}
        for program, its_facts in facts.items():
            graded = grade(its_facts, policies[program], as_of)
            policy = policies[program]
            footing = CorrectionHistory(self.env).footing(
                program, policy, its_facts, graded, previous, as_of
            )
            settled = settle(
                graded,
                previous,
                policy,
                as_of,
                bool(program.first_graded_on),
                footing,
                alone=not run_id,
            )
            looks = kept(next_looks(its_facts, policy, settled, previous, as_of, footing))
            # Those about whom somebody may have been asked.
            asked = previous.index[~np.isnan(previous["asked"].to_numpy())]
            looks["asking"] = settled.index.isin(asked)
            frames[program] = self._check_finite(settled.assign(**looks), tally)
        moves = self._moves(frames.values(), left)
        self._count(moves, frames, policies, tally)
        if store and run_id:
            tally.spreads = {p.id: Spread.of(frame, policies[p]) for p, frame in frames.items()}
        if store:
            if self._may_tell(moves, frames):
                tally.last_event = self.env["customer.tier.event"]._last_id()
            tally.counts["written"] += self._store(
                company, as_of, run_id, frames, policies, moves, left, watch
            )
        return tally

    def _may_tell(self, moves, frames):
        """Whether storing may queue messages; the arguments are as in :meth:`_store`."""
        if self.env["customer.tier.store"]._tells_history(moves):
            return True
        return any(frame["notice"].any() for frame in frames.values())

    def _foreseen_tiers(self, program, as_of=None):
        """Tiers that the customers of a programme would get; nothing is stored.

        :param as_of: the day to grade as of; None for today
        :return: pandas Series, tier id (0 for none) per customer
        """
        from ..grading.pipeline import grade
        from ..grading.settle import settle

        self.env.flush_all()
        company, tally = program.company_id, Tally()
        day = as_of or self.env["customer.tier.gather"]._today(company)
        policies = self._policies(company, None, tally)
        everybody = partial(SQL, "%s IS NOT NULL")
        facts, previous, _left = self._gather(company, day, everybody, policies, tally, day)
        policy = policies[program]
        return settle(grade(facts[program], policy, day), previous, policy, day)["tier"]

    def _check_finite(self, frame, tally):
        """Leave out customers with an infinite figure, or no amount, and name them; they keep what
        they have. A single number that is none makes the totals of all lists none, and browsers
        cannot read it at all.

        :param frame: graded customers of one programme, as ``settle`` returns them
        """
        import numpy as np

        names = [name for name in frame if name.startswith("metric:")]
        numbers = np.column_stack([frame[name] for name in names])
        bad = np.isinf(numbers) | np.isnan(numbers) & (np.array(names) == "metric:amount")
        customers = bad.any(axis=1)
        if not customers.any():
            return frame
        figures = frame[names]
        Metric = self.env["customer.tier.metric"].with_context(active_test=False)
        codes = {name.split(":", 1)[1] for name in figures.columns[bad.any(axis=0)]}
        names = {metric.code: metric.name for metric in Metric.search([("code", "in", [*codes])])}
        for customer, row in zip(figures.index[customers], bad[customers], strict=True):
            code = figures.columns[row][0].split(":", 1)[1]
            message = self.env._("“%s” is not a number.", names.get(code, code))
            tally.errors.append({"partner_id": int(customer), "message": message})
        return frame[~customers]

    def _count(self, moves, frames, policies, tally):
        """Add up what became of the customers; the arguments are as in :meth:`_store`."""
        from ..grading.settle import asked

        before, tier = moves["before"].to_numpy(), moves["tier"].to_numpy()
        tally.matrix.update(zip(before.tolist(), tier.tolist(), strict=True))
        moved = moves[before != tier] if (before != tier).any() else moves[:0]
        directions = moved["direction"].mask(moved["corrected"] > 0, "correction")
        tally.counts.update(directions.tolist())
        tally.counts["customers"] += sum(map(len, frames.values()))
        tally.counts["stage"] += int(
            self.env["customer.tier.store"]._lifecycle_changed(moves).sum()
        )
        for program, frame in frames.items():
            tally.counts.update(asked(frame, policies[program]))

    def _store(self, company, as_of, run_id, frames, policies, moves, left, watch=None):
        """Store standings, history and what is told about it.

        :param frames: dict programme → frame of its customers, as ``settle`` returns it
        :param moves: see :meth:`_moves`
        :param left: see :meth:`_left`
        :param watch: see ``customer.tier.due._watch``
        :return: how many standings have anything new
        """
        saver = self.env["customer.tier.store"]
        tells = saver._tells_history(moves)
        last_change = tells and saver._last_change()
        written = 0
        for program, frame in frames.items():
            written += saver._save(company, frame, as_of, policies[program], run_id, watch)
        if watch:
            for customer in watch.left_out(left.index):
                watch.add(customer, self.env._("No programme selects the customer any more."))
        if tells:
            # The history of who leaves quotes the last standing, so it is written before that goes.
            saver._save_changes(company, moves, as_of, run_id)
        ends = [*frames.values(), left]
        saver._expire(company, [frame[frame["expired"] > 0].index for frame in ends])
        absent = left[left["absent"]].index.tolist()
        there = left[~left["absent"]]
        saver._release(company, there.index.tolist(), there.index[there["after"] > 0].tolist())
        saver._release_absent(company, absent)
        asked = any(frame["asking"].any() or frame["notice"].any() for frame in frames.values())
        if written or tells or asked or len(left):
            self.env.invalidate_all(flush=False)
        if tells and saver._last_change() > last_change:
            saver._enqueue(company, last_change)
            if (moves["corrected"] > 0).any():
                self.env["customer.tier.event"]._withdraw(last_change)
        return written

    def _replay(self, facts, policies, days, tally):
        """Count what would have happened on some days; the facts are read once for all of them."""
        from ..grading.replay import by_month, replay, reversals

        for program, its_facts in facts.items():
            moves = replay(its_facts, policies[program], days)
            tally.replay.update(by_month(moves))
            tally.counts.update(moves["reason"].tolist())
            tally.counts["reversals"] += reversals(moves)
            tally.counts["customers"] += len(its_facts.customers)
        return tally

    def _gather(self, company, as_of, scope, policies, tally, first, only_tiers=False, known=None):
        """Facts per programme; a customer belongs to the first one that selects it.

        :param first: the first day that is graded
        :param only_tiers: without what tells nothing about tiers, see ``grading.pipeline.grade``
        :param known: :class:`Known` of the scope, where it was read before
        :return: (dict programme → facts; previous standings; those of them that no programme
            selects any more, see ``_left``)
        """
        import numpy as np

        gather = self.env["customer.tier.gather"]
        previous, scope = gather._previous(company, scope)
        known = known or self._read(company, as_of, scope, policies, first, only_tiers)
        orders, lines, payments, origins = known.orders, known.lines, known.payments, known.origins
        tally.errors += known.errors
        metrics = self.env["customer.tier.metric"].sudo().browse(known.given)
        given = dict(zip(metrics, known.given.values(), strict=True))
        known_orders = {basis: gather._known_by(rows, as_of) for basis, rows in orders.items()}
        seen = previous.index.to_numpy()
        for bought in known_orders.values():
            seen = np.union1d(seen, gather._seen(bought, given))
        taken = np.array([], dtype=np.int64)
        facts = {}
        for program, policy in policies.items():
            # So is a contact who came in a way that a rule knows.
            entries = policy.entries if policy else ()
            fitting = list(origins.first_fit(entries, origins.people))
            selected = self._select(program, scope, np.union1d(seen, fitting), tally)
            if policy and selected is not None:
                customers = np.setdiff1d(selected, taken)
                entry = gather._entry(customers, entries, origins)
                bought, products = orders[policy.basis], lines[policy.basis]
                since = gather._since(customers, known_orders[policy.basis], company)
                its = gather._facts(customers, bought, products, given, entry, payments, since)
                facts[program], errors = gather._in_years(its, program, as_of, scope)
                tally.errors += [{"metric_id": m.id, "message": e} for m, e in errors.items()]
            else:
                # The customers of a broken programme keep what they have.
                customers = previous.index[previous["program"] == program.id].to_numpy()
            taken = np.union1d(taken, customers)
        rest = previous[~previous.index.isin(taken)]
        return facts, previous, self._left(company, rest, as_of)

    def _read(self, company, as_of, scope, policies, first, only_tiers=False):
        """What records tell about the customers of a scope; the arguments are as in
        :meth:`_gather`.

        :return: :class:`Known`
        """
        from ..grading.metrics import lines_start

        gather = self.env["customer.tier.gather"]
        metrics = self._metrics_of(policies)
        after = lines_start(filter(None, policies.values()), first)
        bases = sorted({policy.basis for policy in policies.values() if policy}) or [ORDERED]
        measures = gather._line_measures(metrics)
        scope = fact_sources.with_refunds(gather, company, scope)
        orders, lines = {}, {}
        for basis in bases:
            # What is dated later does not count, but tells from when on it will.
            events = return_events.read(gather, company, LAST_DAY, scope, basis, measures)
            orders[basis] = gather._orders(company, LAST_DAY, scope, basis, events)
            lines[basis] = None
            if measures:
                lines[basis] = gather._lines(company, as_of, scope, measures, after, basis, events)
        given, errors = gather._given_for(metrics, company, as_of, scope)
        credit = next((policy.credit for policy in policies.values() if policy), None)
        payments = None
        if not only_tiers or "payment" in metrics.mapped("kind"):
            payments = gather._payments(
                company, as_of, scope, credit or company._customer_credit_policy(), first
            )
        return Known(
            orders,
            lines,
            {metric.id: values for metric, values in given.items()},
            payments,
            gather._origins(company, as_of, scope, policies.values(), given),
            [{"metric_id": m.id, "message": text} for m, text in errors.items()],
        )

    def _reading(self, company, as_of, scope, cuts, days):
        """Function of an environment that reads :class:`Known` of a scope there, by the rules and
        with the rights that hold here; the arguments are as in :meth:`_grade`.

        The function fails where a metric cannot be read, which may be so there alone: a connection
        of its own waits for locks of its own.
        """
        rules = [(p.id, policy) for p, policy in self._policies(company, cuts, Tally()).items()]
        company_id, first, su = company.id, min(days) if days else as_of, self.env.su

        def read(env):
            env = env(su=su)
            Program, Company = env["customer.tier.program"], env["res.company"]
            policies = {Program.browse(id_): policy for id_, policy in rules}
            known = env["customer.tier.pipeline"]._read(
                Company.browse(company_id), as_of, scope, policies, first
            )
            if known.errors:
                raise UserError(known.errors[0]["message"])
            return known

        return read

    def _left(self, company, previous, as_of):
        """Those whom no programme selects and who have something to lose: the computed tier, or
        one that was set by hand and is over. ``after`` is the tier that stays, ``expired`` as in
        ``grading.settle``, ``absent`` is who cannot be a customer at present."""
        from ..grading.settle import ended

        if previous.empty:
            return previous.assign(after=0, expired=0, absent=False)
        over = ended(previous, as_of)
        there = self._customers_still(company, previous.index)
        stays = ~over & there
        left = previous.assign(
            after=previous["manual"].where(stays, 0), expired=over.astype(int), absent=~there
        )
        return left[(left["program"] > 0) | over | (left["tier"] != left["after"])]

    def _customers_still(self, company, index):
        """Who can be a customer of a company, as booleans along an index of partners."""
        gradable = self.env["customer.tier.gather"]._gradable_condition(company, SQL("p"))
        self.env.cr.execute(
            SQL(
                "SELECT p.id FROM res_partner p WHERE p.id = ANY(%s) AND %s",
                index.tolist(),
                gradable,
            )
        )
        return index.isin([id_ for (id_,) in self.env.cr.fetchall()])

    def _policies(self, company, cuts, tally):
        """The rules of a company's programmes in the order in which these select customers.

        :return: :class:`Rules`
        """
        Program = self.env["customer.tier.program"]
        known = None if cuts else self._known_rules(company)
        if known is not None:
            return known
        # Of several, those that can be read.
        programs = Program._for_company(company)
        return Rules((program, self._policy(program, cuts, tally)) for program in programs)

    def _metrics_of(self, policies):
        """The records of all that some rules measure.

        :param policies: dict programme → ``policy.Program`` or None
        """
        known = getattr(policies, "metrics", None)
        metrics = self.env["customer.tier.metric"]
        if known is not None:
            return metrics.browse(known)
        return metrics.union(
            *(program._metrics() for program, policy in policies.items() if policy)
        )

    def _known_rules(self, company):
        """The same as they were read last, in whatever transaction, unless anything has changed;
        None where any cannot be read."""
        try:
            known, metric_ids = self._read_rules(company.id, rules_known.state(self.env))
        except _Broken:
            return None
        programs = self.env["customer.tier.program"].browse([id_ for id_, _policy in known])
        rules = Rules(zip(programs, (policy for _id, policy in known), strict=True))
        rules.metrics = metric_ids
        return rules

    @ormcache("company_id", "state")
    def _read_rules(self, company_id, state):
        """The rules of a company's programmes in a state of their records.

        :param state: of ``rules_known.state``
        :return: pairs of programme id and ``policy.Program``, and the ids of their metrics
        :raise _Broken: where any cannot be read
        """
        # They are the same whoever is the first to ask.
        system, tally = self.sudo(), Tally()
        company = system.env["res.company"].browse(company_id)
        programs = system.env["customer.tier.program"]._for_company(company)
        found = tuple((program.id, system._policy(program, None, tally)) for program in programs)
        if tally.errors:
            raise _Broken
        metrics = system.env["customer.tier.metric"].union(*(p._metrics() for p in programs))
        return found, metrics.ids

    def _policy(self, program, cuts, tally):
        """The rules of a programme, or None with the error noted when they cannot be read."""
        try:
            with self.env.cr.savepoint():
                return program._policy(cuts)
        except Exception as error:
            tally.errors.append({"program_id": program.id, "message": str(error)})
            return None

    def _select(self, program, scope, seen, tally):
        """Customers that a programme selects and who are known or were seen in orders, or None
        with the error noted when its filter is broken."""
        import numpy as np

        customers = partial(self.env["customer.tier.gather"]._customers, program, scope)
        if SWIFT.is_on(self.env):
            customers, known = customers()
            return customers[known | np.isin(customers, seen)]
        try:
            with self.env.cr.savepoint():
                customers, known = customers()
        except Exception as error:
            tally.errors.append({"program_id": program.id, "message": str(error)})
            return None
        return customers[known | np.isin(customers, seen)]

    def _moves(self, frames, left):
        """Everybody's tier before and after: ``before, tier`` (ids, 0 for none), ``known``,
        ``expired`` and ``direction`` (see ``grading.ladder``); ``stage_was, stage``; ``corrected``
        (1 where a correction lowers the tier that counts) and ``undone`` (see ``settle``)."""
        import numpy as np
        import pandas as pd

        from ..grading.ladder import direction
        from ..grading.settle import lookup

        gone = {"before": left["tier"], "tier": left["after"], "stage_was": left["stage"]}
        none = np.zeros(len(left), dtype=np.int64)
        gone |= {"known": none + 1, "expired": left["expired"]}
        gone |= {"stage": none, "corrected": none, "undone": none}
        parts = [*frames, gone]
        moves = {name: np.concatenate([np.asarray(p[name]) for p in parts]) for name in gone}
        index = np.concatenate([*(frame.index for frame in frames), left.index])
        before, after, corrected = moves["before"], moves["tier"], moves["corrected"]
        moves |= {"direction": "stay", "corrected": np.zeros_like(corrected)}
        if (before == after).all():
            return pd.DataFrame(moves, index=index)
        tiers = self.env["customer.tier"].with_context(active_test=False)
        ids = np.union1d(before, after).tolist()
        ordered = tiers.search([("id", "in", ids)], order="sequence, id")
        rank = {tier.id: position for position, tier in enumerate(ordered, start=1)}
        program = {tier.id: tier.program_id.id for tier in ordered}
        ranks = [lookup(ids, rank, 0) for ids in (before, after)]
        programs = [lookup(ids, program, 0) for ids in (before, after)]
        # The end of what was set by hand says more.
        falls = (moves["expired"] == 0) & (ranks[0] > ranks[1])
        moves["direction"] = direction(*ranks, *programs)
        moves["corrected"] = np.where(falls, corrected, 0)
        return pd.DataFrame(moves, index=index)
