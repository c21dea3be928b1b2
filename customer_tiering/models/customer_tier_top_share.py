import logging

from odoo import api, fields, models

from .customer_tier_metric import readable
from .customer_tier_program import SAVING

_logger = logging.getLogger(__name__)

# A cut that nobody reaches: the best cannot be told while nobody has a value.
UNRANKED = 1e15
SAMPLE_SIZE = 20000


class CustomerTier(models.Model):
    """Tiers for a share of the best customers.

    Where the share begins is measured when a grading of everybody starts and frozen until the
    next one, so that one customer's tier does not depend on who else is graded along.
    """

    _inherit = "customer.tier"

    top_share = fields.Float(
        string="Among the Best (%)",
        digits=(5, 2),
        help="Only so many percent of the customers, the best ones, reach this tier; 0 asks for "
        "none. Customers who never bought are not counted. Customers equal to the last one are "
        "in, too.",
    )
    top_metric_id = fields.Many2one(
        "customer.tier.metric",
        string="Ranked By",
        ondelete="restrict",
        help="Customers with the highest values are the best ones; without a metric, those with "
        "the highest score.",
    )
    top_cut = fields.Float(string="Best From", readonly=True, copy=False)
    top_measured_on = fields.Date(string="Best Measured On", readonly=True, copy=False)
    top_cut_text = fields.Char(string="At Present", compute="_compute_top_cut_text")

    _top_share_range = models.Constraint(
        "check(top_share >= 0 and top_share <= 100)",
        "A share of the best customers lies between 0 and 100 percent.",
    )

    @api.depends("top_share", "top_cut", "top_measured_on", "top_metric_id")
    @api.depends_context("lang")
    def _compute_top_cut_text(self):
        for tier in self:
            name = tier.top_metric_id.name or self.env._("score")
            if not tier.top_share:
                tier.top_cut_text = False
            elif not tier.top_measured_on:
                tier.top_cut_text = self.env._("measured when this is saved")
            elif tier.top_cut >= UNRANKED:
                tier.top_cut_text = self.env._("nobody can be ranked yet")
            else:
                tier.top_cut_text = f"{name} ≥ {readable(self.env, tier.top_cut)}"

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        if not self.env.context.get(SAVING):
            tiers.program_id._measure_missing_cuts()
        return tiers

    def write(self, vals):
        if vals.keys() & {"top_share", "top_metric_id"}:
            vals = {**vals, "top_measured_on": False}
        result = super().write(vals)
        if not self.env.context.get(SAVING):
            self.program_id._measure_missing_cuts()
        return result

    def _top_share_text(self):
        return self.env._(
            "among the best %(share)s %% by %(metric)s",
            share=readable(self.env, self.top_share),
            metric=self.top_metric_id.name or self.env._("score"),
        )

    def _top_condition(self, cuts):
        """The share as a comparison for the grading core, or None.

        :param cuts: dict of tier id → where the share begins, instead of the stored one
        """
        from ..grading.policy import SCORE, Condition

        if not self.top_share:
            return None
        cut = cuts.get(self.id, self.top_cut if self.top_measured_on else UNRANKED)
        return Condition(self.top_metric_id.code or SCORE, ">=", cut)


class CustomerTierProgram(models.Model):
    _inherit = "customer.tier.program"

    def _measure_top_shares(self, as_of):
        """Where the shares of the best customers begin on a day.

        :return: dict of tier id → value, only for tiers with a share
        """
        cuts = {}
        for program in self.filtered(lambda p: any(p.tier_ids.mapped("top_share"))):
            try:
                with self.env.cr.savepoint():
                    cuts |= program._measure_own_top_shares(as_of)
            except Exception:
                # What is broken is reported by the grading itself; the others go on.
                _logger.exception("No shares of the best for programme %s", program.id)
        return cuts

    def _measure_own_top_shares(self, as_of):
        from ..grading.ladder import cut_of_share
        from ..grading.pipeline import grade

        gather = self.env["customer.tier.gather"]
        facts = gather._sample(self, as_of, SAMPLE_SIZE, self._metrics(), own=True)
        scope = gather._scope_of(facts.customers.tolist())
        facts, _errors = gather._in_years(facts, self, as_of, scope)
        frame = grade(facts, self._policy(), as_of)
        # Who was only judged by hand so far is none of the customers that the share is of.
        frame = frame[frame.index.isin(facts.orders["customer"])]
        cuts = {}
        for tier in self.tier_ids.filtered("top_share"):
            code = tier.top_metric_id.code
            column = f"metric:{code}" if code else "score"
            # Of two years the better one counts.
            column = column if self.period == "rolling" else f"best:{code or ''}"
            cut = cut_of_share(frame[column], tier.top_share)
            cuts[tier.id] = UNRANKED if cut is None else cut
        return cuts

    def _freeze_top_shares(self, cuts, as_of):
        """Keep measured cuts for the customers that are graded one by one until next time."""
        for tier in self.tier_ids.filtered(lambda tier: tier.id in cuts):
            # What is measured together is saved together: tiers not written yet are no reason to
            # measure again.
            tier.with_context(**{SAVING: True}).write(
                {"top_cut": cuts[tier.id], "top_measured_on": as_of}
            )

    def _measure_missing_cuts(self):
        """Measure the shares that are new or were changed, so that they count at once."""
        for program in self.exists():
            tiers = program.tier_ids.filtered(lambda t: t.top_share and not t.top_measured_on)
            if tiers:
                today = self.env["customer.tier.gather"]._today(program.company_id)
                program._freeze_top_shares(program._measure_top_shares(today), today)

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._measure_missing_cuts()
        return programs

    def write(self, vals):
        result = super().write(vals)
        if "tier_ids" in vals:
            self._measure_missing_cuts()
        return result
