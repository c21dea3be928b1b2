from odoo import api, models


class CustomerTier(models.Model):
    """A tier that the credit history speaks of is not deleted."""

    _inherit = "customer.tier"

    @api.model
    def _tier_references(self):
        return {**super()._tier_references(), "customer.credit.change": ("tier_id",)}
