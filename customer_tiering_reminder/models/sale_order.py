from odoo import api, models


class SaleOrder(models.Model):
    """Orders end what waits for them, and open it again when they are taken back."""

    _inherit = "sale.order"

    @api.model
    def _customer_tier_awaiting_models(self):
        """Hook: the kinds of ``customer.order.awaited``."""
        return ["customer.reminder"]

    def _customer_tier_arrived(self):
        result = super()._customer_tier_arrived()
        if self:
            self.env["customer.reminder"]._close_fulfilled(self.partner_id.commercial_partner_id)
        return result

    @api.model
    def _customer_tier_note_orders(self, partners):
        """End and open again what waited for orders of some customers."""
        result = super()._customer_tier_note_orders(partners)
        for model in self._customer_tier_awaiting_models():
            awaited = self.env[model]
            awaited._take_back(awaited._of_customers(partners))
        self.env["customer.reminder"]._close_fulfilled(partners)
        return result

    def _customer_tier_take_back(self):
        """These orders may end no longer what they ended."""
        result = super()._customer_tier_take_back()
        for model in self._customer_tier_awaiting_models() if self else ():
            self.env[model]._take_back([("order_id", "in", self.ids)])
        return result
