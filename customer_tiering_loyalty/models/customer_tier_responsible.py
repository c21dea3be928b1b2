from odoo import models
from odoo.tools import SQL

from .customer_tier_day import OWN_DATES


class CustomerTierResponsible(models.AbstractModel):
    """The dates of a customer that its member days go by are read with the rest of what it reads
    of its own."""

    _inherit = "customer.tier.responsible"

    def _personal_columns(self, company):
        return {**super()._personal_columns(company), **self._own_dates(company)}

    def _own_dates(self, company):
        """Dates of the customer ``p`` that some member day goes by; nobody looks for the others."""
        asked = {day.recurrence for day in self.env["customer.tier.day"]._known(company.id)}
        dates = {
            "first_order": SQL(
                """(SELECT %s
                      FROM res_partner b JOIN sale_order o ON o.partner_id = b.id
                     WHERE b.commercial_partner_id = p.id AND o.state = 'sale'
                       AND o.company_id = %s)""",
                self.env["customer.tier.day"]._first_day(company),
                company.id,
            ),
            "tier_since": SQL(
                """(SELECT s.tier_since FROM customer_tier_standing s
                     WHERE s.partner_id = p.id AND s.company_id = %s)""",
                company.id,
            ),
        }
        return {name: dates[name] for name in OWN_DATES if name in asked}
