from odoo import api, fields, models
from odoo.tools import SQL

# A change of one of these on a confirmed order changes what its customer bought.
# Lines tell themselves.
GRADED_FIELDS = {"state", "partner_id", "company_id", "date_order", "currency_rate"}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customer.tier.mixin"]

    pricelist_chosen_for_id = fields.Many2one(
        "res.partner",
        string="Pricelist Chosen By Hand For",
        copy=True,
        export_string_translation=False,
        help="The customer for whom somebody chose the pricelist by hand; empty while it "
        "follows the customer.",
    )
    pricelist_offer_id = fields.Many2one(
        "product.pricelist",
        string="Pricelist of the Customer's Tier",
        compute="_compute_pricelist_offer_id",
        help="Set on a draft whose customer's pricelist has changed since.",
    )

    # Lets a regrade read everything it needs about orders from the index alone.
    _customer_tiering_idx = models.Index(
        "(company_id, partner_id) INCLUDE (date_order, amount_untaxed, currency_rate, id) "
        "WHERE state = 'sale'"
    )

    def _customer_standing_keys(self):
        return self.partner_id.commercial_partner_id._origin, self.company_id or self.env.company

    def _customer_standing_key_sql(self, alias, query):
        _model, partner = self._fields["partner_id"].join(self.sudo(), alias, query)
        return (
            SQL.identifier(partner, "commercial_partner_id"),
            SQL.identifier(alias, "company_id"),
        )

    @api.depends("partner_id", "company_id")
    def _compute_customer_standing(self):
        return super()._compute_customer_standing()

    # Pricelist

    def _compute_pricelist_id(self):
        """Keep a list that was chosen by hand while the order stays with the same customer.

        Core forgets it when the order moves to another contact of one company.
        """
        kept = self.filtered(
            lambda order: (
                order.pricelist_id
                and order.pricelist_chosen_for_id
                and order.pricelist_chosen_for_id == order.partner_id.commercial_partner_id
                and order.pricelist_id.company_id in (order.company_id, self.env["res.company"])
            )
        )
        others = self - kept
        result = super(SaleOrder, others)._compute_pricelist_id()
        # Forgotten for good: the choice must not come back, as another list, with the customer.
        forgotten = others.filtered(lambda o: o.state == "draft" and o.pricelist_chosen_for_id)
        forgotten.pricelist_chosen_for_id = False
        return result

    @api.depends("partner_id", "company_id", "state", "pricelist_id", "pricelist_chosen_for_id")
    def _compute_pricelist_offer_id(self):
        for order in self:
            current = order._customer_pricelist() if order.state == "draft" else False
            changed = (
                current and not order.pricelist_chosen_for_id and current != order.pricelist_id
            )
            order.pricelist_offer_id = current if changed else False

    def _customer_pricelist(self):
        """The list that the customer would get on a new quotation today."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).property_product_pricelist

    @api.onchange("pricelist_id")
    def _onchange_pricelist_chosen(self):
        self._note_chosen_pricelist()

    def _note_chosen_pricelist(self):
        """Remember whether the order's list was chosen by hand, and for whom."""
        for order in self:
            by_hand = order.pricelist_id and order.pricelist_id != order._customer_pricelist()
            chosen_for = order.partner_id.commercial_partner_id if by_hand else False
            if order.pricelist_chosen_for_id != (chosen_for or order.env["res.partner"]):
                order.pricelist_chosen_for_id = chosen_for

    def action_follow_customer_pricelist(self):
        """Take over the list that the customer has by now, and its prices."""
        for order in self.filtered("pricelist_offer_id"):
            order.pricelist_id = order.pricelist_offer_id
            order.action_update_prices()

    # Grading

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        for order, vals in zip(orders, vals_list, strict=True):
            if vals.get("pricelist_id") and "pricelist_chosen_for_id" not in vals:
                order._note_chosen_pricelist()
        orders.filtered(lambda order: order.state == "sale")._mark_customers_stale()
        return orders

    def write(self, vals):
        graded = GRADED_FIELDS & vals.keys()
        before = (
            self.filtered(lambda order: order.state == "sale")._customers() if graded else set()
        )
        result = super().write(vals)
        if "pricelist_id" in vals and "pricelist_chosen_for_id" not in vals:
            self._note_chosen_pricelist()
        if graded:
            self._mark_customers_stale(before)
        return result

    def _customers(self):
        """(commercial partner, company) pairs of these orders."""
        return {(order.partner_id.commercial_partner_id, order.company_id) for order in self}

    def _mark_customers_stale(self, before=frozenset()):
        """Have the customers of confirmed orders graded anew, and those they had before."""
        confirmed = self.filtered(lambda order: order.state == "sale")
        self.env["customer.tier.stale"]._mark(before | confirmed._customers())
        confirmed._close_reminders()

    def _close_reminders(self):
        if self:
            self.env["customer.reminder"]._close_fulfilled(self.partner_id.commercial_partner_id)

    def _mark_lines_changed(self):
        """A line of these orders changed: matters where they are confirmed."""
        confirmed = self.filtered(lambda order: order.state == "sale")
        self.env["customer.tier.stale"]._mark(confirmed._customers())
