from odoo import api, models


class SaleOrderLine(models.Model):
    """Lines of confirmed orders, which make their customers owe more."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        usual = self.env.context.get("default_order_id")
        orders = self._customer_credit_orders(vals.get("order_id", usual) for vals in vals_list)
        if not orders:
            return super().create(vals_list)
        # Costs that are passed on have been incurred; only other addons' code says so.
        incurred = self.env.su and all(vals.get("is_expense") for vals in vals_list)
        with orders._customer_credit_watched(may_refuse=not incurred):
            return super().create(vals_list)

    def write(self, vals):
        orders = self._customer_credit_orders([*self.sudo().order_id.ids, vals.get("order_id")])
        if not orders:
            return super().write(vals)
        with orders._customer_credit_watched():
            return super().write(vals)

    def unlink(self):
        orders = self._customer_credit_orders(self.sudo().order_id.ids)
        if not orders:
            return super().unlink()
        # A discount that goes is one line less and more to pay.
        with orders._customer_credit_watched():
            return super().unlink()

    @api.model
    def _customer_credit_orders(self, ids):
        """Those of some orders that are confirmed, in companies that look at limits."""
        orders = self.env["sale.order"].browse({id_ for id_ in ids if id_})
        return orders.filtered(lambda order: order._customer_credit_may_grow({}))
