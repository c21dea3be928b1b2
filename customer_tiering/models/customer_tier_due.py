import hashlib
import logging
from dataclasses import dataclass, field
from functools import partial

from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# A complete grading is repeated after so many days, also where its night was missed.
WEEK = 7
# Where more customers than this number and this share are to be looked at, everybody is: that is
# hardly dearer, and tells how all of them spread.
MANY, MANY_SHARE = 1000, 0.25


@dataclass
class Night:
    """Who is looked at in a night, of the customers of a scope.

    ``due``: sorted ids of partners; ``overdue``: of others, of whom nothing is new but that what
    they owe is a day later; ``graded``: how many customers of the scope are in programmes;
    ``written``: how many of those who are overdue have other figures since these were refreshed;
    ``rules_changed``: whether anybody was graded by other rules than today's; ``errors``: as those
    of ``customer.tier.pipeline.Tally``.
    """

    due: object
    overdue: object
    graded: int
    written: int = 0
    rules_changed: bool = False
    errors: list = field(default_factory=list)

    def is_hardly_cheaper(self):
        """Whether everybody might as well be graded."""
        return self.rules_changed or len(self.due) > max(MANY, MANY_SHARE * self.graded)

    def next(self, size):
        """The first ids of who is looked at, and whether there are others."""
        return self.due[:size].tolist(), len(self.due) > size


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
        if not complete or complete >= as_of or company.customer_tier_stamp != stamp:
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
        return bool(complete) and company.customer_tier_stamp == stamp

    def _stamp(self, company):
        """A digest of what gradings of all customers follow besides the rules of programmes:
        versions of the addons, settings, and what is kept with products where it counts."""
        gather = self.env["customer.tier.gather"]
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
            sorted(gather._products_that_are_no_goods(company)),
            self._product_stamp(company),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _product_stamp(self, company):
        """The same of costs, categories and units of products, where a programme looks at them."""
        from ..grading.metrics import MONEY_MEASURES

        programs = self.env["customer.tier.program"]._for_company(company)
        metrics = self.env["customer.tier.metric"].union(*(p._metrics() for p in programs))
        wanted = {*MONEY_MEASURES, "category_count", "quantity"}
        if not wanted & {m.measure for m in metrics.sudo() if m.kind == "order"}:
            return ""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT md5(string_agg(concat_ws(',', v.id, t.categ_id, t.uom_id, (%(cost)s)::text,
                                                u.factor), ';' ORDER BY v.id)),
                       (SELECT md5(string_agg(concat_ws(',', id, factor), ';' ORDER BY id))
                          FROM uom_uom)
                  FROM product_product v
                  JOIN product_template t ON t.id = v.product_tmpl_id
             LEFT JOIN uom_uom u ON u.id = t.uom_id
                """,
                cost=self.env["customer.tier.gather"]._product_cost(company),
            )
        )
        return self.env.cr.fetchone()

    def _watch(self, run, scope, errors):
        """Have a grading of everybody tell whom a night would have left out wrongly.

        :return: :class:`Watch`, None where it is not to
        """
        if not run.checks:
            return None
        whole = run.whole_programs or []
        night = self._look_and_refresh(run.company_id, run.as_of, scope, whole)
        return Watch(night.due, errors)

    # Who is looked at

    @api.model
    def _look(self, company, as_of, scope, whole=()):
        """Whom a night has to look at. Of the others, nothing is read into memory.

        :param scope: see ``customer.tier.gather``
        :param whole: ids of programmes whose customers are all looked at
        :return: :class:`Night`
        """
        import numpy as np

        self.env.flush_all()
        errors = []
        policies = self._policies(company, errors)
        records, given = self._given(company, as_of, scope, policies, errors)
        known = self._rules_followed(company, scope)
        entire = [
            program.id
            for program, (policy, _id) in policies.items()
            if policy and (program.id in whole or self._needs_years(policy, [*records, *given]))
        ]
        found = [self._timely(company, as_of, scope, policies, known, entire)]
        for program, (policy, policy_id) in policies.items():
            if policy and program.id not in entire:
                found += self._changed(program, policy, policy_id, records, given, scope, errors)
        found.append(self._moved(company, as_of, scope, policies, given, errors))
        found.append(self._queued(company, scope))
        rules_changed = any(
            policy and any(rules != policy_id for rules in known.get(program.id, ()))
            for program, (policy, policy_id) in policies.items()
        )
        graded = sum(sum(rules.values()) for rules in known.values())
        due = np.unique(np.concatenate(found)).astype(np.int64)
        overdue = np.setdiff1d(self._overdue(company, scope, policies), due)
        return Night(due, overdue, graded, rules_changed=rules_changed, errors=errors)

    def _look_and_refresh(self, company, as_of, scope, whole=()):
        """The same, once it is worked out how those pay who are overdue."""
        import numpy as np

        night = self._look(company, as_of, scope, whole)
        written = self._refresh(company, as_of, night.overdue.tolist())
        if written is None:
            night.due = np.union1d(night.due, night.overdue)
        night.written = written or 0
        return night

    def _overdue(self, company, scope, policies):
        """Customers who owe anything past due, of programmes of which it shows in nothing else."""
        from ..grading.next_look import pays_apart

        apart = [p.id for p, (policy, _id) in policies.items() if policy and pays_apart(policy)]
        return self._partners(
            SQL(
                "SELECT s.partner_id FROM customer_tier_standing s "
                "WHERE s.company_id = %s AND s.program_id = ANY(%s) AND s.overdue_amount > 0 "
                "AND %s",
                company.id,
                apart,
                scope(SQL("s.partner_id")),
            )
        )

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

    def _rules_followed(self, company, scope):
        """How many customers follow which rules: dict programme id → policy id (0 for none) →
        number."""
        query = SQL(
            """
            SELECT s.program_id, COALESCE(s.policy_id, 0), COUNT(*)
              FROM customer_tier_standing s
             WHERE s.company_id = %s AND s.program_id IS NOT NULL AND %s
          GROUP BY s.program_id, s.policy_id
            """,
            company.id,
            scope(SQL("s.partner_id")),
        )
        found = {}
        for program_id, policy_id, number in self.env.execute_query(query):
            found.setdefault(program_id, {})[policy_id] = number
        return found

    def _timely(self, company, as_of, scope, policies, known, entire):
        """Customers whose next look has come, or what was set by hand may have ended, who follow
        other rules than today's, or none that are left.

        :param known: see :meth:`_rules_followed`
        :param entire: ids of programmes whose customers are all looked at
        """
        rules = {program.id: policy_id for program, (_policy, policy_id) in policies.items()}
        # The customers of a broken programme keep what they have.
        broken = {program.id for program, (policy, _id) in policies.items() if not policy}
        other = [
            SQL("s.program_id = %s AND COALESCE(s.policy_id, 0) = %s", program_id, policy_id)
            for program_id, followed in known.items()
            for policy_id in followed
            if program_id not in broken
            and (program_id in entire or rules.get(program_id) != policy_id)
        ]
        conditions = [
            SQL(
                "s.program_id IS NOT NULL AND (s.next_look IS NULL OR s.next_look <= %s)",
                as_of,
            ),
            # What was set by hand ends outside of programmes, too.
            SQL(
                "s.program_id IS NULL AND (s.tier_id IS NOT NULL"
                " OR s.manual_tier_id IS NOT NULL OR s.lock IS NOT NULL)"
            ),
            *other,
        ]
        return self._partners(
            SQL(
                "SELECT s.partner_id FROM customer_tier_standing s "
                "WHERE s.company_id = %s AND (%s) AND %s",
                company.id,
                SQL(" OR ").join(SQL("(%s)", condition) for condition in conditions),
                scope(SQL("s.partner_id")),
            )
        )

    def _untouched(self, company, after, until, due):
        """What grading the customers between two partner ids who are not looked at would come to:
        all of them stay where they are. To be asked before the others are graded.

        :param due: ids of those between them who are looked at
        :return: ``Tally``
        """
        from .customer_tier_pipeline import Tally

        gather, tally = self.env["customer.tier.gather"], Tally()
        for sign, scope in ((1, gather._scope_between(after, until)), (-1, gather._scope_of(due))):
            query = SQL(
                """
                SELECT COALESCE(s.tier_id, 0), COUNT(*) FROM customer_tier_standing s
                 WHERE s.company_id = %s AND s.program_id IS NOT NULL AND %s GROUP BY 1
                """,
                company.id,
                scope(SQL("s.partner_id")),
            )
            for tier_id, number in self.env.execute_query(query):
                tally.matrix[tier_id, tier_id] += sign * number
                tally.counts.update(customers=sign * number, untouched=sign * number)
        tally.matrix = +tally.matrix
        return tally

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

    def _given(self, company, as_of, scope, policies, errors):
        """Numbers that come from other records, which announce nothing when they change.

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
                query = gather._try_metric(
                    metric, failed, lambda m=metric: m._record_values_query(company, as_of, scope)
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

    def _changed(self, program, policy, policy_id, records, given, scope, errors):
        """Customers of a programme whose numbers from other records differ from what is kept, as a
        list of arrays.

        :param records, given: see :meth:`_given`
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

            differing = partial(self._differing, program, policy_id, place, scope)
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

    def _moved(self, company, as_of, scope, policies, given, errors):
        """Customers whom another programme selects than the one they are in, or another entry rule,
        new ones among them."""
        import numpy as np

        gather = self.env["customer.tier.gather"]
        rules = [policy for policy, _id in policies.values()]
        origins = gather._origins(company, as_of, scope, rules, given)
        nobody = {"customer": np.array([], dtype=np.int64)}
        seen = np.union1d(
            gather._seen(nobody, given), self._since_then(company, as_of, scope, rules)
        )
        places, found = {}, []
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
