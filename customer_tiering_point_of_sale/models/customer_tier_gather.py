from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Tips and discounts of tills are no goods that customers buy."""

    _inherit = "customer.tier.gather"

    def _products_that_are_no_goods(self, company):
        """Tips are money, but no goods, also on an order that the till takes over."""
        return SQL(
            "%s UNION ALL SELECT tip_product_id FROM pos_config WHERE tip_product_id IS NOT NULL",
            super()._products_that_are_no_goods(company),
        )
