from odoo import models


class MailActivity(models.Model):
    """To-dos about a customer open its quotation with one click."""

    _inherit = "mail.activity"

    def action_customer_quotation(self):
        """The quotation for the customer whom the activity is about."""
        self.ensure_one()
        self.check_access("read")
        if self.res_model == "sale.order":
            return self.env["sale.order"].browse(self.res_id).get_formview_action()
        reminder = self.env["customer.reminder"].search([("activity_id", "=", self.id)], limit=1)
        if reminder:
            return reminder.action_quotation()
        return self.env["res.partner"].browse(self.res_id).action_customer_quotation()
