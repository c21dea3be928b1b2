from odoo import models


class CustomerTierEvent(models.Model):
    """Who changes tier during the day gets the people of the new one at once."""

    _inherit = "customer.tier.event"

    def _after_tier_change(self):
        result = super()._after_tier_change()
        Care = self.env["customer.tier.care"].sudo()
        for company, events in self.grouped("company_id").items():
            Care._assign(company, events.partner_id)
        return result
