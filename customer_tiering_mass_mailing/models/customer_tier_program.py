from odoo import models


class CustomerTierProgram(models.Model):
    """Ready filters of tiers come and go with their programme, and bear its name."""

    _inherit = "customer.tier.program"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "name"}:
            self.with_context(active_test=False).tier_ids._customer_follow_filters()
        return result
