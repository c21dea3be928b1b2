from odoo import models


class LoyaltyCard(models.Model):
    """Coupons of reminders are their customers' alone, whatever their programme says."""

    _inherit = "loyalty.card"

    def _customer_is_personal(self):
        personal = super()._customer_is_personal()
        # Whoever enters a code may read no reminders.
        Reminder = self.env["customer.reminder"].sudo()
        return personal or bool(Reminder.search_count([("offer_card_id", "=", self.id)], limit=1))
