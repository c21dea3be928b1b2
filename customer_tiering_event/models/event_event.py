from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.customer_tiering.main_contacts import main_contacts_sql
from odoo.addons.customer_tiering.models.customer_tier import NAMED
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# Larger invitations are mailings.
MOST_INVITED = 500


class EventEvent(models.Model):
    """Events to which the customers of some tiers are invited, or those in a stage of life."""

    _inherit = "event.event"

    customer_tier_ids = fields.Many2many(
        "customer.tier",
        string="Invited Tiers",
        context=NAMED,
        help="Empty: everybody, as far as no stage is chosen.",
    )
    customer_stage = fields.Selection(STAGES, string="Invited in Stage")
    customer_others = fields.Selection(
        [
            ("allowed", "May register, too"),
            ("warned", "Are pointed out"),
            ("refused", "Are refused"),
        ],
        string="Others",
        required=True,
        default="allowed",
        help="Who is not invited: pointed out to colleagues when they register somebody, or "
        "refused in the office and online.",
    )
    customer_benefit_id = fields.Many2one(
        "customer.tier.benefit",
        string="Benefit",
        ondelete="set null",
        copy=False,
        index="btree_not_null",
        groups="sales_team.group_sale_salesman",
        help="The benefit that it makes true; customers read its date.",
    )

    @api.constrains("customer_tier_ids", "company_id")
    def _check_customer_tiers(self):
        for event in self:
            companies = event.customer_tier_ids.company_id
            if event.company_id and companies - event.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(event)s” is an event of %(company)s: invite tiers of that company.",
                        event=event.name,
                        company=event.company_id.name,
                    )
                )

    # What is remembered of benefits, see ``customer.tier.benefit._planned``

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._customer_forget()
        return events

    def write(self, vals):
        self._customer_forget()
        result = super().write(vals)
        self._customer_forget()
        return result

    def unlink(self):
        self._customer_forget()
        return super().unlink()

    def _customer_forget(self):
        if self.sudo().customer_benefit_id:
            self.env.registry.clear_cache()

    # Who is invited

    def _customer_asks(self):
        """Whether it is for some customers."""
        return bool(self.customer_tier_ids or self.customer_stage)

    def _customer_domain(self, tiers):
        """Domain of the gradings of who is invited.

        :param tiers: ``customer.tier``, of the event or one of its tickets; empty: all
        """
        company = self.company_id or tiers.company_id or self.env.company
        domain = Domain("company_id", "in", company.ids)
        if tiers:
            domain &= Domain("tier_id", "in", tiers.ids)
        if self.customer_stage:
            domain &= Domain("lifecycle_stage", "=", self.customer_stage)
        return domain

    def _customer_invited(self, tiers, partners):
        """Those of some contacts who are invited by their customer.

        :param partners: ``res.partner`` with all rights
        """
        # sudo: whoever registers somebody need not read gradings; only “invited” is told.
        standings = self.env["customer.tier.standing"].sudo()
        domain = self.sudo()._customer_domain(tiers)
        domain &= Domain("partner_id", "in", partners.commercial_partner_id.ids)
        customers = standings.search_fetch(domain, ["partner_id"]).partner_id
        return partners.filtered(lambda partner: partner.commercial_partner_id in customers)

    def _customer_recipients(self):
        """One contact of each invited customer, with an e-mail."""
        self.ensure_one()
        # sudo: of whom it says no more than that they are invited, to who may invite.
        standings = self.env["customer.tier.standing"].sudo()
        domain = self.sudo()._customer_domain(self.sudo().customer_tier_ids)
        customers = standings._search(domain & Domain("partner_id.active", "=", True))
        company = self.company_id or self.customer_tier_ids.company_id[:1] or self.env.company
        contacts = main_contacts_sql(self.with_company(company).sudo().env)
        return self.env["res.partner"].search(
            [
                ("id", "in", SQL("(%s)", contacts)),
                ("commercial_partner_id", "in", customers.subselect("partner_id")),
            ]
        )

    def action_invite_customers(self):
        """Write an e-mail to the invited customers, to be read before it is sent."""
        self.ensure_one()
        self.check_access("write")
        if not self._customer_asks():
            raise UserError(
                self.env._("Choose the tiers or the stage of the customers to be invited first.")
            )
        recipients = self._customer_recipients()
        if not recipients:
            raise UserError(
                self.env._(
                    "No customer with an e-mail address is invited by these tiers and this stage "
                    "at present."
                )
            )
        if len(recipients) > MOST_INVITED:
            raise UserError(
                self.env._(
                    "%(count)s customers are invited, which is too many for one e-mail by hand. "
                    "Use a mailing (Email Marketing), or invite fewer tiers.",
                    count=len(recipients),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invite Customers"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "mass_mail",
                "default_model": "res.partner",
                "default_res_ids": recipients.ids,
                "default_subject": self.env._("Invitation: %s", self.name),
                "default_body": self._customer_invitation(),
            },
        }

    def _customer_invitation(self):
        """The text to begin with."""
        lines = [
            self.env._("We would be glad to see you at “%s”.", self.name),
            self._get_date_range_str(),
        ]
        if self.address_inline:
            lines.append(self.address_inline)
        if self.event_share_url:
            link = Markup('<a href="%s">%s</a>') % (self.event_share_url, self.env._("Register"))
            lines.append(link)
        return Markup("").join(Markup("<p>%s</p>") % line for line in lines)
