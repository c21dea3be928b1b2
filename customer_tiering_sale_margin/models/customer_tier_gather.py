from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Costs as they were kept on the lines of orders, for margins."""

    _inherit = "customer.tier.gather"

    def _line_cost(self, company):
        """The cost on the order line, which is in the currency and unit of the line."""
        return SQL("l.purchase_price * l.product_uom_qty / COALESCE(NULLIF(o.currency_rate, 0), 1)")

    def _invoiced_cost(self, company, pieces):
        """That of the order lines which an invoice line is for, where it is for any."""
        kept = SQL(
            """
            SELECT AVG(l.purchase_price / COALESCE(NULLIF(o.currency_rate, 0), 1)
                       * COALESCE(own.factor / NULLIF(sold.factor, 0), 1))
              FROM sale_order_line_invoice_rel x
              JOIN sale_order_line l ON l.id = x.order_line_id
              JOIN sale_order o ON o.id = l.order_id
         LEFT JOIN uom_uom sold ON sold.id = l.product_uom_id
             WHERE x.invoice_line_id = i.id
            """
        )
        return SQL(
            "COALESCE((%s) * (%s), %s)", pieces, kept, super()._invoiced_cost(company, pieces)
        )
