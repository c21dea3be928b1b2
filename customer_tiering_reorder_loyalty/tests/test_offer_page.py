from odoo import fields
from odoo.addons.customer_tiering_reorder.controllers.reorder_page import LIMIT
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestOfferPage(OfferCase, HttpCase):
    """The coupon on the customer's page, and in the hands of others."""

    def setUp(self):
        super().setUp()
        LIMIT.forget()
        self.coffee = self._create_product(name="Coffee", list_price=10, type="service")
        for days in (60, 40, 20):
            self._create_order(
                self.buyer,
                date=days,
                lines=[{"product_id": self.coffee.id, "product_uom_qty": 3, "price_unit": 10}],
                team_id=False,
            )
        self.reminder = self._begin_late(self._offering())
        self._send()
        self.card = self.reminder.offer_card_id
        self.path = f"/o/{self.reminder._reorder_token(self.buyer)}"

    def _asked_for(self):
        """What is there after a press of the button."""
        data = {"action": "order", f"q{self.coffee.id}": 4}
        self.url_open(self.path, data=data, allow_redirects=False)
        self.env.invalidate_all()
        return self.env["sale.order"].search([("customer_reminder_id", "=", self.reminder.id)])

    def test_shown_and_applied(self):
        """The customer has to type the code of its mail by hand, or looking at the page uses the
        coupon up."""
        self.assertTrue(self.card)
        for _time in range(2):
            page = self.url_open(self.path)
            self.assertIn(self.card.code, page.text)
        self.env.invalidate_all()
        self.assertEqual(self.card.points, 1)
        self.assertFalse(
            self.env["sale.order"].search([("applied_coupon_ids", "in", self.card.ids)])
        )
        order = self._asked_for()
        self.assertEqual(len(order), 1)
        reward = order.order_line.filtered("reward_id")
        self.assertEqual(reward.coupon_id, self.card)
        self.assertAlmostEqual(order.amount_untaxed, 38, 2)
        order.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(self.reminder.state, "ordered")
        self.assertEqual(self.card.points, 0)
        self.assertAlmostEqual(order.amount_untaxed, 38, 2)

    def test_void(self):
        """An offer that has ended is on the page."""
        self.card.expiration_date = fields.Date.subtract(fields.Date.today(), days=1)
        self.reminder.offer_until = self.card.expiration_date
        self.assertNotIn(self.card.code, self.url_open(self.path).text)
        order = self._asked_for()
        self.assertFalse(order.order_line.filtered("reward_id"))

    def test_not_applicable(self):
        """Because a coupon cannot be used, the customer gets no quotation; or nobody knows why the
        coupon is not on it."""
        self.coupons.rule_ids.minimum_amount = 500
        order = self._asked_for()
        self.assertEqual(len(order), 1)
        self.assertFalse(order.order_line.filtered("reward_id"))
        self.assertTrue(order.message_ids.filtered(lambda m: self.card.code in (m.body or "")))

    # Somebody else's

    def test_stranger_by_code(self):
        """Whoever got the mail forwarded orders with the coupon."""
        order = self._create_order(self._create_buyer("Stranger"), 100, state="draft", date=0)
        self.assertFalse(self.coupons.customer_personal)
        self.assertIn("somebody else", order._try_apply_code(self.card.code)["error"])
        wizard = self.env["sale.loyalty.coupon.wizard"].create(
            {"order_id": order.id, "coupon_code": self.card.code}
        )
        with self.assertRaisesRegex(ValidationError, "somebody else"):
            wizard.action_apply()

    def test_stranger_by_the_reward_dialog(self):
        """The coupon is put on a stranger's order past the code, and its reward chosen there."""
        order = self._create_order(self._create_buyer("Stranger"), 100, state="draft", date=0)
        order.applied_coupon_ids += self.card
        self.assertNotIn(self.card, order._get_claimable_rewards())
        reward = self.coupons.reward_ids
        self.assertIn("somebody else", order._apply_program_reward(reward, self.card)["error"])
        wizard = self.env["sale.loyalty.reward.wizard"].create(
            {"order_id": order.id, "selected_reward_id": reward.id}
        )
        with self.assertRaises(ValidationError):
            wizard.action_apply()
        order.action_confirm()
        self.assertFalse(order.order_line.filtered("reward_id"))
        self.assertEqual(self.card.points, 1)

    def test_stranger_by_the_page(self):
        """A stranger's page shows the coupon, or takes it."""
        stranger = self._create_buyer("Stranger")
        other = self.env["customer.reminder"].create(
            {
                "rule_id": self.rule.id,
                "partner_id": stranger.id,
                "company_id": self.company.id,
                "date": fields.Date.today(),
            }
        )
        path = f"/o/{other._reorder_token(stranger)}"
        self.assertNotIn(self.card.code, self.url_open(path).text)
        # A contact that has gone to another company takes no coupon along.
        contact = self._create_customer("Ann", parent_id=self.buyer.id)
        path = f"/o/{self.reminder._reorder_token(contact)}"
        contact.parent_id = stranger
        self.env.flush_all()
        response = self.url_open(path)
        self.assertEqual(response.status_code, 404)
        self.assertNotIn(self.card.code, response.text)

    def test_stranger_at_the_till(self):
        """The cashier enters the code for somebody else. Core refuses it there, which nothing of
        ours may loosen; without a till there is nothing to enter it at."""
        Till = self.env.get("pos.config")
        enter = getattr(Till, "use_coupon_code", None)
        stranger = self._create_buyer("Stranger")
        tills = Till.search([("company_id", "=", self.company.id)], limit=1) if enter else ()
        if enter and not tills:
            # Without a chart of accounts there are no methods of payment to begin with.
            vals = {"name": "Till", "company_id": self.company.id, "payment_method_ids": []}
            tills = Till.create(vals)
        for till in tills:
            today = fields.Datetime.to_string(fields.Datetime.now())
            for partner in (stranger.id, False):
                found = till.use_coupon_code(self.card.code, today, partner, False)
                self.assertFalse(found["successful"])
            found = till.use_coupon_code(self.card.code, today, self.buyer.id, False)
            self.assertTrue(found["successful"] or self.coupons.currency_id != till.currency_id)

    def test_own_contact(self):
        """Whoever orders for the customer is refused its coupon."""
        contact = self._create_customer("Ann", parent_id=self.buyer.id)
        order = self._create_order(contact, 100, state="draft", date=0)
        self.assertNotIn("error", order._try_apply_code(self.card.code))
