from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier import NAMED
from odoo.exceptions import ValidationError


class EventEventTicket(models.Model):
    """Seats of an event that are for some tiers."""

    _inherit = "event.event.ticket"

    customer_tier_ids = fields.Many2many(
        "customer.tier",
        string="Only for Tiers",
        context=NAMED,
        help="Others cannot register with this ticket, in the office or online. Its maximum is "
        "the number of seats for them.",
    )

    @api.constrains("customer_tier_ids")
    def _check_customer_tiers(self):
        for ticket in self:
            company = ticket.event_id.company_id
            if company and ticket.customer_tier_ids.company_id - company:
                raise ValidationError(
                    self.env._(
                        "Ticket “%(ticket)s” is for an event of %(company)s: choose tiers of that "
                        "company.",
                        ticket=ticket.name,
                        company=company.name,
                    )
                )
