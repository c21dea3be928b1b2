from odoo import models
from odoo.addons.sale_order_priority.models.stock_move import StockMove as OneOrder


class StockMove(models.Model):
    """A transfer for several orders is urgent where one of them is."""

    _inherit = "stock.move"

    def _get_new_picking_values(self):
        orders = self.sale_line_id.order_id | self.reference_ids.sale_ids
        if len(orders) < 2:
            return super()._get_new_picking_values()
        # OCA's addon reads the priority of one order, and fails where there are several.
        values = super(OneOrder, self)._get_new_picking_values()
        if any(orders.sudo().mapped("customer_urgent")):
            values["priority"] = "1"
        return values
