from odoo import api, models
from odoo.addons.customer_tiering_credit_control.models.sale_order import HOLDING


class PosOrder(models.Model):
    """Deposits at a till, which confirm orders: one over the limit waits for an approval, as an
    error would stop the till."""

    _inherit = "pos.order"

    @api.model
    def sync_from_ui(self, orders):
        return super(PosOrder, HOLDING.on(self)).sync_from_ui(orders)
