import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.lru import LRU

from .customer_tier_metric import readable
from .customer_tier_program import SAMPLE_SIZE
from .customer_tier_staged import STAGES

# Field of the programme: threshold of ``policy.Lifecycle``.
THRESHOLDS = {
    f"stage_{name}": name
    for name in (
        "new_days",
        "new_orders",
        "mature_ratio",
        "loyal_orders",
        "loyal_ratio",
        "lost_ratio",
        "won_back_days",
        "min_orders",
        "dormant_days",
        "lost_days",
    )
}
# Histories of the programmes that somebody is typing thresholds for, looked at again and again;
# for so many seconds, as orders come in meanwhile.
HISTORIES = LRU(4)
SECONDS = 300


class CustomerTierProgram(models.Model):
    """Where the stages of a customer's life begin and end."""

    _inherit = "customer.tier.program"

    stage_new_days = fields.Integer(
        string="New For (days)", default=90, help="From the first order on."
    )
    stage_new_orders = fields.Integer(
        string="New Up To (orders)",
        default=1,
        help="Customers with so few orders are new however long ago the first one was, until they "
        "are dormant. Orders of one day count once.",
    )
    stage_loyal_orders = fields.Integer(string="Loyal From (orders)", default=10)
    stage_loyal_ratio = fields.Float(
        string="Loyal Within (rhythms)",
        default=1.5,
        digits=(6, 2),
        help="The last order of a loyal customer is at most so many times its own rhythm ago.",
    )
    stage_mature_ratio = fields.Float(
        string="Dormant After (rhythms)",
        default=2.0,
        digits=(6, 2),
        help="Dormant is who has not ordered for more than so many times its own rhythm. A "
        "customer who orders every 30 days and has a 2 here is dormant from day 61 on.",
    )
    stage_lost_ratio = fields.Float(
        string="Lost After (rhythms)",
        default=4.0,
        digits=(6, 2),
        help="Lost is who has not ordered for more than so many times its own rhythm.",
    )
    stage_min_orders = fields.Integer(
        string="Own Rhythm From (orders)",
        default=3,
        help="Customers with fewer orders have no rhythm yet: for them, the fixed days count.",
    )
    stage_dormant_days = fields.Integer(string="Dormant After (days)", default=90)
    stage_lost_days = fields.Integer(string="Lost After (days)", default=180)
    stage_won_back_days = fields.Integer(
        string="Won Back For (days)",
        default=90,
        help="Who orders again after having been dormant or lost is won back for so many days.",
    )
    stage_problem = fields.Char(compute="_compute_stage_problem")
    stage_preview = fields.Html(
        string="Customers by Stage",
        compute="_compute_stage_preview",
        sanitize=False,
        exportable=False,
        groups="customer_tiering.group_manager",
    )

    @api.depends(*THRESHOLDS)
    @api.depends_context("lang")
    def _compute_stage_problem(self):
        for program in self:
            program.stage_problem = next(program._stage_problems(), False)

    @api.constrains(*THRESHOLDS)
    def _check_stages(self):
        for program in self:
            if program.stage_problem:
                raise ValidationError(
                    self.env._(
                        "Lifecycle of programme “%(program)s”: %(problem)s",
                        program=program.name,
                        problem=program.stage_problem,
                    )
                )

    def _stage_problems(self):
        """What is wrong with the thresholds, and what to do about it."""
        self.ensure_one()
        names = self.fields_get(list(THRESHOLDS), ["string"])
        for name in THRESHOLDS:
            if self[name] <= 0:
                yield self.env._(
                    "“%s” must be more than 0. Enter a higher number.", names[name]["string"]
                )
        for lower, higher, equal in (
            ("stage_loyal_ratio", "stage_mature_ratio", True),
            ("stage_mature_ratio", "stage_lost_ratio", False),
            ("stage_dormant_days", "stage_lost_days", False),
            ("stage_new_orders", "stage_loyal_orders", False),
            ("stage_min_orders", "stage_loyal_orders", True),
        ):
            low, high = self[lower], self[higher]
            words = {
                "higher": names[higher]["string"],
                "lower": names[lower]["string"],
                "high": readable(self.env, high),
                "low": readable(self.env, low),
            }
            if equal and high < low:
                yield self.env._(
                    "“%(higher)s” is %(high)s, which is less than “%(lower)s” with %(low)s. Enter "
                    "the same number or a higher one there.",
                    **words,
                )
            elif not equal and high <= low:
                yield self.env._(
                    "“%(higher)s” is %(high)s, but it must be more than “%(lower)s” with %(low)s. "
                    "Raise the one or lower the other.",
                    **words,
                )
        if self.stage_min_orders < 2:
            yield self.env._(
                "“%s” must be at least 2: a rhythm is the time between two orders.",
                names["stage_min_orders"]["string"],
            )

    def _lifecycle_policy(self):
        """The thresholds as a frozen value for the grading core."""
        from ..grading.policy import Lifecycle

        self.ensure_one()
        return Lifecycle(**{name: self[field] for field, name in THRESHOLDS.items()})

    def _policy(self, cuts=None):
        from dataclasses import replace

        return replace(super()._policy(cuts), lifecycle=self._lifecycle_policy())

    # What thresholds would come to

    @api.depends(*THRESHOLDS, "typical_interval_days")
    @api.depends_context("lang")
    def _compute_stage_preview(self):
        for program in self:
            complete = program.company_id and not program.stage_problem
            values = complete and program._stage_preview_values()
            program.stage_preview = values and self.env["ir.qweb"]._render(
                "customer_tiering.stage_preview", values
            )

    def _stage_preview_values(self):
        """Customers by stage with the thresholds as they are typed and as they are saved."""
        counts, total = self._stage_head_counts(self._stage_proposals())
        typed, saved = counts[0], counts[-1]
        standing = self.env["customer.tier.standing"]
        names = dict(standing._fields["lifecycle_stage"]._description_selection(self.env))
        return {
            "total": readable(self.env, total),
            "changed": typed != saved,
            "rows": [
                {
                    "code": code,
                    "name": names[code],
                    "count": readable(self.env, typed[code]),
                    "saved": readable(self.env, saved[code]),
                    "more": typed[code] - saved[code],
                    "share": round(100 * typed[code] / total, 1) if total else 0,
                }
                for code, _name in STAGES
            ],
        }

    def _stage_proposals(self):
        """The thresholds as they are typed, and as they are saved where they differ."""
        typed = self._lifecycle_policy()
        if not self._origin or self._origin == self:
            return [typed]
        return [typed, self._origin._lifecycle_policy()]

    def _stage_head_counts(self, proposals):
        """How many customers some settings would put into each stage today.

        Of many customers a sample is counted, and told as if it were all of them.

        :param proposals: list of ``policy.Lifecycle``
        :return: (list of dict stage → number of customers, number of all of them)
        """
        from ..grading.lifecycle import head_counts

        past, total = self._stage_history()
        counts = head_counts(past, proposals)
        if total > past.size:
            counts = [
                {code: round(number * total / past.size) for code, number in each.items()}
                for each in counts
            ]
        return counts, total

    def _stage_history(self):
        """What the orders of a fixed sample of the programme's customers tell until today, kept
        while somebody is typing.

        :return: (``lifecycle.Past``, number of all customers)
        """
        gather = self.env["customer.tier.gather"].sudo()
        company = self.company_id
        typical = self.typical_interval_days or None
        today = gather._today(company)
        key = (
            *(self.env.cr.dbname, self._origin.id, company.id, self.domain, typical, today),
            # A new grading knows new customers.
            *(str(company.sudo().customer_tier_graded_on), self._origin.sudo().standing_count),
            time.monotonic() // SECONDS,
        )
        if key not in HISTORIES:
            HISTORIES[key] = gather._stage_history(self, today, typical)
        return HISTORIES[key]


class CustomerTierGather(models.AbstractModel):
    _inherit = "customer.tier.gather"

    def _stage_history(self, program, as_of, typical):
        """See ``customer.tier.program._stage_history``."""
        from ..grading import metrics, rhythm
        from ..grading.lifecycle import Past

        customers, orders = self._graded_customers(program, as_of)
        total = len(customers)
        chosen = self._fixed_sample(customers, SAMPLE_SIZE)
        if orders is None:
            scope = self._scope_of(chosen.tolist())
            orders = self._orders(program.company_id, as_of, scope)
        window = metrics.Window(self._facts(chosen, orders, None), as_of, 0)
        if typical is None:
            # It will be measured at the next grading.
            typical = rhythm.typical_interval(*window.days, window.as_of)
        return Past(*window.days, window.size, window.as_of, typical), total

    def _graded_customers(self, program, as_of):
        """Customers whom the last grading found in a programme; before the first one, those whom
        it would find.

        :return: (sorted int array, their orders where these had to be read)
        """
        import numpy as np

        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT partner_id FROM customer_tier_standing WHERE program_id = %s "
                "ORDER BY partner_id",
                program._origin.id or 0,
            )
        )
        graded = np.array([id_ for (id_,) in self.env.cr.fetchall()], dtype=np.int64)
        if len(graded):
            return graded, None
        scope = self._scope_between(0, 2**31 - 1)
        customers, known = self._customers(program, scope)
        orders = self._orders(program.company_id, as_of, scope)
        return customers[known | np.isin(customers, orders["customer"])], orders
