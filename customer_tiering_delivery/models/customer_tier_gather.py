from odoo import models
from odoo.tools import SQL

# Archived methods delivered, too.
CHARGES = SQL("SELECT product_id FROM delivery_carrier WHERE product_id IS NOT NULL")


class CustomerTierGather(models.AbstractModel):
    """Delivery charges are money that customers spend, and no goods that they buy."""

    _inherit = "customer.tier.gather"

    def _goods_condition(self, company):
        return SQL("(%s AND l.is_delivery IS NOT TRUE)", super()._goods_condition(company))

    def _products_that_are_no_goods(self, company):
        return SQL("%s UNION ALL %s", super()._products_that_are_no_goods(company), CHARGES)

    def _products_beside_purchases(self, company):
        products = super()._products_beside_purchases(company)
        if company.customer_tier_count_all_orders:
            return products
        return SQL("%s UNION ALL %s", products, CHARGES)

    def _frequent_condition(self, company):
        condition = super()._frequent_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        # Goods that are sent again for nothing, with shipping, are no purchase either. Only orders
        # with a delivery method can consist of it: the lines of the others need not be read.
        return SQL(
            """(%s AND (o.carrier_id IS NULL OR (
                   SELECT COALESCE(SUM(l.price_subtotal), 0) FROM sale_order_line l
                    WHERE l.order_id = o.id AND l.display_type IS NULL
                      AND l.is_delivery IS NOT TRUE
                      AND (l.product_id IN (%s)) IS NOT TRUE) > 0))""",
            condition,
            self._products_beside_purchases(company),
        )

    def _frequent_invoice_condition(self, company):
        condition = super()._frequent_invoice_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        return SQL(
            """(%s AND (SELECT COALESCE(SUM(i.price_subtotal), 0) FROM account_move_line i
                         WHERE i.move_id = m.id AND i.display_type = 'product'
                           AND (i.product_id IN (%s)) IS NOT TRUE) > 0)""",
            condition,
            self._products_beside_purchases(company),
        )
