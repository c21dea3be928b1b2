from odoo import models


class CustomerTierProgram(models.Model):
    """Open tills learn at once that a programme with new products is archived, or back."""

    _inherit = "customer.tier.program"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            benefits = self.with_context(active_test=False).benefit_ids
            self.env["pos.config"]._customer_early_tell(benefits.early_ids.company_id)
        return result
