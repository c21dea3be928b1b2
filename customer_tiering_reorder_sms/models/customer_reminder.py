from odoo import models

from .customer_reminder_link import LENGTH


class CustomerReminder(models.Model):
    """The page where customers order again opens by a short code as well."""

    _inherit = "customer.reminder"

    def _read_reorder_token(self, token):
        if len(token) == LENGTH:
            return self.env["customer.reminder.link"]._read(token)
        return super()._read_reorder_token(token)
