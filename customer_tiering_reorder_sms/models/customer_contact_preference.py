from odoo import fields, models


class CustomerContactPreference(models.Model):
    _inherit = "customer.contact.preference"

    sms_ok = fields.Boolean(string="By SMS", default=True)
