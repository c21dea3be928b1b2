from odoo import fields, models


class CustomerContactPreference(models.Model):
    """Whether a contact may be reminded by SMS."""

    _inherit = "customer.contact.preference"

    sms_ok = fields.Boolean(string="By SMS", default=True)
