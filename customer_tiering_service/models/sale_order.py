from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE


class SaleOrder(models.Model):
    """New quotations go to whoever is dedicated to the customer, on the payment terms of its tier.
    What is chosen on the order, and what the customer has of its own, goes before."""

    _inherit = "sale.order"

    customer_term_offer_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms of the Tier",
        compute="_compute_customer_term_offer_id",
        compute_sudo=True,
        groups=SALESPEOPLE,
        help="Set on a draft whose customer would have other payment terms today.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_user_id(self):
        open_orders = self.filtered(
            lambda order: order.partner_id and not (order._origin.id and order.user_id)
        )
        result = super()._compute_user_id()
        for order, care in open_orders._customer_tier_cares().items():
            if order._customer_tier_takes_dedicated(care):
                order.user_id = care.user_id
        return result

    @api.depends("partner_id")
    def _compute_team_id(self):
        result = super()._compute_team_id()
        for order, care in self._customer_tier_cares().items():
            team = care.service_id.team_id
            if team and order.user_id and order.user_id == care.user_id:
                order.team_id = team
        return result

    @api.depends("company_id")
    def _compute_payment_term_id(self):
        result = super()._compute_payment_term_id()
        bare = self.filtered(lambda order: order.partner_id and not order.payment_term_id)
        Care = self.env["customer.tier.care"]
        for company, orders in bare.grouped("company_id").items():
            terms = Care._terms_of(orders.partner_id, company)
            for order in orders:
                order.payment_term_id = terms.get(order.partner_id, False)
        return result

    def _customer_tier_cares(self):
        """Who is dedicated to the customers of these orders: dict of those that have somebody, and
        whose customer the reader may be told of → ``customer.tier.care``, sudo."""
        found = {}
        for company, orders in self.grouped("company_id").items():
            cares = self.env["customer.tier.care"]._told_of(orders.partner_id, company)
            for order in orders:
                if care := cares.get(order.partner_id.commercial_partner_id._origin):
                    found[order] = care
        return found

    def _customer_tier_takes_dedicated(self, care):
        """Whether a new order goes to the person dedicated to its customer."""
        able = self.env["customer.tier.responsible"]._able(self.company_id)
        partner = self.partner_id.sudo()
        own = partner.user_id or partner.commercial_partner_id.user_id
        if care.user_id not in able or own & able:
            return False
        user = self.env.user
        sells = user.has_group("sales_team.group_sale_salesman") and user != care.user_id
        if sells and not user.has_group("sales_team.group_sale_salesman_all_leads"):
            # Whoever sees own orders only could not save one of somebody else.
            return False
        if "website_id" in self._fields and self.website_id:
            # Carts have no salesperson until they are confirmed, and then that of the shop.
            confirmed = self.env.context.get("force_user_recomputation")
            return bool(confirmed) and not self.website_id.salesperson_id
        return True

    @api.depends("partner_id", "company_id", "state", "payment_term_id")
    def _compute_customer_term_offer_id(self):
        self.customer_term_offer_id = False
        Care, drafts = self.env["customer.tier.care"], self.filtered(lambda o: o.state == "draft")
        for company, orders in drafts.grouped("company_id").items():
            terms = Care._terms_of(orders.partner_id, company)
            of_rules = self.env["customer.tier.service"]._of_company(company).payment_term_id
            for order in orders if terms else ():
                term = terms.get(order.partner_id)
                # What somebody chose that no rule gives is left alone.
                given = not order.payment_term_id or order.payment_term_id in of_rules
                if term and given and order.payment_term_id != term:
                    order.customer_term_offer_id = term

    def action_follow_customer_term(self):
        """Have drafts get the payment terms of the tier that their customer has now."""
        self.check_access("write")
        for order in self.filtered("customer_term_offer_id"):
            order.payment_term_id = order.customer_term_offer_id
