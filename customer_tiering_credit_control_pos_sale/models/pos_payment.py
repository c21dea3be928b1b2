from odoo import api, models


class PosPayment(models.Model):
    """Payments of goods that were sold at a till already: what becomes one on account afterwards
    is looked at like any other."""

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        usual = self.env.context.get("default_pos_order_id")
        orders = self._customer_credit_orders(vals.get("pos_order_id", usual) for vals in vals_list)
        with orders._customer_credit_watched():
            return super().create(vals_list)

    def write(self, vals):
        ids = [*self.sudo().pos_order_id.ids, vals.get("pos_order_id")]
        with self._customer_credit_orders(ids)._customer_credit_watched():
            return super().write(vals)

    def unlink(self):
        # What is taken off an account takes a negative payment off it, too.
        with self._customer_credit_orders(self.sudo().pos_order_id.ids)._customer_credit_watched():
            return super().unlink()

    @api.model
    def _customer_credit_orders(self, ids):
        """Those of some orders of tills whose companies look at limits."""
        orders = self.env["pos.order"].browse({id_ for id_ in ids if id_}).exists()
        return orders.filtered(lambda order: order.sudo().company_id._customer_credit_looks())
