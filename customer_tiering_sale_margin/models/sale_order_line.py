from odoo import models


class SaleOrderLine(models.Model):
    """A cost that changes changes the customer's margin."""

    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if "purchase_price" in vals:
            self._customer_tier_mark_stale()
        return result
