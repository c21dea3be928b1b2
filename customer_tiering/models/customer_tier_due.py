import hashlib
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

# A complete grading is repeated after so many days, also where its night was missed.
WEEK = 7
# Where more customers than this number and this share are to be looked at, everybody is: that is
# hardly dearer, and tells how all of them spread.
MANY, MANY_SHARE = 1000, 0.25


@dataclass
class Night:
    """Who is looked at in a night, of the customers of a scope.

    ``due``: sorted ids of partners; ``partners, programs, tiers``: of all standings, 0 for none;
    ``rules_changed``: whether anybody was graded by other rules than today's; ``errors``: as those
    of ``customer.tier.pipeline.Tally``.
    """

    due: object
    partners: object
    programs: object
    tiers: object
    rules_changed: bool = False
    errors: list = field(default_factory=list)

    def is_hardly_cheaper(self):
        """Whether everybody might as well be graded."""
        many = max(MANY, MANY_SHARE * (self.programs > 0).sum())
        return self.rules_changed or len(self.due) > many

    def next(self, size):
        """The first ids of who is looked at, and whether there are others."""
        return self.due[:size].tolist(), len(self.due) > size

    def nobody(self):
        """What grading nobody comes to."""
        from .customer_tier_pipeline import Tally

        return Tally()

    def add_untouched(self, tally, after, until):
        """Count graded customers between two partner ids who are not looked at as what they are:
        graded, and where they were."""
        import numpy as np

        inside = (self.partners > after) & (self.partners <= until) & (self.programs > 0)
        tiers = self.tiers[inside & ~np.isin(self.partners, self.due)].tolist()
        tally.matrix.update(zip(tiers, tiers, strict=True))
        tally.counts.update(customers=len(tiers), untouched=len(tiers))
        tally.errors.extend(self.errors)


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
        return Watch(self._look(run.company_id, run.as_of, scope, whole).due, errors)

    # Who is looked at

    @api.model
    def _look(self, company, as_of, scope, whole=()):
        """Whom a night has to look at.

        :param scope: see ``customer.tier.gather``
        :param whole: ids of programmes whose customers are all looked at
        :return: :class:`Night`
        """
        import numpy as np

        self.env.flush_all()
        kept, errors = self._kept(company, as_of, scope), []
        policies = self._policies(company, errors)
        given, failed = self._given(company, as_of, scope, policies)
        errors += [{"metric_id": m.id, "message": text} for m, text in failed.items()]
        due = kept["due"] > 0
        rules_changed = False
        for program, (policy, policy_id) in policies.items():
            own = kept["program"] == program.id
            if policy:
                other = own & (kept["policy"] != policy_id)
                rules_changed |= bool(other.any())
                due |= other
                if program.id in whole or self._needs_years(policy, given):
                    due |= own
                else:
                    changed = self._changed(program, policy, policy_id, given, scope)
                    due |= own & np.isin(kept["partner"], changed)
        moved = self._moved(company, as_of, scope, kept, policies, given, errors)
        found = np.unique(
            np.concatenate([kept["partner"][due], moved, self._queued(company, scope)])
        )
        names = ("partner", "program", "tier")
        return Night(found, *(kept[name] for name in names), rules_changed, errors)

    def _kept(self, company, as_of, scope):
        """What is kept of customers: dict of arrays along their sorted ids, 0 for none."""
        columns = {
            "partner": SQL("s.partner_id"),
            "program": SQL("COALESCE(s.program_id, 0)"),
            "tier": SQL("COALESCE(s.tier_id, 0)"),
            "policy": SQL("COALESCE(s.policy_id, 0)"),
            "entry": SQL("COALESCE(s.entry_rule_id, 0)"),
            "silent": SQL("(s.last_order_date IS NULL)::int"),
            # What was set by hand ends outside of programmes, too.
            "due": SQL(
                "(CASE WHEN s.program_id IS NULL THEN s.tier_id IS NOT NULL"
                " OR s.manual_tier_id IS NOT NULL OR s.lock IS NOT NULL"
                " ELSE s.next_look IS NULL OR s.next_look <= %s END)::int",
                as_of,
            ),
        }
        query = SQL(
            "SELECT %s FROM customer_tier_standing s WHERE s.company_id = %s AND %s "
            "ORDER BY s.partner_id",
            SQL(", ").join(columns.values()),
            company.id,
            scope(SQL("s.partner_id")),
        )
        return self._read(query, dict.fromkeys(columns, "int4"))

    def _policies(self, company, errors):
        """Programme → its rules as ``policy.Program`` and the id of their record; None and 0 where
        they cannot be read."""
        from .customer_tier_pipeline import Tally

        tally, found = Tally(), {}
        for program in self.env["customer.tier.program"]._for_company(company):
            policy = self.env["customer.tier.pipeline"]._policy(program, None, tally)
            kept = policy and self.env["customer.tier.policy"]._freeze(program, policy).id
            found[program] = policy, kept or 0
        errors += tally.errors
        return found

    def _given(self, company, as_of, scope, policies):
        """Numbers that come from other records, which announce nothing when they change."""
        metrics = self.env["customer.tier.metric"].union(
            *(program._metrics() for program, (policy, _id) in policies.items() if policy)
        )
        return self.env["customer.tier.gather"]._given_for(metrics, company, as_of, scope)

    def _needs_years(self, policy, given):
        """Whether numbers from other records are counted by years of each customer's own, of which
        those of the day tell nothing."""
        codes = {metric.code for metric in given}
        return policy.period != "rolling" and any(m.code in codes for m in policy.metrics)

    def _changed(self, program, policy, policy_id, given, scope):
        """Customers of a programme whose numbers from other records differ from what is kept."""
        import numpy as np

        from ..grading.pipeline import reason_columns
        from ..grading.policy import GIVEN

        codes = [m.code for m in policy.metrics if m.measure == GIVEN]
        if not codes:
            return np.array([], dtype=np.int64)
        columns = reason_columns(policy)
        numbers = {
            code: SQL("COALESCE(s.numbers[%s], 'NaN')", columns.index(f"metric:{code}") + 1)
            for code in codes
        }
        query = SQL(
            "SELECT s.partner_id, %s FROM customer_tier_standing s "
            "WHERE s.program_id = %s AND s.policy_id = %s AND %s ORDER BY s.partner_id",
            SQL(", ").join(numbers.values()),
            program.id,
            policy_id,
            scope(SQL("s.partner_id")),
        )
        kept = self._read(query, {"partner": "int4", **dict.fromkeys(codes, "float8")})
        fresh = self.env["customer.tier.gather"]._given_frame(kept["partner"], given)
        differs = np.zeros(len(kept["partner"]), dtype=bool)
        for code in codes:
            now = fresh[code].to_numpy() if code in fresh else np.full(len(differs), np.nan)
            differs |= (now != kept[code]) & ~(np.isnan(now) & np.isnan(kept[code]))
        return kept["partner"][differs]

    def _moved(self, company, as_of, scope, kept, policies, given, errors):
        """Customers whom another programme selects than the one they are in, or another entry rule,
        new ones among them."""
        import numpy as np

        from .customer_tier_pipeline import Tally

        gather, pipeline = self.env["customer.tier.gather"], self.env["customer.tier.pipeline"]
        rules = [policy for policy, _id in policies.values()]
        origins = gather._origins(company, as_of, scope, rules, given)
        nobody = {"customer": np.array([], dtype=np.int64)}
        seen = [kept["partner"], gather._seen(nobody, given)]
        seen.append(self._since_then(company, as_of, scope, rules))
        seen = np.unique(np.concatenate(seen))
        tally, taken, found = Tally(), np.array([], dtype=np.int64), []
        for program, (policy, _policy_id) in policies.items():
            entries = policy.entries if policy else ()
            fitting = list(origins.first_fit(entries, origins.people))
            selected = pipeline._select(program, scope, np.union1d(seen, fitting), tally)
            own = kept["partner"][kept["program"] == program.id]
            if not policy or selected is None:
                # They keep what they have.
                taken = np.union1d(taken, own)
                continue
            customers = np.setdiff1d(selected, taken)
            taken = np.union1d(taken, customers)
            found.append(np.setxor1d(customers, own))
            if entries:
                silent = kept["partner"][(kept["silent"] > 0) & np.isin(kept["partner"], own)]
                entry = kept["entry"][np.searchsorted(kept["partner"], silent)]
                found.append(silent[gather._entry(silent, entries, origins) != entry])
        inactive = ~np.isin(kept["program"], [0, *(program.id for program in policies)])
        errors += tally.errors
        return np.concatenate([kept["partner"][inactive], *found]).astype(np.int64)

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
        query = SQL(
            "SELECT DISTINCT q.partner_id FROM customer_tier_stale q "
            "WHERE q.company_id = %s AND %s",
            company.id,
            scope(SQL("q.partner_id")),
        )
        return self._read(query, {"partner": "int4"})["partner"]

    def _read(self, query, columns):
        return self.env["customer.tier.gather"]._read(query, columns)
