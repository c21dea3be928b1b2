from odoo import models


class StockMove(models.Model):
    """Transfers have the customers graded anew whose orders they deliver or send back, and are
    urgent where one of these orders is."""

    _inherit = "stock.move"

    def _get_new_picking_values(self):
        # The priority of a procurement does not reach its transfers.
        values = super()._get_new_picking_values()
        orders = self._customer_tier_orders() | self.sudo().reference_ids.sale_ids
        if any(orders.mapped("customer_urgent")):
            values["priority"] = "1"
        return values

    def _action_done(self, cancel_backorder=False):
        orders = self._customer_tier_orders()
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        orders |= moves.exists()._customer_tier_orders()
        orders._customer_tier_lines_changed()
        return moves

    def _action_cancel(self):
        orders = self._customer_tier_orders()
        result = super()._action_cancel()
        orders._customer_tier_lines_changed()
        return result

    def _customer_tier_orders(self):
        # Whoever works in the warehouse need not read orders.
        return self.sudo().sale_line_id.order_id
