from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestOffer(OfferCase):
    """Offers that are made when a step is sent, and end with the reminder."""

    def _offered(self, **more):
        """A reminder with an offer that was sent."""
        reminder = self._begin_late(self._offering(**more))
        self._send()
        return reminder

    # Making it

    def test_coupon(self):
        """The mail promises a coupon that does not exist, or one that lasts for ever."""
        reminder = self._offered()
        card = reminder.offer_card_id
        self.assertEqual(reminder.arm, "offer")
        self.assertEqual(card.program_id, self.coupons)
        self.assertEqual(card.partner_id, self.buyer)
        self.assertEqual(card.expiration_date, fields.Date.today() + timedelta(days=14))
        self.assertEqual(reminder.offered_on, fields.Date.today())
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertIn(card.code, mail.body_html)
        self.assertIn("5% on your order", mail.body_html)
        self.assertLess(mail.body_html.index(card.code), mail.body_html.index("/o/"))
        # The programme's own mail would be a second one.
        self.assertFalse(card.message_ids.filtered("subject"))

    def test_own_text_with_the_code(self):
        """The coupon is told twice where the text tells it."""
        template = self.env.ref("customer_tiering_reorder.mail_template_reminder").copy(
            {"body_html": '<p>Take <t t-out="object.offer_code"/></p>'}
        )
        reminder = self._offered(template_id=template.id)
        self.assertEqual(self._mails().body_html.count(reminder.offer_card_id.code), 1)

    def test_language(self):
        """A customer in China is told of its coupon in English."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.buyer.lang = "zh_CN"
        self.coupons.reward_ids.with_context(lang="zh_CN").description = "全单九五折"
        reminder = self._offered()
        self.assertIn("全单九五折", self._steps(reminder).offer_text)

    def test_to_do(self):
        """The salesperson who calls does not know the coupon."""
        reminder = self._begin_late(self._offering("activity", 1))
        self._send(days=1)
        self.assertIn(reminder.offer_card_id.code, reminder.activity_id.note)

    def test_next_channel(self):
        """A second coupon goes with the second channel, after the first did not reach."""
        self.buyer.email = False
        reminder = self._offered()
        self._send(minutes=5)
        self.assertTrue(reminder.activity_id)
        cards = self.env["loyalty.card"].search([("program_id", "=", self.coupons.id)])
        self.assertLessEqual(len(cards), 1)

    def test_points(self):
        """Points are promised and not credited; or kept by who ordered nothing."""
        program = self._create_loyalty("loyalty")
        reminder = self._offered(offer="points", offer_program_id=program.id, offer_points=7)
        card = reminder.offer_card_id
        self.assertEqual((card.points, card.partner_id), (7, self.buyer))
        self.assertIn("credited you 7", self._mails().body_html)
        card.points -= 3
        reminder._dismiss()
        self.assertEqual(card.points, 0)
        self.assertEqual(sum(card.history_ids.mapped("issued")), 7)

    def test_points_of_who_orders(self):
        """Whoever orders loses the points that it was given for that."""
        program = self._create_loyalty("loyalty")
        reminder = self._offered(offer="points", offer_program_id=program.id, offer_points=7)
        self._order()
        self.assertEqual(reminder.state, "ordered")
        self.assertGreaterEqual(reminder.offer_card_id.points, 7)

    def _points_of_contact(self):
        """Of a customer without an address, whose contact has ordered last.

        :return: (contact, programme, reminder that gave the contact seven points)
        """
        program = self._create_loyalty("loyalty", {"required_points": 5})
        contact = self._create_customer("Ann", parent_id=self.buyer.id, email="ann@example.com")
        self.buyer.email = False
        self._create_order(contact, 100, date=30)
        given = {"offer": "points", "offer_program_id": program.id, "offer_points": 7}
        return contact, program, self._offered(**given)

    def test_points_for_an_order_of_the_company(self):
        """The points are on the card of the contact who got the mail; the quotation that the
        salesperson makes out to the company does not know them."""
        contact, _program, reminder = self._points_of_contact()
        card = reminder.offer_card_id
        self.assertEqual((card.partner_id, card.points), (contact, 7))
        order = self._create_order(self.buyer, 100, state="draft", date=0).with_user(
            self.salesperson
        )
        order._update_programs_and_rewards()
        reward = order._get_claimable_rewards()[card]
        self.assertTrue(reward)
        self.assertFalse(order._apply_program_reward(reward, card).get("error"))
        order._update_programs_and_rewards()
        self.assertAlmostEqual(order.amount_untaxed, 95)
        order.action_confirm()
        self.assertEqual((reminder.state, card.points), ("ordered", 2))

    def test_points_of_another_customer(self):
        """Whose order it is, is not looked at: anybody uses up the points of a reminder."""
        _contact, _program, reminder = self._points_of_contact()
        order = self._create_order(self._create_own_customer("Other"), 100, state="draft", date=0)
        order._update_programs_and_rewards()
        self.assertNotIn(reminder.offer_card_id, order._get_claimable_rewards())

    def test_points_add_up(self):
        """The company has points already, and those of the reminder begin a second card, so that
        neither is enough for a reward."""
        program = self._create_loyalty("loyalty")
        known = {"program_id": program.id, "partner_id": self.buyer.id, "points": 3}
        card = self.env["loyalty.card"].create(known)
        contact = self._create_customer("Ann", parent_id=self.buyer.id, email="ann@example.com")
        self._create_order(contact, 100, date=30)
        self.buyer.email = False
        reminder = self._offered(offer="points", offer_program_id=program.id, offer_points=7)
        self.assertEqual(self._steps(reminder).partner_id, contact)
        self.assertEqual((reminder.offer_card_id, card.points), (card, 10))

    def test_points_on_an_expired_card(self):
        """Points were put on a card with many that had expired, where nobody can use them."""
        program = self._create_loyalty("loyalty")
        known = {"program_id": program.id, "partner_id": self.buyer.id, "points": 30}
        old = self.env["loyalty.card"].create(known)
        old.expiration_date = self._days_ago(1)
        reminder = self._offered(offer="points", offer_program_id=program.id, offer_points=7)
        self.assertNotEqual(reminder.offer_card_id, old)
        self.assertEqual((reminder.offer_card_id.points, old.points), (7, 30))

    def test_promotion(self):
        """Nobody is told of what is on offer anyway."""
        program = self._create_loyalty("promo_code")
        program.write({"trigger": "with_code"})
        program.rule_ids.write({"mode": "with_code", "code": "AUTUMN"})
        reminder = self._offered(offer="promotion", offer_program_id=program.id)
        self.assertFalse(reminder.offer_card_id)
        self.assertIn("AUTUMN", self._mails().body_html)

    # Who gets none

    def _assert_refused(self, reminder, reason):
        self.assertFalse(reminder.offer_card_id)
        self.assertFalse(reminder.offered_on)
        self.assertEqual(reminder.offer_refusal, reason)
        # Reminded all the same.
        self.assertEqual(self._steps(reminder).state, "sent")
        self.assertNotIn("coupon", self._mails().body_html)

    def test_not_before_the_day(self):
        """A coupon for who would have bought in three days anyway."""
        for days in (-3, 0):
            reminder = self._begin_late(self._offering(), days=days)
            self._send()
            self._assert_refused(reminder, "early")
            reminder._dismiss()
            self._mails().unlink()
            self.clock.tick(timedelta(days=28))
        reminder = self._begin_late(self._offering(), days=1)
        self._send()
        self.assertTrue(reminder.offer_card_id)

    def test_nobody_knows_when(self):
        """Of prospects nobody knows when they would have bought."""
        standing = self._expect(5)
        standing.sudo().next_order_date = False
        self._steps_of_rule(self._offering())
        due = {standing: self.salesperson}
        reminder = self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())
        self._send()
        self._assert_refused(reminder, "early")

    def test_not_drawn(self):
        """Everybody gets the coupon, and nobody knows what it brings."""
        self.rule.offer_share = 0
        reminder = self._offered()
        self.assertEqual(reminder.arm, "treated")
        self.assertFalse(reminder.offer_card_id or reminder.offer_refusal)
        self.assertEqual(len(self._mails()), 1)

    def test_never_held_back(self):
        """Whoever is never held back never gets an offer either."""
        program = self._create_program(tiers=["Best"])
        self._set_tier(self.buyer, program.tier_ids)
        self.rule.write({"control_share": 0, "never_held_tier_ids": program.tier_ids.ids})
        reminder = self._offered()
        self.assertEqual((reminder.arm, reminder.experiment), ("offer", False))

    def test_archived_programme(self):
        """A coupon of a programme that has ended is in the mail, and refused at the order."""
        reminder = self._begin_late(self._offering())
        self.coupons.action_archive()
        self._send()
        self._assert_refused(reminder, "program")

    def test_programme_of_other_tiers(self):
        """A coupon that the customer's tier may not use."""
        program = self._create_program(tiers=["Best"])
        self.coupons.customer_tier_ids = program.tier_ids
        self._assert_refused(self._offered(), "program")

    def test_once(self):
        """A customer learns that whoever waits gets a coupon, every month."""
        first = self._offered()
        first._dismiss()
        self.clock.tick(timedelta(days=63))
        self._mails().unlink()
        second = self._offered()
        self._assert_refused(second, "recent")
        second._dismiss()
        self.clock.tick(timedelta(days=133))
        self.assertTrue(self._offered().offer_card_id)

    def _order_with(self, card):
        order = self._create_order(self.buyer, 100, state="draft", date=0)
        self.assertNotIn("error", order._try_apply_code(card.code))
        order._apply_program_reward(self.coupons.reward_ids, card)
        order.action_confirm()
        self.env.invalidate_all()
        return order

    def test_who_waits_for_offers(self):
        """A customer orders only when there is a coupon, and gets the third one as soon as ever."""
        for _time in range(2):
            reminder = self._offered(offer_once_days=0)
            self.assertTrue(reminder.offer_card_id)
            self._order_with(reminder.offer_card_id)
            self.assertEqual(reminder.state, "ordered")
            self.clock.tick(timedelta(days=28))
            self._mails().unlink()
        self._last_order(40)
        third = self._offered(offer_once_days=0)
        self._assert_refused(third, "waits")
        third._dismiss()
        self._mails().unlink()
        # Not where nobody wants it so.
        self.clock.tick(timedelta(days=7))
        self._last_order(40)
        again = self._offered(offer_once_days=0, offer_learned_wait=False)
        self.assertTrue(again.offer_card_id)
        again._dismiss()
        self._mails().unlink()
        # Expected ten days ago after a rhythm of eight: that is late enough.
        self.clock.tick(timedelta(days=35))
        self._last_order(18)
        late = self._offered(offer_once_days=0)
        self.assertTrue(late.offer_card_id)

    def _last_order(self, days):
        """The customer ordered last so many days ago, as graded."""
        standing = self._standing(self.buyer)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET last_order_date = %s WHERE id = %s",
            [self._ago(days), standing.id],
        )
        self.env.invalidate_all()

    def test_one_order_without(self):
        """Who ordered without an offer in between is taken for somebody who waits."""
        reminder = self._offered(offer_once_days=0)
        self._order_with(reminder.offer_card_id)
        self._order()
        self.clock.tick(timedelta(days=28))
        self._mails().unlink()
        self.assertTrue(self._offered(offer_once_days=0).offer_card_id)

    def test_most(self):
        """Fifteen percent of the tier and ten of the coupon are a quarter of the price."""
        program = self._create_program(tiers=["Best"], gives_prices=True)
        program.tier_ids.discount = 16
        self._set_tier(self.buyer, program.tier_ids)
        reminder = self._offered()
        self._assert_refused(reminder, "most")
        reminder._dismiss()
        self._mails().unlink()
        self.clock.tick(timedelta(days=28))
        program.tier_ids.discount = 15
        self.assertTrue(self._offered().offer_card_id)

    # The budget

    def test_budget(self):
        """Coupons for more than the month's budget."""
        # Each costs five percent of an order of 100.
        others = [self._create_buyer(f"Buyer {n}", email="b@example.com") for n in range(4)]
        self._grade()
        for partner in others:
            standing = self._expect(10, partner)
            self.assertEqual(standing.amount / standing.order_count, 100)
        self._steps_of_rule(self._offering(offer_budget=12))
        due = {self._standing(partner): self.salesperson for partner in others}
        reminders = self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())
        self._send()
        offered = reminders.filtered("offered_on")
        self.assertEqual(sum(offered.mapped("offer_cost")), 10)
        self.assertEqual((reminders - offered).mapped("offer_refusal"), ["budget", "budget"])
        self.assertEqual(self.rule.step_ids.offer_given_count, 2)
        # By number, and again in the next month.
        self.clock.move_to(fields.Datetime.add(self.noon, days=200))
        reminders._dismiss()
        for partner in others:
            self._expect(10, partner)
        self._steps_of_rule(self._offering(offer_budget_count=3))
        due = {self._standing(partner): self.salesperson for partner in others}
        again = self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())
        self._send(days=3)
        self.assertEqual(len(again.filtered("offered_on")), 3)

    # Its end

    def test_void_with_the_reminder(self):
        """The customer orders otherwise, and uses the coupon next year."""
        reminder = self._offered()
        card = reminder.offer_card_id
        self.assertFalse(reminder.offer_void)
        order = self._order()
        self.assertEqual(reminder.state, "ordered")
        self.assertTrue(reminder.offer_void)
        self.assertLess(card.expiration_date, fields.Date.today())
        self.assertEqual(reminder._offer_text(), "")
        later = self._create_order(self.buyer, 100, state="draft", date=0)
        self.assertIn("expired", later._try_apply_code(card.code)["error"])
        # The order is taken back.
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.env["customer.reminder"]._take_back([("company_id", "=", self.company.id)])
        self.env.invalidate_all()
        if reminder.state == "open":
            self.assertEqual(card.expiration_date, reminder.offer_until)
            self.assertFalse(reminder.offer_void)

    def test_promised_days(self):
        """A salesperson ticks the to-do off, and the coupon in the customer's mail is void."""
        reminder = self._begin_late(("activity", 0), self._offering())
        self._send()
        self.assertTrue(reminder.offer_card_id)
        reminder.activity_id.action_feedback()
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual(reminder.state, "open")
        self.clock.tick(timedelta(days=15))
        self.env.invalidate_all()
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual(reminder.state, "done")
        self.assertTrue(reminder.offer_void)

    def test_rule_is_deleted(self):
        """The rule is deleted, and its coupons go on."""
        reminder = self._offered()
        card = reminder.offer_card_id
        self.rule.unlink()
        self.assertLess(card.expiration_date, fields.Date.today())

    def test_uninstalled(self):
        """Without the addon coupons are left that end with nothing."""
        from ..hooks import uninstall_hook

        reminder = self._offered()
        uninstall_hook(self.env)
        self.assertLess(reminder.offer_card_id.expiration_date, fields.Date.today())
