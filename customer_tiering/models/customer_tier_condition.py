from odoo import api, fields, models

from .customer_tier_metric import readable


class CustomerTierCondition(models.Model):
    _name = "customer.tier.condition"
    _description = "Tier Condition"
    _order = "tier_id, id"

    tier_id = fields.Many2one("customer.tier", required=True, ondelete="cascade", index=True)
    metric_id = fields.Many2one("customer.tier.metric", required=True, ondelete="restrict")
    operator = fields.Selection(
        selection=[(">=", "≥"), (">", ">"), ("<=", "≤"), ("<", "<")], required=True, default=">="
    )
    value = fields.Float(digits=(16, 2), required=True)

    @api.depends("metric_id", "operator", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        signs = dict(self._fields["operator"].selection)
        for condition in self:
            condition.display_name = (
                f"{condition.metric_id.name or ''} {signs.get(condition.operator, '')} "
                f"{readable(self.env, condition.value)}"
            )

    @api.constrains("metric_id", "operator", "value", "tier_id")
    def _check_order(self):
        self.tier_id.program_id._check_configuration()

    def unlink(self):
        programs = self.tier_id.program_id
        result = super().unlink()
        programs._check_configuration()
        return result
