from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Tips of tills are no goods that customers buy, and what a till sells without an invoice is
    nothing that can come back."""

    _inherit = "customer.tier.gather"

    def _products_that_are_no_goods(self, company):
        """Tips are money, but no goods, also on an order that the till takes over."""
        return SQL(
            "%s UNION ALL SELECT tip_product_id FROM pos_config WHERE tip_product_id IS NOT NULL",
            super()._products_that_are_no_goods(company),
        )

    def _loose_credit_condition(self, company):
        """A credit note for what a till sold without an invoice gives back what never counted."""
        return SQL(
            """(%s AND NOT EXISTS (
                   SELECT FROM pos_order t
                     JOIN pos_order_line k ON k.order_id = t.id
                    WHERE t.account_move = m.id AND k.refunded_orderline_id IS NOT NULL))""",
            super()._loose_credit_condition(company),
        )
