"""Works scenarios out: reads what is known of a programme's customers chunk by chunk, once for all
rules that are tried, and has ``grading.whatif`` compare. Nothing is written to the database.

What was read is kept for a while, see ``kept_chunks``, so that each further change costs only the
grading.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from odoo.addons.customer_tiering import samples
from odoo.addons.customer_tiering.correction_history import CorrectionHistory
from odoo.addons.customer_tiering.models.customer_tier_pipeline import Tally
from odoo.addons.customer_tiering.tools import is_clean
from odoo.tools import SQL

from . import kept_chunks, order_prices, past_standings
from .rules_tried import Tried, digest


@dataclass
class Chunk:
    """What was read about some customers: ``metrics.Facts``, previous standings, their figures by
    the present rules (a frame with ``tier``, ``score``, ``entry`` and values), and their money."""

    facts: object = None
    previous: object = None
    now: object = None
    money: object = None


class Workings:
    """One programme as of a day.

    :param program: ``customer.tier.program``; whoever asks may read it
    :param as_of: ``datetime.date``
    :param margin: whether products are read for the margin
    :param first: the first day that is graded; None for the day itself
    """

    def __init__(self, program, as_of, margin=True, first=None):
        # Grading looks at everything, whoever tries.
        self.program = program.sudo().with_context(active_test=True)
        self.env = self.program.env
        self.company = self.program.company_id
        self.as_of, self.margin, self.first = as_of, margin, first or as_of
        self.tally = Tally()
        self.env.flush_all()
        self._cut = {}

    # What is read

    def chunks(self):
        """All :class:`Chunk`, from what is kept where that is still true."""
        after, more = 0, True
        while more:
            after, more, chunk = self.step(after)
            if chunk is not None:
                yield chunk

    def step(self, after):
        """Read the chunk behind a partner, the same as of a grading.

        :return: the last partner of it, whether there may be others behind, and :class:`Chunk`, or
            None where no customer of the programme is in it
        """
        file = self._file(after)
        if known := kept_chunks.load(file):
            high, more, arrays = known
            return high, more, kept_chunks.whole(arrays) if arrays else None
        run = self.env["customer.tier.run"].new({"company_id": self.company.id})
        high, more = run._chunk_end(after)
        if not high:
            return after, False, None
        # As for a grading: a chunk's part of an index is too small to be shared among workers.
        self.env.cr.execute("SET LOCAL min_parallel_index_scan_size = 0")
        chunk = self._read(self.env["customer.tier.gather"]._scope_between(after, high))
        self._keep(file, high, more, chunk)
        return high, more, chunk

    def _file(self, name):
        return kept_chunks.path(self.env.cr.dbname, (*self._mark, name))

    def _keep(self, file, high, more, chunk):
        if is_clean(self.env):
            arrays = kept_chunks.flat(chunk) if chunk is not None else {}
            kept_chunks.save(file, high, more, arrays)

    @cached_property
    def _mark(self):
        """What tells one reading from another: the database itself, not one of that name before;
        what leaves a mark where orders, customers or standings change; the rules."""
        self.env.cr.execute(
            SQL(
                "SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text, "
                "(SELECT last_value FROM customer_tier_stale_id_seq), "
                "(SELECT last_value FROM customer_tier_change_id_seq), "
                "(SELECT last_value FROM customer_tier_run_id_seq)"
            )
        )
        return (
            *self.env.cr.fetchone(),
            *(self.program.id, self.as_of, self.margin, self.first),
            self.env["customer.tier.gather"]._today(self.company),
            digest(self.program),
        )

    def _read(self, scope):
        """:class:`Chunk` of a scope, None without any customer of the programme in it."""
        # A customer belongs to the first programme that selects it.
        programs = self.program._for_company(self.company)
        position = programs.ids.index(self.program.id) if self.program in programs else 0
        programs = programs[: position + 1] or self.program
        pipeline = self.env["customer.tier.pipeline"]
        policies = {found: pipeline._policy(found, None, self.tally) for found in programs}
        policies[self.program] = self.present
        facts, previous, _left = pipeline._gather(
            self.company, self.as_of, scope, policies, self.tally, self.first, only_tiers=True
        )
        own = facts.get(self.program)
        if own is None or not len(own.customers):
            return None
        if self.as_of < self.env["customer.tier.gather"]._today(self.company):
            previous = past_standings.read(self.program, self.as_of, scope)
        now = figure_columns(self._grade(own, self.present))
        money = order_prices.of_customers(self._money, own, self.as_of)
        previous = previous[previous.index.isin(own.customers)]
        return Chunk(own, previous, now, money)

    def _grade(self, facts, policy, day=None):
        from odoo.addons.customer_tiering.grading.pipeline import grade

        return grade(facts, policy, day or self.as_of, only_tiers=True)

    # The rules

    @property
    def present(self):
        """The present rules as a grading of the day would follow them."""
        return self.policy(Tried())

    def policy(self, tried):
        """The rules that are tried, with shares of the best measured by them.

        :param tried: ``rules_tried.Tried``
        :return: ``policy.Program``
        """
        from odoo.addons.customer_tiering.grading.whatif import variant

        program = self.program
        policy = variant(program._policy(), tried.changes(program))
        shares = tried.shares(program)
        cuts = self._cuts(policy, shares) if shares else {}
        return variant(policy, tried.tops(program, cuts))

    def _cuts(self, policy, shares):
        """Where shares of the best begin by some rules, over all customers."""
        key = repr((policy, shares))
        if key not in self._cut:
            self._cut[key] = samples.cuts(self._sample, policy, self.as_of, shares)
        return self._cut[key]

    @cached_property
    def _money(self):
        """What all customers' orders of the year come to, see ``order_prices.money``."""
        file = self._file("money")
        if known := kept_chunks.load(file):
            return kept_chunks.whole(known[2]).money
        frame = order_prices.money(self.program, self.as_of, self.margin)
        self._keep(file, 0, False, Chunk(money=frame))
        return frame

    @cached_property
    def _sample(self):
        """Facts of the customers whom shares of the best are measured from."""
        file = self._file("sample")
        if known := kept_chunks.load(file):
            return kept_chunks.whole(known[2]).facts
        facts = samples.share_facts(self.program, self.as_of)
        self._keep(file, 0, False, Chunk(facts))
        return facts

    # What comes of them

    def compare(self, tried):
        """What some rules come to, each compared with the present ones.

        :param tried: ``rules_tried.Tried`` each
        :return: list of ``whatif.Comparison``
        """
        from odoo.addons.customer_tiering.grading.whatif import Comparison

        policies = [self.policy(one) for one in tried]
        totals = [Comparison() for _one in tried]
        for chunk in self.chunks():
            found = self.compare_chunk(chunk, tried, policies)
            totals = [total.merge(one) for total, one in zip(totals, found, strict=True)]
        return totals

    def compare_chunk(self, chunk, tried, policies):
        from odoo.addons.customer_tiering.grading import whatif

        present = Tried().discounts(self.program)
        found = []
        for one, policy in zip(tried, policies, strict=True):
            now, then, settled = self._graded(chunk, policy, one)
            discounts = (present, one.discounts(self.program))
            found.append(whatif.compare(now, then, settled, policy, chunk.money, discounts))
        return found

    def _graded(self, chunk, policy, tried):
        """By present rules, by others, and as a grading by these would leave everybody; the same
        customers in each."""
        then = self._grade(chunk.facts, policy)
        chunk = self._without_released(chunk, tried)
        settled = self._settled(chunk, then, policy, chunk.previous)
        if tried.keep_until:
            previous = chunk.previous.copy()
            previous.loc[previous.index.isin(self._kept_ones(settled, chunk, policy)), "lock"] = 2
            settled = self._settled(chunk, then, policy, previous)
        # Without those whose figures cannot be stored.
        return chunk.now.loc[settled.index], then.loc[settled.index], settled

    def _without_released(self, chunk, tried):
        """The chunk with no lock on who is let go by what is tried."""
        free = chunk.previous.index.isin(tried.released)
        if not free.any():
            return chunk
        previous = chunk.previous.copy()
        previous.loc[free, ["lock", "manual_until"]] = [0, float("nan")]
        return replace(chunk, previous=previous)

    def _settled(self, chunk, then, policy, previous):
        from odoo.addons.customer_tiering.grading.settle import settle

        footing = CorrectionHistory(self.env).footing(
            self.program, policy, chunk.facts, then, previous, self.as_of
        )
        begun = self.program.first_graded_on
        first = bool(begun) and begun <= self.as_of
        settled = settle(then, previous, policy, self.as_of, first, footing)
        return self.env["customer.tier.pipeline"]._check_finite(settled, self.tally)

    def _kept_ones(self, settled, chunk, policy):
        """Who would fall, now or at a review, and has nothing set by hand already."""
        from odoo.addons.customer_tiering.grading.whatif import falls

        falling = settled.index[falls(settled, policy)]
        free = chunk.previous.index[(chunk.previous["lock"] == 0) & (chunk.previous["manual"] == 0)]
        return falling.intersection(free)

    def keeps(self, tried):
        """Ids of the customers who would fall by some rules and keep their tier instead."""
        policy, ids = self.policy(tried), []
        for chunk in self.chunks():
            chunk = self._without_released(chunk, tried)
            settled = self._settled(chunk, self._grade(chunk.facts, policy), policy, chunk.previous)
            ids += self._kept_ones(settled, chunk, policy).tolist()
        return ids

    def who(self, tried, view, *key):
        """Ids of the customers whom a number of :meth:`compare` counts; see ``whatif.who``."""
        from odoo.addons.customer_tiering.grading import whatif

        policy, ids = self.policy(tried), []
        for chunk in self.chunks():
            graded = self._graded(chunk, policy, tried)
            ids += graded[1].index[whatif.who(*graded, policy, view, *key)].tolist()
        return ids

    def who_in_year(self, tried, kind, *key):
        """The same of :meth:`year`, see ``whatif.who_in_year``; without anything tried, by the
        present rules."""
        from odoo.addons.customer_tiering.grading import whatif

        policy, ids = replace(self.policy(tried), lifecycle=None), []
        for chunk in self.chunks():
            days = year_days(self.as_of)
            ids += whatif.who_in_year(chunk.facts, policy, days, kind, *key).tolist()
        return ids

    def predicted(self, tried):
        """Tier id by customer after a grading by some rules."""
        policy, tiers = self.policy(tried), {}
        for chunk in self.chunks():
            settled = self._graded(chunk, policy, tried)[2]
            tiers.update(settled["tier"].items())
        return tiers

    def values(self, code):
        """Everybody's present value of a metric of the programme, or the score; NaN for unknown."""
        import numpy as np

        column = f"metric:{code}" if code else "score"
        parts = [chunk.now[column] for chunk in self.chunks()]
        return np.concatenate(parts) if parts else np.array([])

    def figures(self):
        """Everybody's figures by the present rules, as ``findings.Figures``."""
        import pandas as pd

        from odoo.addons.customer_tiering.grading.findings import Figures

        parts = [chunk.now for chunk in self.chunks()]
        return Figures.of(pd.concat(parts), self.present) if parts else None

    def proposals(self, shares):
        """What to change for tiers to have some shares of the customers, see ``grading.wanted``."""
        from odoo.addons.customer_tiering.grading.wanted import proposals

        figures = self.figures()
        return proposals(figures, self.present, shares) if figures else []

    def covering(self, revenue, uncovered):
        """What lets enough of those in who are in no tier, see ``findings.covering``.

        :param revenue, uncovered: what all customers bought in a year, and those in no tier
        """
        import numpy as np

        from odoo.addons.customer_tiering.grading.findings import UNCOVERED, covering

        figures = self.figures()
        if not figures:
            return ()
        amounts = np.concatenate([chunk.money["revenue"] for chunk in self.chunks()])
        # Whom no programme selects is in none by any threshold.
        outside = uncovered - amounts[figures.places(self.present) == -1].sum()
        return covering(figures, amounts, self.present, UNCOVERED * revenue - outside)

    def year(self, tried):
        """The past twelve months graded by the present rules and by others.

        :return: list of ``whatif.Year``, that of the present rules first
        """
        from odoo.addons.customer_tiering.grading.whatif import Year

        policies = [self.present, *map(self.policy, tried)]
        totals = [Year() for _policy in policies]
        for chunk in self.chunks():
            totals = [
                total.merge(self.year_of(chunk, policy))
                for total, policy in zip(totals, policies, strict=True)
            ]
        return totals

    def year_of(self, chunk, policy):
        from odoo.addons.customer_tiering.grading import whatif

        return whatif.year(chunk.facts, replace(policy, lifecycle=None), year_days(self.as_of))

    def findings(self, since=None):
        """What there is to say about how the programme does: list of ``findings.Found``.

        :param since: the day since when it has had these rules, None for long ago
        """
        import numpy as np
        import pandas as pd

        from odoo.addons.customer_tiering.grading import findings, whatif

        present, day = self.present, self.as_of - timedelta(days=findings.GROWTH_DAYS)
        begun = max(since or day, day)
        discounts = Tried().discounts(self.program)
        now, then, first, bought, sums = [], [], [], [], Counter()
        for chunk in self.chunks():
            facts = chunk.facts
            now.append(chunk.now)
            then.append(figure_columns(self._grade(facts, present, day)))
            first.append(
                figure_columns(self._grade(facts, present, begun)) if begun > day else then[-1]
            )
            bought.append(_around(facts, day, findings.GROWTH_DAYS))
            tiers = chunk.now["tier"].to_numpy()
            sums.update(whatif.sums(tiers, chunk.money, discounts, chunk.now.index))
        if not now:
            return []
        figures, figures_then, figures_first = (
            findings.Figures.of(pd.concat(parts), present) for parts in (now, then, first)
        )
        before, after = np.concatenate(bought, axis=1)
        dead = findings.dead_discounts(figures_then, present, discounts, sums, before, after)
        flaps = findings.flapping(present, self._play)
        drift = findings.drift(figures_first, figures, present)
        found = findings.by_figures(figures, present)
        # A tier that is out of proportion is told once.
        told = {one.ids for one in found if one.changes}
        drift = drift if drift and drift.ids not in told else None
        return [*found, *filter(None, [drift, flaps]), *dead]

    def _play(self, policy):
        from odoo.addons.customer_tiering.grading.whatif import Year

        total = Year()
        for chunk in self.chunks():
            total = total.merge(self.year_of(chunk, policy))
        return total


def figure_columns(graded):
    """Of a grading, what ``findings.Figures`` needs, and the tier."""
    values = [name for name in graded if name.startswith("metric:")]
    return graded[["tier", "score", "entry", *values]]


def _around(facts, day, days):
    """What each customer bought in so many days up to a day, and in so many since: two rows."""
    import numpy as np

    from odoo.addons.customer_tiering.grading.metrics import day_number

    middle, size = day_number(day), len(facts.customers)
    when, amounts = facts.orders["day"].to_numpy(), facts.orders["amount"].to_numpy()
    spans = [(when > middle - days) & (when <= middle), (when > middle) & (when <= middle + days)]
    owners = facts.order_owners
    return np.array([np.bincount(owners[s], amounts[s], minlength=size) for s in spans])


def year_days(as_of):
    """The gradings of the twelve months before a day."""
    from dateutil.relativedelta import relativedelta

    from odoo.addons.customer_tiering.grading.replay import grading_days

    return grading_days(as_of - relativedelta(years=1), as_of, "month")
