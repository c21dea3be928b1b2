from odoo import api, fields, models

from ..explain.words import OPERATORS, comparison_text


class CustomerTierComparison(models.AbstractModel):
    """A metric compared with a number: what conditions of tiers and vetoes have in common."""

    _name = "customer.tier.comparison"
    _inherit = "customer.tier.input"
    _description = "Comparison of a Metric With a Number"

    metric_id = fields.Many2one("customer.tier.metric", required=True, ondelete="restrict")
    operator = fields.Selection(selection=OPERATORS, required=True, default=">=")
    value = fields.Float(digits=(16, 2), required=True)
    unit = fields.Selection(related="metric_id.unit")

    @api.depends("metric_id", "operator", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for comparison in self:
            currency = comparison.tier_id.currency_id
            comparison.display_name = comparison_text(
                self.env, comparison.metric_id, comparison.operator, comparison.value, currency
            )
