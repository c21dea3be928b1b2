from odoo import models


class CustomerTier(models.Model):
    """Lists of tiers belong to no website: they are for customers, wherever these buy."""

    _inherit = "customer.tier"

    def _discount_pricelist_vals(self, base):
        # Core would put it on the company's first website, where it may be the only list.
        return {**super()._discount_pricelist_vals(base), "website_id": False}
