from odoo import models


class CustomerTierGather(models.AbstractModel):
    """Tips and discounts of tills are no goods that customers buy."""

    _inherit = "customer.tier.gather"

    def _products_that_are_no_goods(self, company):
        """Tips are money, but no goods, also on an order that the till takes over."""
        # What tips are sold as is nobody's secret.
        tills = self.env["pos.config"].sudo().with_context(active_test=False)
        tips = tills.search([("tip_product_id", "!=", False)]).tip_product_id
        return super()._products_that_are_no_goods(company) + tips.ids
