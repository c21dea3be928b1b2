from odoo import api, fields, models
from odoo.addons.customer_tiering import near_tiers
from odoo.addons.customer_tiering.main_contacts import main_contacts_sql
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering.tools import readable_customers
from odoo.fields import Domain
from odoo.tools import SQL

MARKETING = f"{SALESPEOPLE},mass_mailing.group_mass_mailing_user"


class ResPartner(models.Model):
    """Audiences of mailings by tier and stage, for people without rights on sales."""

    _inherit = "res.partner"

    # What an audience is chosen by; scores, amounts and credit stay with sales.
    customer_tier_id = fields.Many2one(groups=MARKETING)
    customer_tier_color = fields.Integer(groups=MARKETING)
    customer_lifecycle_stage = fields.Selection(groups=MARKETING)
    customer_next_order_date = fields.Date(groups=MARKETING)
    customer_next_order_late = fields.Date(groups=MARKETING)
    customer_main_contact = fields.Boolean(
        string="One per Customer",
        compute="_compute_customer_audience",
        search="_search_customer_main_contact",
        groups=MARKETING,
        help="Of each customer one contact with an e-mail: who placed most of the last five "
        "orders, else the customer itself, else its first contact.",
    )
    customer_near_next_tier = fields.Boolean(
        string="Close to the Next Tier",
        compute="_compute_customer_audience",
        search="_search_customer_near_next_tier",
        groups=MARKETING,
        help="Not more than 10 % are lacking to each figure that the next tier asks for.",
    )
    customer_about_to_lose = fields.Boolean(
        string="About to Lose the Tier",
        compute="_compute_customer_audience",
        search="_search_customer_about_to_lose",
        groups=MARKETING,
        help="A notice was given: the figures do not ask for the tier any more.",
    )
    customer_member_of_a_year = fields.Boolean(
        string="In Its Tier for a Year",
        compute="_compute_customer_audience",
        search="_search_customer_member_of_a_year",
        groups=MARKETING,
    )

    @api.depends_context("company")
    def _compute_customer_audience(self):
        for name in (
            "customer_main_contact",
            "customer_near_next_tier",
            "customer_about_to_lose",
            "customer_member_of_a_year",
        ):
            found = self.search([("id", "in", self._origin.ids), (name, "=", True)])
            for partner in self:
                partner[name] = partner._origin in found

    def _in_audience(self, operator, value, query):
        """Domain of who is in the result of a query, or is not.

        :param query: SQL of ids of partners
        """
        if operator != "in":
            return NotImplemented
        domain = Domain("id", "in", SQL("(%s)", query))
        return domain if True in value else ~domain

    @api.model
    def _search_customer_main_contact(self, operator, value):
        return self._in_audience(operator, value, main_contacts_sql(self.env))

    @api.model
    def _search_customer_about_to_lose(self, operator, value):
        return self._search_by_standing(operator, value, SQL("s.noticed_on IS NOT NULL"))

    @api.model
    def _search_customer_member_of_a_year(self, operator, value):
        day = fields.Date.subtract(fields.Date.context_today(self), years=1)
        return self._search_by_standing(operator, value, SQL("s.tier_since <= %s", day))

    def _search_by_standing(self, operator, value, condition):
        if known := readable_customers(self.env):
            condition = SQL("%s AND s.partner_id IN %s", condition, known.subselect())
        standings = self.env["customer.tier.standing"]
        standings.flush_model(["partner_id", "company_id", "tier_id", "tier_since", "noticed_on"])
        return self._in_audience(
            operator,
            value,
            SQL(
                "SELECT c.id FROM customer_tier_standing s "
                "JOIN res_partner c ON c.commercial_partner_id = s.partner_id "
                "WHERE s.company_id = %s AND s.tier_id IS NOT NULL AND %s",
                self.env.company.id,
                condition,
            ),
        )

    @api.model
    def _search_customer_near_next_tier(self, operator, value):
        if operator != "in":
            return NotImplemented
        customers = near_tiers.of_company(self.env, self.env.company)
        domain = Domain("commercial_partner_id", "in", customers)
        if known := readable_customers(self.env):
            domain &= Domain("commercial_partner_id", "in", known)
        return domain if True in value else ~domain
