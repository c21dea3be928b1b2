from odoo import models
from odoo.tools import SQL


class CustomerReminderRule(models.Model):
    """Nobody is reminded of a customer who is lost for good."""

    _inherit = "customer.reminder.rule"

    def _silent_since(self, company, as_of):
        silent = super()._silent_since(company, as_of)
        return SQL("%s AND NOT %s", silent, self.env["customer.win.back"]._given_up_sql())
