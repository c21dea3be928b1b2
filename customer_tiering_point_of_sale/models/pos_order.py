from odoo import models


class PosOrder(models.Model):
    """What tills take back of orders has their customers graded anew."""

    _inherit = "pos.order"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            # Whoever is at the till need not read orders.
            settled = self.sudo().lines.refunded_orderline_id.sale_order_line_id
            settled.order_id._customer_tier_lines_changed()
        return result
