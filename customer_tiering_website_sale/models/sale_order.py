from odoo import models


class SaleOrder(models.Model):
    """Carts have the tier's list on top of what their website has, which may be another one than in
    the back office."""

    _inherit = "sale.order"

    def _compute_pricelist_offer_id(self):
        result = super()._compute_pricelist_offer_id()
        for order in self.filtered("website_id"):
            tier = order.pricelist_id.customer_tier_id
            if tier and order.pricelist_offer_id.customer_tier_id == tier:
                order.pricelist_offer_id = False
        return result
