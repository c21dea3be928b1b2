from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Delivery charges are money that customers spend, and no goods that they buy."""

    _inherit = "customer.tier.gather"

    def _goods_condition(self, company):
        return SQL("(%s AND l.is_delivery IS NOT TRUE)", super()._goods_condition(company))

    def _products_that_are_no_goods(self, company):
        # Archived methods delivered, too; what they charge with is nobody's secret.
        carriers = self.env["delivery.carrier"].sudo().with_context(active_test=False)
        products = carriers.search([("product_id", "!=", False)]).product_id
        return super()._products_that_are_no_goods(company) + products.ids

    def _frequent_condition(self, company):
        condition = super()._frequent_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        # Only an order with a delivery method can consist of delivery alone: the lines of the
        # others need not be read.
        return SQL(
            """(%s AND (o.carrier_id IS NULL OR EXISTS (
                   SELECT FROM sale_order_line l
                    WHERE l.order_id = o.id AND l.display_type IS NULL
                      AND l.is_delivery IS NOT TRUE)))""",
            condition,
        )

    def _frequent_invoice_condition(self, company):
        condition = super()._frequent_invoice_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        carriers = self.env["delivery.carrier"].sudo().with_context(active_test=False)
        charges = carriers.search([("product_id", "!=", False)]).product_id
        return SQL(
            """(%s AND EXISTS (
                   SELECT FROM account_move_line i
                    WHERE i.move_id = m.id AND i.display_type = 'product'
                      AND (i.product_id IS NULL OR i.product_id <> ALL(%s))))""",
            condition,
            charges.ids,
        )
