from odoo import api, models
from odoo.tools import SQL


class CustomerContactPolicy(models.AbstractModel):
    """Messages of reminders count for the caps, and what contacts did themselves for their
    hours."""

    _inherit = "customer.contact.policy"

    @api.model
    def _sent_query(self, company, customers, since):
        own = SQL(
            # Also what was sent while some of its contacts were customers of their own.
            """SELECT c.commercial_partner_id, s.sent_at
                 FROM customer_reminder_step s
                 JOIN customer_reminder r ON r.id = s.reminder_id
                 JOIN res_partner c ON c.id = r.partner_id
                WHERE c.commercial_partner_id = ANY(%s) AND r.company_id = %s AND s.sent_at > %s
                  AND s.channel <> 'activity' AND s.state <> 'failed'""",
            customers.ids,
            company.id,
            since,
        )
        return [*super()._sent_query(company, customers, since), own]

    @api.model
    def _own_hours(self, contacts, since):
        found = super()._own_hours(contacts, since)
        query = SQL(
            """SELECT partner_id, confirmed_at FROM customer_reminder_step
                WHERE partner_id = ANY(%s) AND confirmed_at > %s""",
            contacts.ids,
            since,
        )
        for partner, moment in self.env.execute_query(query):
            found.setdefault(contacts.browse(partner), []).append(moment)
        return found
