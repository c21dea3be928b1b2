from odoo import api, models


class CustomerReminder(models.Model):
    """The order that ends a reminder ends a win-back, too."""

    _inherit = "customer.reminder"

    @api.model
    def _close_fulfilled(self, partners):
        result = super()._close_fulfilled(partners)
        self.env["customer.win.back"]._close_fulfilled(partners)
        return result
