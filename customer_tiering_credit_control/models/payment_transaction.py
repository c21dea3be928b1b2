from odoo import models

from ..figures import refuse_payments
from .sale_order import HOLDING


class PaymentTransaction(models.Model):
    """Payments that confirm an order: one that is over the limit all the same waits."""

    _inherit = "payment.transaction"

    def write(self, vals):
        refuse_payments(self, vals, "sale_order_ids")
        return super().write(vals)

    def _check_amount_and_confirm_order(self):
        """A part of what the company asks for is no way around the limit. The customer is told
        that the money has come in, as for other orders that wait."""
        confirmed = super(PaymentTransaction, HOLDING.on(self))._check_amount_and_confirm_order()
        confirmed = confirmed.with_env(self.env)
        return confirmed.filtered(lambda order: order.state == "sale")
