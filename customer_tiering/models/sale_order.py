from contextlib import nullcontext

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from ..explain import benefits
from ..explain.words import readable
from ..tools import works_in
from .customer_tier_mixin import SALESPEOPLE

# A change of one of these on a confirmed order changes what its customer bought.
# Lines tell themselves.
GRADED_FIELDS = {"state", "partner_id", "company_id", "date_order", "currency_rate"}


class SaleOrder(models.Model):
    """Quotations and orders: the tier's pricelist, why the price is what it is and what it saves,
    and whose grade changes when an order does.
    """

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
    customer_price_reason = fields.Char(
        string="Why These Prices",
        compute="_compute_customer_price",
        compute_sudo=True,
        groups=SALESPEOPLE,
    )
    customer_tier_saving = fields.Monetary(
        string="Saved by the Tier",
        compute="_compute_customer_price",
        compute_sudo=True,
        groups=SALESPEOPLE,
        help="What the order would cost more at the prices that the customer has without the "
        "tier, untaxed.",
    )
    customer_tier_benefits = fields.Char(
        string="The Tier Gives",
        compute="_compute_customer_tier_benefits",
        exportable=False,
        groups=SALESPEOPLE,
    )
    customer_prices_differ = fields.Boolean(
        compute="_compute_customer_prices_differ",
        compute_sudo=True,
        help="Prices on this draft are not those of its pricelist, and nobody typed them.",
    )
    # Kept at the confirmation, as lists and tiers go on to change, and the discount from when the
    # quotation is sent; nothing on older orders.
    customer_tier_discount = fields.Float(
        string="Tier Discount (%)",
        digits=(5, 2),
        readonly=True,
        copy=False,
        aggregator="avg",
        groups=SALESPEOPLE,
    )
    customer_list_amount = fields.Monetary(
        string="Amount Without the Tier",
        readonly=True,
        copy=False,
        groups=SALESPEOPLE,
        help="What the order would have cost at the prices that the customer has without the "
        "tier, untaxed.",
    )

    # Lets a regrade read everything it needs about orders from the index alone.
    _customer_tiering_idx = models.Index(
        "(company_id, partner_id) INCLUDE (date_order, amount_untaxed, currency_rate, id) "
        "WHERE state = 'sale'"
    )
    # Whose orders somebody else may pay for, and so have credited.
    _customer_tiering_payer_idx = models.Index(
        "(company_id, partner_id) INCLUDE (partner_invoice_id) "
        "WHERE state = 'sale' AND partner_invoice_id <> partner_id"
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
    @api.depends_context("uid")
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
    def _onchange_customer_pricelist_chosen(self):
        self._customer_tier_note_chosen_list()

    def _customer_tier_note_chosen_list(self):
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

    # What the tier's prices come to

    def _customer_tier_base(self):
        """The tier whose prices the order has, and the list that it would have without the tier.

        :return: ``customer.tier`` and ``product.pricelist``, each may be none
        """
        self.ensure_one()
        pricelist = self.pricelist_id
        tier = pricelist.customer_tier_id
        if tier:
            return tier, pricelist.customer_tier_base_id
        if not pricelist.customer_tier_only:
            return tier, pricelist.browse()
        partner = self.partner_id.commercial_partner_id
        tier = self._customer_standings()[self].tier_id
        if pricelist not in tier.pricelist_id | tier.other_pricelist_ids:
            return tier.browse(), pricelist.browse()
        lists = pricelist.with_company(self.company_id)
        return tier, lists._customer_tier_without(partner.ids)[partner.id]

    @api.depends(
        "pricelist_id", "partner_id", "company_id", "amount_untaxed", "customer_list_amount"
    )
    @api.depends_context("lang", "uid")
    def _compute_customer_price(self):
        for order in self:
            known = order.partner_id and order._customer_tier_is_known()
            tier, base = order._customer_tier_base() if known else (None, None)
            order.customer_price_reason = order._customer_price_reason(tier, base)
            amount = order.customer_list_amount
            if tier and not amount:
                amount = order._customer_list_amount(base)
            order.customer_tier_saving = tier and max(amount - order.amount_untaxed, 0.0)

    @api.depends("partner_id", "company_id", "pricelist_id")
    @api.depends_context("lang", "uid")
    def _compute_customer_tier_benefits(self):
        for order in self:
            # What the order's own tier gives on it; prices of the tier are told by the saving.
            told = benefits.of_tier(
                order.customer_tier_id,
                "on_quotation",
                order.partner_id.commercial_partner_id,
                order,
            )
            order.customer_tier_benefits = benefits.short(told)

    def _customer_tier_offer(self):
        """What quotation and order tell the customer about the tier, on paper and in the portal, in
        the language of the context.

        :return: dict of ``tier`` (name), ``saving`` (in the order's currency, untaxed; 0 where
            nothing is saved or the programme does not tell it), ``saved`` (the sentence about it),
            ``intro`` and ``benefits`` as HTML; None where there is nothing to tell
        """
        self.ensure_one()
        self.check_access("read")
        # The customer, and colleagues outside of Sales who print, may read no grades: this is what
        # they are told of them.
        order = self.sudo()
        tier, _base = order._customer_tier_base()
        saving = order.customer_tier_saving if tier._tells_saving() else 0.0
        listed = False
        if order.state in ("draft", "sent"):
            # Afterwards the customer may be in another tier.
            tier = tier or order.customer_tier_id
            customer = order.partner_id.commercial_partner_id
            told = benefits.of_tier(tier, "on_quotation", customer, order)
            listed = benefits.listed(order.env, told, plain=True)
        if not listed and not saving:
            return None
        saving = order.currency_id.round(saving)
        return {
            "tier": tier.name,
            "saving": saving,
            "saved": order._customer_tier_saved_text(tier, saving) if saving else "",
            "intro": self.env._("As %s customer you get:", tier.name),
            "benefits": listed,
        }

    def _customer_tier_saved_text(self, tier, saving):
        amount = formatLang(self.env, saving, currency_obj=self.currency_id)
        if self.currency_id.is_zero(self.amount_tax):
            return self.env._("You save %(amount)s as %(tier)s.", amount=amount, tier=tier.name)
        return self.env._(
            "You save %(amount)s before taxes as %(tier)s.", amount=amount, tier=tier.name
        )

    def _customer_tier_is_known(self):
        """Whether the user works in the companies of order and list: what somebody typed into an
        unsaved form is no right to know of their tiers, which are read with more rights."""
        companies = (self.company_id or self.env.company) | self.pricelist_id.company_id
        return works_in(self.sudo(False).env, companies) == companies

    def _customer_price_reason(self, tier, base):
        """Where the order's prices come from, in words; empty where there is nothing to say."""
        if tier and self.pricelist_id.customer_tier_id:
            values = {
                "tier": tier.name,
                "discount": readable(self.env, self._customer_tier_percent(base)),
                "base": base.name,
            }
            if base:
                return self.env._("%(tier)s −%(discount)s %% on top of %(base)s", **values)
            return self.env._("%(tier)s −%(discount)s %%", **values)
        if tier:
            return self.env._("Pricelist of tier %s", tier.name)
        return False

    def _customer_list_amount(self, base):
        """What the order would cost at the prices of a list, untaxed, in its currency; prices that
        somebody typed and lines without a rule of the list stay as they are."""
        listed = self._get_update_prices_lines()
        others = self.order_line - listed
        percent = self._customer_tier_percent(base)
        amounts = [line._customer_list_subtotal(base, percent) for line in listed]
        amounts += others.filtered(lambda line: not line.display_type).mapped("price_subtotal")
        return self.currency_id.round(sum(amounts))

    def _customer_tier_percent(self, base):
        """The typed discount that the order has: that of its confirmation; before, that with which
        it was sent, as long as it has such prices, though the tier's may be another one by now.

        :param base: ``product.pricelist`` that the discount is on top of, none for the catalogue
        """
        kept = self.customer_tier_discount
        if kept and self.customer_list_amount:
            return kept
        if kept and any(
            line._customer_price_is_below(line._customer_price_by(base)[0], kept)
            for line in self._get_update_prices_lines()
            if line._customer_price_is_listed()
        ):
            return kept
        made = self.pricelist_id.customer_tier_id and self.pricelist_id
        return made._customer_tier_general_rule()[:1].percent_price if made else 0.0

    @api.depends("state", "pricelist_id", "order_line.price_unit", "order_line.discount")
    def _compute_customer_prices_differ(self):
        for order in self:
            order.customer_prices_differ = (
                order.state == "draft"
                and bool(order.pricelist_id)
                and order._customer_tier_is_known()
                # Of others, such as delivery, no list and no update changes the price.
                and any(line._customer_price_differs() for line in order._get_update_prices_lines())
            )

    def _customer_tier_follow_list(self, pricelist):
        """Have drafts that were begun at a tier's prices, or without them, get those of today.

        :param pricelist: that their customer has now
        """
        for order in self:
            of_tiers = pricelist.customer_tier_only or order.pricelist_id.customer_tier_only
            if of_tiers and order.pricelist_id != pricelist and order.state == "draft":
                order.pricelist_id = pricelist
                order._recompute_prices()

    def _customer_tier_keep_prices(self):
        """Keep what the tier's prices came to, of orders that are just confirmed."""
        for order in self.sudo():
            tier, base = order._customer_tier_base()
            if tier or order.customer_tier_discount:
                amount = tier and order._customer_list_amount(base)
                order.customer_tier_discount = tier and order._customer_tier_percent(base)
                order.customer_list_amount = amount

    def _customer_tier_keep_discount(self):
        """Keep the discount with which quotations are sent: it is theirs until somebody updates the
        prices."""
        for order in self.sudo():
            tier, base = order._customer_tier_base()
            order.customer_tier_discount = tier and order._customer_tier_percent(base)

    def _customer_tier_forget_prices(self):
        """Orders that are quotations again, where customer, list and lines may all change."""
        # sudo: whoever takes an order back may not read what was kept.
        kept = self.sudo().filtered(lambda o: o.customer_list_amount or o.customer_tier_discount)
        kept.write({"customer_list_amount": False, "customer_tier_discount": False})

    # Grading

    @api.model_create_multi
    def create(self, vals_list):
        # A list that is passed on here is no choice: shops, connectors and imports always do.
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        confirmed._customer_tier_keep_prices()
        confirmed._customer_tier_mark_stale()
        return orders

    def write(self, vals):
        graded = GRADED_FIELDS & vals.keys()
        confirming = self.browse()
        if vals.get("state") == "sale":
            confirming = self.filtered(lambda order: order.state != "sale")
        sold = self.filtered(lambda order: order.state == "sale") if graded else self.browse()
        before = sold._customer_tier_customers()
        result = super().write(vals)
        if vals.get("state") in ("draft", "sent"):
            self._customer_tier_forget_prices()
        if vals.get("state") == "sent":
            self._customer_tier_keep_discount()
        confirming._customer_tier_keep_prices()
        by_person = not self.env.su and self.env.user._is_internal()
        if "pricelist_id" in vals and "pricelist_chosen_for_id" not in vals and by_person:
            self._customer_tier_note_chosen_list()
        if {"partner_id", "partner_invoice_id"} & vals.keys():
            # Whoever changes an order may not read what was invoiced for it.
            self.sudo().invoice_ids._customer_tier_follow_orders()
        if graded:
            self._customer_tier_mark_stale(before)
            sold._customer_tier_take_back()
        return result

    def unlink(self):
        # Afterwards nobody knows which order it was.
        self._customer_tier_take_back()
        return super().unlink()

    def _customer_tier_customers(self):
        """(commercial partner, company) pairs of these orders."""
        return {(order.partner_id.commercial_partner_id, order.company_id) for order in self}

    def _customer_tier_mark_stale(self, before=frozenset()):
        """Have the customers of confirmed orders graded anew, and those they had before."""
        confirmed = self.filtered(lambda order: order.state == "sale")
        self.env["customer.tier.stale"]._mark(before | confirmed._customer_tier_customers())
        confirmed._customer_tier_arrived()

    # Hooks for what waits for orders

    def _customer_tier_arrived(self):
        """Hook: these orders are confirmed, or confirmed ones were changed."""

    @api.model
    def _customer_tier_note_orders(self, partners):
        """Hook: orders of some customers may have come, changed or gone, past the order form, too.

        :param partners: ``res.partner``
        """

    def _customer_tier_take_back(self):
        """Hook: these orders may count no longer for what they counted for."""

    def _customer_delivering(self):
        """Hook: what leaves the warehouse for these orders is done inside of this context."""
        return nullcontext()

    def _customer_delivered_elsewhere(self):
        """Hook: somebody says that what was delivered for these orders was for none, or for
        others."""

    def _customer_tier_lines_changed(self):
        """A line of these orders changed: matters where they are confirmed."""
        confirmed = self.filtered(lambda order: order.state == "sale")
        self.env["customer.tier.stale"]._mark(confirmed._customer_tier_customers())
