from odoo import models


class ResPartner(models.Model):
    """Customers who become contacts of another one are its own from then on."""

    _inherit = "res.partner"

    def _customer_tier_mark_family_changed(self):
        result = super()._customer_tier_mark_family_changed()
        joined = self.sudo().filtered(lambda partner: partner.commercial_partner_id != partner)
        for customer, contacts in joined.grouped("commercial_partner_id").items():
            # Whoever tidies up contacts need not have any right on reminders.
            self.env["customer.reminder"].sudo()._join(contacts, customer)
        return result
