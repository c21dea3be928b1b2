from odoo import models


class CustomerTierBenefit(models.Model):
    """Open tills learn at once that a benefit with new products is archived, or back."""

    _inherit = "customer.tier.benefit"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["pos.config"]._customer_early_tell(self.early_ids.company_id)
        return result
