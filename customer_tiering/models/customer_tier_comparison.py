from odoo import api, fields, models

from .customer_tier_metric import readable

OPERATORS = [(">=", "≥"), (">", ">"), ("<=", "≤"), ("<", "<")]


class CustomerTierComparison(models.AbstractModel):
    _name = "customer.tier.comparison"
    _description = "Comparison of a Metric With a Number"

    metric_id = fields.Many2one("customer.tier.metric", required=True, ondelete="restrict")
    operator = fields.Selection(selection=OPERATORS, required=True, default=">=")
    value = fields.Float(digits=(16, 2), required=True)
    unit = fields.Selection(related="metric_id.unit")

    @api.depends("metric_id", "operator", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        signs = dict(OPERATORS)
        for comparison in self:
            comparison.display_name = (
                f"{comparison.metric_id.name or ''} {signs.get(comparison.operator, '')} "
                f"{readable(self.env, comparison.value)}"
            )

    def _policy(self):
        """The comparisons as frozen values for the grading core."""
        from ..grading.policy import Condition

        return tuple(Condition(c.metric_id.code, c.operator, c.value) for c in self)
