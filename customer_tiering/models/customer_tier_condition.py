from odoo import api, fields, models


class CustomerTierCondition(models.Model):
    _name = "customer.tier.condition"
    _inherit = "customer.tier.comparison"
    _description = "Tier Condition"
    _order = "tier_id, id"

    tier_id = fields.Many2one("customer.tier", required=True, ondelete="cascade", index=True)

    @api.constrains("metric_id", "operator", "value", "tier_id")
    def _check_order(self):
        self.tier_id.program_id._check_configuration()

    def unlink(self):
        programs = self.tier_id.program_id
        result = super().unlink()
        programs._check_configuration()
        return result
