import hashlib
import logging
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

from .. import product_news
from ..record_definition import RecordDefinition
from ..what_changed import News, text_of, with_own

_logger = logging.getLogger(__name__)

# A complete grading is repeated after so many days, also where its night was missed.
WEEK = 7
# Where more customers than this number and this share are to be looked at, everybody is: that is
# hardly dearer, and tells how all of them spread.
MANY, MANY_SHARE = 1000, 0.25
STANDING = "customer_tier_standing"


@dataclass
class Night:
    """Who is looked at in a night, of the customers of a scope.

    ``due``: sorted ids of partners; ``overdue``: of others, of whom nothing is new but that what
    they owe is a day later; ``graded``: how many customers of the scope are in programmes;
    ``written``: how many of those who are overdue have other figures since these were refreshed;
    ``rules_changed``: whether anybody was graded by other rules than today's; ``errors``: as those
    of ``customer.tier.pipeline.Tally``; ``places``: how many customers are in each tier (0 for
    none); ``seen``: what the next night is to know of this one, None where it has to compare
    everything.
    """

    due: object
    overdue: object
    graded: int
    written: int = 0
    rules_changed: bool = False
    errors: list = field(default_factory=list)
    places: Counter = field(default_factory=Counter)
    seen: dict | None = None

    def is_hardly_cheaper(self):
        """Whether everybody might as well be graded."""
        return self.rules_changed or len(self.due) > max(MANY, MANY_SHARE * self.graded)

    def next(self, size):
        """The first ids of who is looked at, and whether there are others."""
        return self.due[:size].tolist(), len(self.due) > size


def within(scope, some):
    """A scope narrowed down to some ids of partners, the same for None."""
    if some is None:
        return scope
    return lambda column: SQL("(%s AND %s = ANY(%s))", scope(column), column, list(some))


@dataclass
class Census:
    """What stands about some customers.

    ``rules``: how many follow which rules, dict programme id → ``Counter`` of policy ids (0 for
    none); ``places``: how many are in each tier; ``timely``: ids of those whose next look has come,
    or what was set by hand may have ended; ``overdue``: programme id → ids of those who owe
    anything past due.
    """

    rules: dict = field(default_factory=dict)
    places: Counter = field(default_factory=Counter)
    timely: object = None
    overdue: dict = field(default_factory=dict)


@dataclass
class Watch:
    """Whom a night would have looked at (sorted ids), while everybody is graded, and the problems
    found: customers who are not among them and differ all the same."""

    due: object
    errors: list

    def left_out(self, partners):
        """Those of some partners whom a night would have left out, as a list of ids."""
        import numpy as np

        return np.setdiff1d(np.asarray(partners, dtype=np.int64), self.due).tolist()

    def add(self, partner_id, message):
        error = {"partner_id": partner_id, "message": message, "left_out": True}
        self.errors.append(error)


class CustomerTierDue(models.AbstractModel):
    """Finds whom a night has to look at: customers whose next look has come, who wait in the queue
    or came to another programme, and those of whom rules or numbers from other records changed.
    Grading anybody else would come to what is kept.

    What cannot be seen customer by customer, such as a setting of the company, makes the night look
    at everybody, see :meth:`_stamp`.
    """

    _name = "customer.tier.due"
    _description = "Customers Looked At in a Night"

    # Whether anybody may be left out at all

    def _may_skip(self, company, as_of, stamp):
        """Whether a night may leave out whom nothing has happened to.

        :param stamp: of :meth:`_stamp`
        """
        complete = company.customer_tier_complete_on
        if not complete or complete >= as_of or not self._is_as_then(company, stamp):
            return False
        if company.customer_tier_check_day == "every" or (as_of - complete).days >= WEEK:
            return False
        programs = self.env["customer.tier.program"]._for_company(company)
        return company.customer_tier_check_day != str(as_of.weekday()) and all(
            program.first_graded_on for program in programs
        )

    def _night_vals(self, company, as_of, stamp):
        """What a run of a night is to do, as values of it."""
        partial = self._may_skip(company, as_of, stamp)
        return {"partial": partial, "checks": not partial and self._checks(company, stamp)}

    def _checks(self, company, stamp):
        """Whether a grading of everybody can tell if the nights before it left out the right ones:
        nothing else has changed since everybody was graded."""
        complete = company.customer_tier_complete_on and company.customer_tier_check_day != "every"
        return bool(complete) and self._is_as_then(company, stamp)

    def _is_as_then(self, company, stamp):
        """Whether what all customers follow is as it was at the last grading of everybody."""
        return (company.customer_tier_stamp or "").split(" ", 1)[0] == stamp.split(" ", 1)[0]

    def _stamp(self, company):
        """A digest of what gradings of all customers follow besides the rules of programmes, such
        as versions of the addons and settings; and behind it what a night has to know of products,
        see ``product_news``."""
        gather, measured = self.env["customer.tier.gather"], self._measured(company)
        products = product_news.state(gather, company, measured)
        settings = company.sudo()
        addons = self.env["ir.module.module"].sudo()
        addons = addons.search(
            [("name", "=like", "customer\\_tiering%"), ("state", "=", "installed")], order="name"
        )
        parts = [
            [(addon.name, addon.latest_version) for addon in addons],
            gather._timezone(company),
            settings.customer_tier_count_all_orders,
            sorted(settings.customer_credit_paying_account_ids.ids),
            self._no_goods_stamp(company),
            self._unit_stamp() if product_news.counts_pieces(measured) else "",
            product_news.digest(gather, company, measured) if products is None else "",
        ]
        return f"{hashlib.sha256(repr(parts).encode()).hexdigest()} {products or ''}"

    def _measured(self, company):
        """What the programmes of a company measure of what was bought, by their bases."""
        found = defaultdict(set)
        for program in self.env["customer.tier.program"]._for_company(company):
            metrics = program._metrics().sudo().filtered(lambda metric: metric.kind == "order")
            found[program.basis].update(metrics.mapped("measure"))
        return found

    def _no_goods_stamp(self, company):
        """The same of which products are no goods."""
        products = self.env["customer.tier.gather"]._products_that_are_no_goods(company)
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT DISTINCT id FROM (%s) p (id) ORDER BY id", products))
        return [product for (product,) in self.env.cr.fetchall()]

    def _unit_stamp(self):
        """The same of units of measure."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT md5(string_agg(concat_ws(',', id, factor), ';' ORDER BY id)) FROM uom_uom"
        )
        return self.env.cr.fetchone()[0]

    def _watch(self, run, scope, errors):
        """Have a grading of everybody tell whom a night would have left out wrongly.

        :return: :class:`Watch`, None where it is not to
        """
        if not run.checks:
            return None
        whole = run.whole_programs or []
        night = self._look_and_refresh(run.company_id, run.as_of, scope, whole)
        return Watch(night.due, errors)

    def _complete_vals(self, run):
        """What the nights that follow a grading need to know of it; after one of an earlier day,
        the next one looks at everybody again.

        :return: dict of values of the company
        """
        old = run._is_of_old_day()
        # Whoever could not be graded has to be found again.
        seen = run.seen if not old and not run.error_ids else False
        if seen and run.first_count:
            seen = self._with_new_customers(run, seen)
        if seen and run.written_count:
            seen = with_own(self.env, seen, "customers", STANDING, self._own(run.company_id))
        vals = {"customer_tier_graded_on": run.as_of, "customer_tier_seen": seen}
        if not run.partial:
            vals["customer_tier_complete_on"] = not old and run.as_of
        if not run.partial or not run.error_ids:
            vals["customer_tier_stamp"] = run.stamp
        return vals

    def _with_new_customers(self, run, seen):
        """What is kept for the next night, with the customers that a grading found; None where it
        cannot be told whether they are all there."""
        company, news = run.company_id, News.since(self.env, {})
        graded = [("company_id", "=", company.id), ("program_id", "!=", False)]
        if self.env["customer.tier.standing"].sudo().search_count(graded) != run.customer_count:
            return None
        self._customer_rows(news, company)
        return {**seen, "tables": {**seen["tables"], **news.fresh}}

    def _begin(self, run):
        """Note what the night after a grading of everybody has to know, before it begins, and have
        it tell whom one would have left out that compares only what rows have changed.

        :return: ``Tally`` of the problems found
        """
        from .customer_tier_pipeline import Tally

        self.env.flush_all()
        tally, errors, company = Tally(), [], run.company_id
        everybody, whole = partial(SQL, "%s IS NOT NULL"), run.whole_programs or []
        if run.checks and company.customer_tier_seen:
            few = self._look(company, run.as_of, everybody, whole, company.customer_tier_seen)
            night = self._look(company, run.as_of, everybody, whole)
            watch = Watch(few.due, tally.errors)
            for customer in watch.left_out(night.due):
                watch.add(customer, self.env._("Something was new that no night noticed."))
            run.seen = few.seen
        else:
            policies = self._policies(company, errors)
            seen, _affected = self._news(company, run.as_of, policies, {})
            run.seen = None if errors else seen
        return tally

    # Who is looked at

    @api.model
    def _look(self, company, as_of, scope, whole=(), seen=None):
        """Whom a night has to look at. Of the others, nothing is read into memory.

        :param scope: see ``customer.tier.gather``
        :param whole: ids of programmes whose customers are all looked at
        :param seen: what the night before kept, see :class:`Night`, or nothing (``{}``), where
            the scope is everybody; without it everything is compared, and nothing kept
        :return: :class:`Night`
        """
        import numpy as np

        self.env.flush_all()
        errors = []
        policies = self._policies(company, errors)
        kept, affected = None, {}
        if seen is not None:
            kept, affected = self._news(company, as_of, policies, seen)
        records, given = self._given(company, as_of, scope, policies, errors, affected)
        census = self._census(company, as_of, scope)
        entire = [
            program.id
            for program, (policy, _id) in policies.items()
            if policy and (program.id in whole or self._needs_years(policy, [*records, *given]))
        ]
        found = [census.timely, self._by_other_rules(company, scope, policies, census, entire)]
        for program, (policy, policy_id) in policies.items():
            if policy and program.id not in entire:
                changed = self._changed(
                    program, policy, policy_id, records, given, scope, errors, affected
                )
                found += changed
        found.append(
            self._moved(company, as_of, scope, policies, given, errors, affected.get(None))
        )
        found.append(self._queued(company, scope))
        found.append(self._by_products(company, as_of, scope))
        rules_changed = any(
            policy and any(rules != policy_id for rules in census.rules.get(program.id, ()))
            for program, (policy, policy_id) in policies.items()
        )
        graded = sum(sum(rules.values()) for rules in census.rules.values())
        due = np.unique(np.concatenate(found)).astype(np.int64)
        overdue = np.setdiff1d(self._overdue(company, as_of, census, policies, seen), due)
        return Night(
            due, overdue, graded, 0, rules_changed, errors, census.places, None if errors else kept
        )

    def _of_night(self, run, scope):
        """Whom the next chunk of a night is taken from: those whom the first one found, as whoever
        changes meanwhile is found by the next night.

        :param scope: customers whom the run has not reached
        :return: :class:`Night`
        """
        import numpy as np

        company = run.company_id
        if run.last_partner_id and run.rest:
            nobody = np.array([], dtype=np.int64)
            return Night(np.array(run.rest), nobody, 0, places=self._places(company, scope))
        # Runs that an earlier version began do not know whom they found.
        seen = None if run.last_partner_id else company.customer_tier_seen or {}
        return self._look_and_refresh(company, run.as_of, scope, run.whole_programs or [], seen)

    def _look_and_refresh(self, company, as_of, scope, whole=(), seen=None):
        """The same, once it is worked out how those pay who are overdue."""
        import numpy as np

        night = self._look(company, as_of, scope, whole, seen)
        written = self._refresh(company, as_of, night.overdue.tolist())
        if written is None:
            night.due = np.union1d(night.due, night.overdue)
        night.written = written or 0
        return night

    def _overdue(self, company, as_of, census, policies, seen):
        """Customers who owe anything past due, of programmes of which it shows in nothing else;
        nobody where that was worked out for the same day before."""
        import numpy as np

        from ..grading.next_look import pays_apart

        apart = [p.id for p, (policy, _id) in policies.items() if policy and pays_apart(policy)]
        if seen and seen.get("as_of") == str(as_of):
            apart = []
        nobody = np.array([], dtype=np.int64)
        return np.concatenate([nobody, *(census.overdue.get(id_, nobody) for id_ in apart)])

    def _refresh(self, company, as_of, customers):
        """Work out anew how customers pay.

        :param customers: sorted list of ids
        :return: number of standings that changed, None where it cannot be done for all at once
        """
        import numpy as np

        from ..grading import payment

        if not customers:
            return 0
        gather, credit = self.env["customer.tier.gather"], company._customer_credit_policy()
        try:
            with self.env.cr.savepoint():
                scope = gather._scope_of(customers)
                payments = gather._payments(company, as_of, scope, credit)
                found = payment.standings(payments, np.array(customers), as_of, credit)
                return self.env["customer.tier.store"]._save_payments(company, found)
        except TransactionRollbackError:
            raise
        except Exception:
            _logger.exception("How customers pay could not be worked out; they are graded instead")
        return None

    def _census(self, company, as_of, scope):
        """What stands about the customers of a scope, in one pass over them: :class:`Census`."""
        import numpy as np

        # What was set by hand ends outside of programmes, too.
        timely = SQL(
            """
            CASE WHEN s.program_id IS NOT NULL
                 THEN s.next_look IS NULL OR s.next_look <= %s
                 ELSE s.tier_id IS NOT NULL OR s.manual_tier_id IS NOT NULL
                      OR s.lock IS NOT NULL END
            """,
            as_of,
        )
        query = SQL(
            """
            SELECT s.program_id, COALESCE(s.policy_id, 0), COALESCE(s.tier_id, 0), COUNT(*),
                   COALESCE(array_agg(s.partner_id) FILTER (WHERE %s), '{}'),
                   COALESCE(array_agg(s.partner_id) FILTER (WHERE s.overdue_amount > 0), '{}')
              FROM customer_tier_standing s
             WHERE s.company_id = %s AND %s
          GROUP BY 1, 2, 3
            """,
            timely,
            company.id,
            scope(SQL("s.partner_id")),
        )
        census = Census()
        due, overdue = [], defaultdict(list)
        for program_id, policy_id, tier_id, number, waiting, owing in self.env.execute_query(query):
            due += waiting
            if program_id:
                census.rules.setdefault(program_id, Counter())[policy_id] += number
                census.places[tier_id] += number
                overdue[program_id] += owing
        census.timely = np.array(due, dtype=np.int64)
        census.overdue = {id_: np.array(them, dtype=np.int64) for id_, them in overdue.items()}
        return census

    def _by_other_rules(self, company, scope, policies, census, entire):
        """Customers who follow other rules than today's, or none that are left.

        :param entire: ids of programmes whose customers are all looked at
        """
        import numpy as np

        rules = {program.id: policy_id for program, (_policy, policy_id) in policies.items()}
        # The customers of a broken programme keep what they have.
        broken = {program.id for program, (policy, _id) in policies.items() if not policy}
        other = [
            SQL("(s.program_id = %s AND COALESCE(s.policy_id, 0) = %s)", program_id, policy_id)
            for program_id, followed in census.rules.items()
            for policy_id in followed
            if program_id not in broken
            and (program_id in entire or rules.get(program_id) != policy_id)
        ]
        if not other:
            return np.array([], dtype=np.int64)
        return self._partners(
            SQL(
                "SELECT s.partner_id FROM customer_tier_standing s "
                "WHERE s.company_id = %s AND (%s) AND %s",
                company.id,
                SQL(" OR ").join(other),
                scope(SQL("s.partner_id")),
            )
        )

    def _untouched(self, company, after, until, night, due):
        """What grading the customers between two partner ids who are not looked at would come to:
        all of them stay where they are. To be asked before the others are graded.

        :param until: None for all behind the first
        :param due: ids of those between them who are looked at
        :return: ``Tally``
        """
        from .customer_tier_pipeline import Tally

        gather, tally = self.env["customer.tier.gather"], Tally()
        places = Counter(night.places)
        if until is not None:
            places = self._places(company, gather._scope_between(after, until))
        if due:
            places -= self._places(company, gather._scope_of(due))
        for tier_id, number in places.items():
            tally.matrix[tier_id, tier_id] += number
            tally.counts.update(customers=number, untouched=number)
        return tally

    def _places(self, company, scope):
        """How many customers of a scope are in each tier, as a ``Counter``; 0 is none."""
        query = SQL(
            """
            SELECT COALESCE(s.tier_id, 0), COUNT(*) FROM customer_tier_standing s
             WHERE s.company_id = %s AND s.program_id IS NOT NULL AND %s GROUP BY 1
            """,
            company.id,
            scope(SQL("s.partner_id")),
        )
        return Counter(dict(self.env.execute_query(query)))

    def _policies(self, company, errors):
        """Programme → its rules as ``policy.Program`` and the id of their record; None and 0 where
        they cannot be read."""
        from .customer_tier_pipeline import Tally

        tally, found = Tally(), {}
        pipeline = self.env["customer.tier.pipeline"]
        for program, policy in pipeline._policies(company, None, tally).items():
            kept = policy and self.env["customer.tier.policy"]._freeze(program, policy).id
            found[program] = policy, kept or 0
        errors += tally.errors
        return found

    # What has changed of the records that nobody announces

    def _news(self, company, as_of, policies, seen):
        """What has changed since the night before, by rows of tables.

        :param seen: what that night kept, nothing where it is not known
        :return: (what the next night is to know of this one; dict code of a metric → ids of the
            customers whose value may have changed, and None → ids of those who may have come to
            another programme; whoever is not in it may be anybody)
        """
        news, affected = News.since(self.env, seen), {}
        partners = news.rows("partners", "", "res_partner", SQL("t.commercial_partner_id"))
        customers = self._customer_rows(news, company)
        selection = self._selection_text(company, policies)
        known = selection and selection == news.then.get("selection")
        if known and partners and customers and customers.same:
            written = partners.some(), customers.some()
            if None not in written:
                affected[None] = {*partners.ids, *partners.owners, *customers.owners}
        then = fields.Date.to_date(news.then.get("as_of"))
        for metric in self._records_of(policies):
            rows = self._record_rows(news, metric, company, as_of, then)
            if rows and rows.same and partners and partners.same and customers:
                written = rows.some(), customers.some()
                if None not in written:
                    # What came and went again may have been counted by a grading of one customer.
                    affected[metric.code] = [*self._customers_of(rows.owners), *customers.owners]
        return news.kept(as_of=str(as_of), selection=selection), affected

    def _customer_rows(self, news, company):
        """What changed of the standings of a company's customers."""
        own, owner = self._own(company), SQL("t.partner_id")
        return news.rows("customers", str(company.id), STANDING, owner, only=own)

    def _own(self, company):
        return SQL("t.company_id = %s", company.id)

    def _records_of(self, policies):
        """Metrics over records of some rules that are compared where they are."""
        metrics = self.env["customer.tier.pipeline"]._metrics_of(
            {program: policy for program, (policy, _id) in policies.items()}
        )
        return metrics.sudo().filtered(lambda m: m.kind == "record" and not m._sleeps())

    def _record_rows(self, news, metric, company, as_of, then):
        """What changed of the records of a metric, None where it tells not all."""
        try:
            source = RecordDefinition(metric).rows(company, as_of, then)
        except Exception:
            # It is told where they are read.
            return None
        return source and news.rows(f"metric:{metric.code}", **source)

    def _customers_of(self, partners):
        """Ids of the customers whom some partners belong to."""
        query = SQL(
            "SELECT DISTINCT commercial_partner_id FROM res_partner WHERE id = ANY(%s)", partners
        )
        return [id_ for (id_,) in self.env.execute_query(query)]

    def _selection_text(self, company, policies):
        """What decides, besides contacts themselves, which programme selects whom, as a digest;
        None where a contact's row tells less than all."""
        parts = []
        for program, (policy, _id) in policies.items():
            text = policy and not policy.entries and self._filter_text(program)
            if not text:
                return None
            parts.append((program.id, text))
        query = """
            SELECT (SELECT string_agg(concat_ws(',', id, partner_id, parent_path), ';' ORDER BY id)
                      FROM res_company),
                   (SELECT md5(string_agg(partner_id::text, ',' ORDER BY partner_id))
                      FROM res_users WHERE active AND share IS NOT TRUE)
        """
        return hashlib.sha256(
            repr((parts, self.env.execute_query(SQL(query)))).encode()
        ).hexdigest()

    def _filter_text(self, program):
        try:
            gather = self.env["customer.tier.gather"]
            Partner = gather._as_company(self.env["res.partner"], program.company_id)
            return text_of(Partner._search(gather._chosen(program, Partner)))
        except Exception:
            # It is told where it is followed.
            return None

    def _given(self, company, as_of, scope, policies, errors, affected):
        """Numbers that come from other records, which announce nothing when they change.

        :param affected: see :meth:`_news`
        :return: dict metric → (query of customer and value, value of everybody else) of those that
            are compared where they are, and dict metric → values as ``_values`` of metrics gives
            them of those that tell more
        """
        gather = self.env["customer.tier.gather"]
        metrics = self.env["customer.tier.pipeline"]._metrics_of(
            {program: policy for program, (policy, _id) in policies.items()}
        )
        # Entry rules ask for values of customers.
        asked = {
            entry.metric
            for policy, _id in policies.values()
            for entry in (policy.entries if policy else ())
        }
        records, failed = {}, {}
        for metric in metrics.sudo():
            if metric.kind == "record" and metric.code not in asked and not metric._sleeps():
                some = within(scope, affected.get(metric.code))
                query = gather._try_metric(
                    metric,
                    failed,
                    lambda m=metric, some=some: m._record_values_query(company, as_of, some),
                )
                if query:
                    records[metric] = query
        rest = metrics.filtered(lambda m: m.kind != "record" or m.code in asked)
        given, others = gather._given_for(rest, company, as_of, scope)
        errors += [
            {"metric_id": metric.id, "message": text} for metric, text in (failed | others).items()
        ]
        return records, given

    def _needs_years(self, policy, given):
        """Whether numbers from other records are counted by years of each customer's own, of which
        those of the day tell nothing."""
        codes = {metric.code for metric in given}
        return policy.period != "rolling" and any(m.code in codes for m in policy.metrics)

    def _changed(self, program, policy, policy_id, records, given, scope, errors, affected):
        """Customers of a programme whose numbers from other records differ from what is kept, as a
        list of arrays.

        :param records, given: see :meth:`_given`
        :param affected: see :meth:`_news`
        """
        from ..grading.pipeline import reason_columns
        from ..grading.policy import GIVEN

        columns, found = reason_columns(policy), []
        codes = {m.code: m for m in (*records, *given)}
        # What cannot be read is unknown.
        unknown = SQL("SELECT NULL::int, NULL::float8 WHERE FALSE"), float("nan")
        for code in (m.code for m in policy.metrics if m.measure == GIVEN):
            metric, place = codes.get(code), columns.index(f"metric:{code}") + 1
            source = records.get(metric) or metric and self._as_rows(*given[metric])
            some = affected.get(code)
            if some is not None and not some:
                continue
            differing = partial(self._differing, program, policy_id, place, within(scope, some))
            partners = None
            if source:
                read = partial(self._partners, differing(*source))
                partners = self._try_records(metric, errors, read)
            found.append(self._partners(differing(*unknown)) if partners is None else partners)
        return found

    def _as_rows(self, owners, values, others):
        """Values as metrics give them, as a query and the value of everybody else."""
        rows = SQL(
            "SELECT * FROM unnest(%s::int[], %s::float8[])", owners.tolist(), values.tolist()
        )
        return rows, others

    def _try_records(self, metric, errors, read):
        """What a function gives that looks at a metric's values, None with the error noted."""
        gather, failed = self.env["customer.tier.gather"], {}
        found = gather._try_metric(metric, failed, lambda: metric._read_records(read))
        errors += [{"metric_id": m.id, "message": text} for m, text in failed.items()]
        return found

    def _differing(self, program, policy_id, place, scope, rows, others):
        """Customers whose kept number at a place is another than that of rows."""
        return SQL(
            """
            SELECT s.partner_id
              FROM customer_tier_standing s
         LEFT JOIN (%(rows)s) v (partner, value) ON v.partner = s.partner_id
             WHERE s.program_id = %(program)s AND s.policy_id = %(policy)s AND %(scope)s
               AND COALESCE(CASE WHEN v.partner IS NULL THEN %(others)s ELSE v.value END, 'NaN')
                   <> COALESCE(s.numbers[%(place)s], 'NaN')
            """,
            rows=rows,
            others=SQL("%s::float8", str(others)),
            program=program.id,
            policy=policy_id,
            place=place,
            scope=scope(SQL("s.partner_id")),
        )

    def _moved(self, company, as_of, scope, policies, given, errors, some):
        """Customers whom another programme selects than the one they are in, or another entry rule,
        new ones among them.

        :param some: ids of those who may have moved, besides who is told of otherwise; None for
            everybody
        """
        import numpy as np

        gather = self.env["customer.tier.gather"]
        rules = [policy for policy, _id in policies.values()]
        origins = gather._origins(company, as_of, scope, rules, given)
        nobody = {"customer": np.array([], dtype=np.int64)}
        seen = np.union1d(
            gather._seen(nobody, given), self._since_then(company, as_of, scope, rules)
        )
        places, found = {}, []
        if some is not None:
            some = sorted({*some, *seen.tolist()})
            if not some:
                return seen
            scope = within(scope, some)
        for program, (policy, _policy_id) in policies.items():
            entries = policy.entries if policy else ()
            fitting = list(origins.first_fit(entries, origins.people))
            some = np.union1d(seen, fitting).astype(int).tolist()
            query = policy and self._selected(program, scope, some, errors)
            # The customers of a broken programme keep what they have.
            places[program] = query or self._members(program, scope)
            if entries and query:
                found.append(self._entered_otherwise(program, entries, origins, scope))
        found.append(self._misplaced(company, scope, places, errors))
        return np.concatenate(found)

    def _selected(self, program, scope, seen, errors):
        """Query of the customers that a programme selects: who is known, was graded before or is
        among some partners. None where its filter is broken, with the error noted."""
        try:
            selection = self.env["customer.tier.gather"]._selection(program, scope)
        except Exception as error:
            errors.append({"program_id": program.id, "message": str(error)})
            return None
        return SQL(
            """
            SELECT c.id FROM (%s) c
             WHERE c.known > 0 OR c.id = ANY(%s)
                OR EXISTS (SELECT FROM customer_tier_standing k
                            WHERE k.partner_id = c.id AND k.company_id = %s)
            """,
            selection,
            seen,
            program.company_id.id,
        )

    def _members(self, program, scope):
        return SQL(
            "SELECT s.partner_id FROM customer_tier_standing s WHERE s.program_id = %s AND %s",
            program.id,
            scope(SQL("s.partner_id")),
        )

    def _misplaced(self, company, scope, places, errors):
        """The same of programmes alone; those whose filter the database cannot follow keep their
        customers.

        :param places: dict programme → query of the customers that it selects
        """
        try:
            with self.env.cr.savepoint():
                return self._partners(self._moved_query(company, scope, [*places.items()]))
        except TransactionRollbackError:
            raise
        except Exception:
            for program, query in places.items():
                try:
                    with self.env.cr.savepoint():
                        self._partners(query)
                except TransactionRollbackError:
                    raise
                except Exception as error:
                    errors.append({"program_id": program.id, "message": str(error)})
                    places[program] = self._members(program, scope)
        return self._partners(self._moved_query(company, scope, [*places.items()]))

    def _moved_query(self, company, scope, places):
        """Customers whom the first programme that selects them is not the one that they are in.

        :param places: pairs of programme and query of the customers that it selects
        """
        selected = SQL(" UNION ALL ").join(
            SQL("SELECT q.id, %s, %s FROM (%s) q (id)", place, program.id, query)
            for place, (program, query) in enumerate(places)
        )
        if not places:
            selected = SQL("SELECT NULL::int, NULL::int, NULL::int WHERE FALSE")
        if len(places) > 1:
            selected = SQL(
                "SELECT DISTINCT ON (id) id, place, program FROM (%s) a (id, place, program) "
                "ORDER BY id, place",
                selected,
            )
        return SQL(
            """
            SELECT COALESCE(f.id, s.partner_id)
              FROM (%(selected)s) f (id, place, program)
         FULL JOIN (SELECT s.partner_id, s.program_id FROM customer_tier_standing s
                     WHERE s.company_id = %(company)s AND s.program_id IS NOT NULL AND %(scope)s) s
                ON s.partner_id = f.id
             WHERE s.program_id IS DISTINCT FROM f.program
            """,
            selected=selected,
            company=company.id,
            scope=scope(SQL("s.partner_id")),
        )

    def _entered_otherwise(self, program, entries, origins, scope):
        """Customers of a programme who have not ordered and whom another entry rule fits than the
        one that they entered by."""
        gather = self.env["customer.tier.gather"]
        query = SQL(
            "SELECT s.partner_id, COALESCE(s.entry_rule_id, 0) FROM customer_tier_standing s "
            "WHERE s.program_id = %s AND s.last_order_date IS NULL AND %s",
            program.id,
            scope(SQL("s.partner_id")),
        )
        silent = gather._read(query, {"partner": "int4", "entry": "int4"})
        fits = gather._entry(silent["partner"], entries, origins)
        return silent["partner"][fits != silent["entry"]]

    def _by_products(self, company, as_of, scope):
        """Customers who bought products that are kept otherwise than the night before found them;
        everybody where that cannot be told."""
        import numpy as np

        gather, measured = self.env["customer.tier.gather"], self._measured(company)
        then = (company.customer_tier_stamp or "").partition(" ")[2]
        products = product_news.changed(gather, company, measured, then)
        if products is None:
            return self._partners(
                SQL(
                    "SELECT s.partner_id FROM customer_tier_standing s"
                    " WHERE s.company_id = %s AND s.program_id IS NOT NULL AND %s",
                    company.id,
                    scope(SQL("s.partner_id")),
                )
            )
        if not products:
            return np.array([], dtype=np.int64)
        query = product_news.buyers(gather, company, as_of, scope, measured, products)
        return self._partners(query)

    def _since_then(self, company, as_of, scope, rules):
        """Partners who are in no programme, with orders dated after the last grading: they were
        not known before their day."""
        import numpy as np

        gather = self.env["customer.tier.gather"]
        last = company.customer_tier_graded_on

        def unknown(column):
            return SQL(
                "%(scope)s AND NOT EXISTS (SELECT FROM customer_tier_standing g WHERE"
                " g.company_id = %(company)s AND g.partner_id = %(id)s"
                " AND g.program_id IS NOT NULL)",
                scope=scope(column),
                company=company.id,
                id=column,
            )

        found = [np.array([], dtype=np.int64)]
        for basis in sorted({policy.basis for policy in rules if policy}):
            if not last or gather._dated_later(company, last, unknown, basis)[0]:
                found.append(gather._orders(company, as_of, unknown, basis)["customer"].to_numpy())
        return np.unique(np.concatenate(found))

    def _queued(self, company, scope):
        """Customers who wait to be graded."""
        return self._partners(
            SQL(
                "SELECT DISTINCT q.partner_id FROM customer_tier_stale q "
                "WHERE q.company_id = %s AND %s",
                company.id,
                scope(SQL("q.partner_id")),
            )
        )

    def _partners(self, query):
        """Ids that a query finds, as an array."""
        gather = self.env["customer.tier.gather"]
        return gather._read(query, {"partner": "int4"})["partner"]
