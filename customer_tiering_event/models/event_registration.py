from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import readable_customers
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

READERS = "event.group_event_registration_desk,sales_team.group_sale_salesman"


class EventRegistration(models.Model):
    """Registrations tell the tier, and are refused to who is not invited."""

    _inherit = "event.registration"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        compute="_compute_customer_tier_id",
        search="_search_customer_tier_id",
        groups=READERS,
        help="Of the customer who booked, at present.",
    )
    customer_warning = fields.Char(compute="_compute_customer_warning", groups=READERS)

    @api.depends("partner_id", "event_id.company_id")
    @api.depends_context("company", "allowed_company_ids")
    def _compute_customer_tier_id(self):
        # sudo: the desk reads the tier's name and nothing else of the grading; of the companies
        # that it works in.
        standings = self.env["customer.tier.standing"].sudo()
        for company, registrations in self.grouped(lambda one: one._customer_company()).items():
            found = {}
            if company in self.env.companies:
                customers = registrations._customer_known().commercial_partner_id
                own = [("company_id", "=", company.id), ("partner_id", "in", customers.ids)]
                rows = standings.search_fetch(own, ["partner_id", "tier_id"])
                found = {row.partner_id: row.tier_id for row in rows}
            for registration in registrations:
                customer = registration.sudo().partner_id.commercial_partner_id._origin
                registration.customer_tier_id = found.get(customer, False)

    def _customer_known(self):
        """The contacts of these whose tier the reader may know: those that it may read; sudo. What
        stands in a form is no such right, nor is it once it is saved."""
        return self._customer_readable(self.sudo().partner_id._origin)

    def _customer_readable(self, people):
        return people.sudo(self.env.su)._filtered_access("read").sudo()

    def _customer_company(self):
        return self.event_id.company_id or self.env.company

    @api.model
    def _search_customer_tier_id(self, operator, value):
        if operator == "any":
            value = self.env["customer.tier"].search(value).ids
        elif operator != "in":
            return NotImplemented
        standings = self.env["customer.tier.standing"].sudo()
        tiers = [id_ for id_ in value if id_]
        own = [("company_id", "in", self.env.companies.ids)]
        if known := readable_customers(self.env):
            own.append(("partner_id", "in", known))
        customers = standings._search([*own, ("tier_id", "in", tiers)]).subselect("partner_id")
        domain = fields.Domain("partner_id.commercial_partner_id", "in", customers)
        if False in value:
            graded = standings._search([*own, ("tier_id", "!=", False)]).subselect("partner_id")
            domain |= ~fields.Domain("partner_id.commercial_partner_id", "in", graded)
        return domain

    @api.depends("event_id", "event_ticket_id", "partner_id", "email")
    @api.depends_context("lang")
    def _compute_customer_warning(self):
        for registration in self:
            event = registration.event_id
            told = event.customer_others == "warned" and event._customer_asks()
            if told:
                people = registration._customer_people()
                # Of an address that nobody has, there is nothing to be kept from anybody.
                told = registration._customer_readable(people) or not people and registration.email
            registration.customer_warning = bool(told) and registration._customer_uninvited(
                event.customer_tier_ids
            )

    # Not a constraint: who was invited when registering stays so, whatever is computed anew later.

    @api.model_create_multi
    def create(self, vals_list):
        registrations = super().create(vals_list)
        registrations._customer_check_invited()
        return registrations

    def write(self, vals):
        result = super().write(vals)
        if {"event_id", "event_ticket_id", "partner_id", "email"} & vals.keys():
            self._customer_check_invited()
        return result

    def _customer_check_invited(self):
        for registration in self.filtered(lambda r: r.state != "cancel"):
            # sudo: what the event asks for is asked of everybody, whoever registers.
            event = registration.sudo().event_id
            only = registration.sudo().event_ticket_id.customer_tier_ids
            if event.customer_others == "refused" and event._customer_asks():
                registration._customer_refuse(event.customer_tier_ids)
            if only:
                registration._customer_refuse(only)

    def _customer_refuse(self, tiers):
        if said := self._customer_uninvited(tiers):
            raise ValidationError(said)

    def _customer_people(self):
        """The contact who is registered, or those with its e-mail address; sudo."""
        registration = self.sudo()
        people = registration.partner_id._origin
        if not people and (email := email_normalize(registration.email)):
            # Online, who is not logged in gives an address only.
            people = people.search([("email_normalized", "=", email)])
        return people

    def _customer_uninvited(self, tiers):
        """What is said of somebody who is not invited; empty of who is.

        :param tiers: ``customer.tier`` that the event or the ticket is for
        """
        registration, people = self.sudo(), self._customer_people()
        event = registration.event_id
        if people and event._customer_invited(tiers, people):
            return ""
        return self.env._(
            "“%(event)s” is for invited customers. %(name)s is not one of them; register with the "
            "e-mail address that we know, or ask us.",
            event=event.name,
            name=registration.name or registration.email or self.env._("This contact"),
        )
