from odoo import fields, models

from .. import offer as offers
from ..offer import COUPON, POINTS, PROMOTION

# So many orders in a row with an offer, and the customer waits for the next one.
IN_A_ROW = 2
REFUSALS = [
    ("early", "The order was not late yet"),
    ("program", "The programme was not for this customer, or not running"),
    ("recent", "The customer had an offer not long ago"),
    ("most", "Too much together with the tier's discount"),
    ("budget", "The month's budget was used up"),
    ("waits", "The customer's last two orders came with offers only: later"),
]


class CustomerReminder(models.Model):
    """What one customer was offered with a reminder; it ends with it."""

    _inherit = "customer.reminder"

    offer_kind = fields.Selection(
        [(COUPON, "Coupon"), (POINTS, "Loyalty points"), (PROMOTION, "Running promotion")],
        string="Offer",
        readonly=True,
        copy=False,
    )
    offer_step_id = fields.Many2one(
        "customer.reminder.rule.step",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        export_string_translation=False,
    )
    offer_program_id = fields.Many2one(
        "loyalty.program", string="Offered", readonly=True, copy=False, ondelete="set null"
    )
    offer_card_id = fields.Many2one(
        "loyalty.card",
        string="Coupon",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    offer_points = fields.Float(string="Points Given", readonly=True, copy=False, aggregator=None)
    offered_on = fields.Date(readonly=True, copy=False)
    offer_until = fields.Date(string="Offer Valid Until", readonly=True, copy=False)
    offer_cost = fields.Float(
        string="Offer Costs",
        readonly=True,
        copy=False,
        help="In company currency, if it is used on a usual order of the customer.",
    )
    offer_void = fields.Boolean(
        string="Offer Is Void", readonly=True, copy=False, help="The reminder has ended."
    )
    offer_refusal = fields.Selection(REFUSALS, string="Why No Offer", readonly=True, copy=False)

    _offered_idx = models.Index("(offer_step_id, offered_on) WHERE offered_on IS NOT NULL")

    # Whether there may be one

    def _offer_refusal(self, step, standing, today):
        """Why this customer gets no offer now, the budget apart.

        :return: key of ``REFUSALS``, empty where nothing speaks against it
        """
        expected = max(filter(None, (self.expected_date, standing.next_order_date)), default=None)
        if not expected or expected >= today:
            return "early"
        if not self._offer_program_fits(step.offer_program_id):
            return "program"
        if step.offer_learned_wait and self._waits_for_offers(expected, standing, today):
            return "waits"
        if self._offered_since(fields.Date.subtract(today, days=step.offer_once_days)):
            return "recent"
        cost = self._offer_cost(step, standing, today)
        # A cent of rounding is nothing.
        if self._tier_share(standing) + cost.share > step.offer_most / 100 + 1e-9:
            return "most"
        return ""

    def _offer_program_fits(self, program):
        order = self.env["sale.order"].new(
            {"partner_id": self.partner_id.id, "company_id": self.company_id.id}
        )
        # Of its tier, its stage and its pricelist.
        domain = [("id", "=", program.id), *order._get_program_domain()]
        used_up = program.limit_usage and program.total_order_count >= program.max_usage
        return bool(program.reward_ids and not used_up and program.search_count(domain, limit=1))

    def _waits_for_offers(self, expected, standing, today):
        """Whether the customer's last orders came with offers only, and it is not a whole rhythm
        late yet."""
        last = standing.last_order_date
        rhythm = max((expected - last).days, 0) if last else 0
        if today >= fields.Date.add(expected, days=rhythm):
            return False
        bought = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "=", "sale"),
        ]
        orders = self.env["sale.order"].search(
            bought, order="date_order desc, id desc", limit=IN_A_ROW
        )
        return len(orders) == IN_A_ROW and all(order._customer_has_offer() for order in orders)

    def _offered_since(self, day):
        """Whether the customer got an offer after a day, by whichever rule."""
        return self.search_count(
            [
                ("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("offered_on", ">", day),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _tier_share(self, standing):
        """Discount of the tier, 0–1."""
        tier = standing.tier_id
        return tier.discount / 100 if tier.active and tier.gives_prices else 0.0

    def _offer_cost(self, step, standing, today):
        usual = standing.amount / standing.order_count if standing.order_count else 0.0
        program = step.offer_program_id
        return offers.cost(program, step._points(), usual, self.company_id, today)

    # Giving it, and taking it back

    def _give_offer(self, step, contact, cost, today):
        """
        :param contact: ``res.partner`` who is written to
        :param cost: ``offer.Cost``
        """
        until, points = fields.Date.add(today, days=step.offer_valid_days), step._points()
        if step.offer == PROMOTION and step.offer_program_id.date_to:
            until = min(until, step.offer_program_id.date_to)
        card, program = self.env["loyalty.card"], step.offer_program_id
        # The programme's own mail would be a second one.
        Card = card.with_context(loyalty_no_mail=True, tracking_disable=True)
        if step.offer == COUPON:
            vals = {"program_id": program.id, "partner_id": contact.id, "points": points}
            card = Card.create({**vals, "expiration_date": until})
        elif step.offer == POINTS:
            empty = {"program_id": program.id, "partner_id": contact.id, "points": 0}
            card = self._points_card(program, contact) or Card.create(empty)
            self._change_points(card, points)
        self.write(
            {
                "offer_kind": step.offer,
                "offer_step_id": step.id,
                "offer_program_id": program.id,
                "offer_card_id": card.id,
                "offer_points": points if step.offer != PROMOTION else 0,
                "offered_on": today,
                "offer_until": until,
                "offer_cost": cost.amount,
                "offer_refusal": False,
            }
        )

    def _points_card(self, program, contact):
        """The card on which points of the customer add up: the contact's own, else that of the
        customer or of another of its contacts with the most points; empty without one."""
        customer, today = contact.commercial_partner_id, fields.Date.context_today(self)
        cards = self.env["loyalty.card"].search(
            [
                ("program_id", "=", program.id),
                ("partner_id.commercial_partner_id", "=", customer.id),
                # Nobody can use what is on a card that has expired.
                "|",
                ("expiration_date", "=", False),
                ("expiration_date", ">=", today),
            ],
            order="points desc, id",
        )
        return cards.filtered(lambda card: card.partner_id == contact)[:1] or cards[:1]

    def _change_points(self, card, points):
        """Add points to a card, or take some away, with a line in its history."""
        card.with_context(loyalty_no_mail=True).points += points
        self.env["loyalty.history"].create(
            {
                "card_id": card.id,
                "description": self.env._("Reminder to order again"),
                "issued": max(points, 0),
                "used": max(-points, 0),
            }
        )

    def _with_valid_coupon(self):
        """Those of these whose customers hold a coupon that is good for some days yet."""
        held = self.filtered("offer_card_id")
        return held.filtered(
            lambda r: (
                not r.offer_void
                and r.offer_until >= r.env["customer.tier.gather"]._today(r.company_id)
                and (r.offer_kind != COUPON or r.sudo().offer_card_id.points > 0)
            )
        )

    def _void_offers(self):
        """These have ended: their coupons are good for nothing any more, and points that brought no
        order are taken back."""
        # Whoever ends a reminder, by an order for one, need not write coupons.
        for reminder in self.sudo().filtered(lambda r: r.offer_card_id and not r.offer_void):
            card = reminder.offer_card_id
            if reminder.offer_kind == COUPON:
                today = self.env["customer.tier.gather"]._today(reminder.company_id)
                card.expiration_date = fields.Date.subtract(today, days=1)
            elif reminder.state != "ordered":
                # Some may have been used.
                left = min(reminder.offer_points, card.points)
                reminder.offer_points = left
                reminder._change_points(card, -left)
            else:
                continue
            reminder.offer_void = True

    def _renew_offers(self):
        """The order that had ended these was taken back."""
        for reminder in self.sudo().filtered(lambda r: r.offer_card_id and r.offer_void):
            if reminder.offer_kind == COUPON:
                reminder.offer_card_id.expiration_date = reminder.offer_until
            else:
                reminder._change_points(reminder.offer_card_id, reminder.offer_points)
            reminder.offer_void = False

    # What is said

    def _offer_text(self):
        """One sentence for the customer, empty without a valid offer."""
        self.ensure_one()
        today = self.env["customer.tier.gather"]._today(self.company_id)
        if not self.offered_on or self.offer_void or self.offer_until < today:
            return ""
        # Customers and salespeople need not read programmes.
        return offers.text(self.sudo().env, self.sudo())

    def _activity_vals(self, rule, standing, user):
        vals = super()._activity_vals(rule, standing, user)
        offer = self and self.with_context(lang=user.lang)._offer_text()
        if offer:
            said = self.with_context(lang=user.lang).env._("The customer was told: %s", offer)
            vals["note"] = f"{vals['note'] or ''} {said}".strip()
        return vals
