from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.mail_activity import RECORDED
from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestWinBack(PlaybookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price = cls.env.ref("customer_tiering_playbook.loss_reason_price")
        cls.quality = cls.env.ref("customer_tiering_playbook.loss_reason_quality")
        cls.why = cls.env.ref("customer_tiering_playbook.mail_activity_type_win_back")

    def _found(self, partner=None):
        return self.env["customer.win.back"].search(
            [("partner_id", "=", (partner or self.buyer).id)], order="id"
        )

    def _answer(self, *partners, **vals):
        """Follow up, as the salesperson does from the contact or the list."""
        customers = self.buyer.union(*partners).with_user(self.salesperson)
        action = customers.action_customer_win_back()
        wizard = self.env["customer.win.back.ask"].with_user(self.salesperson)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"reason_id": self.price.id, **vals})
        wizard.action_apply()
        return wizard

    def test_from_the_customer(self):
        """Reason, outcome and what the customer was then are kept for the analysis."""
        self._put("dormant", event=False)
        self.assertTrue(self.buyer.with_user(self.salesperson).customer_is_lapsed)
        self._answer(note="Too dear", outcome="not_now")
        found = self._found()
        self.assertEqual(
            (found.reason_id, found.outcome, found.note, found.stage),
            (self.price, "not_now", "Too dear", "dormant"),
        )
        self.assertEqual(found.tier_id, self._standing(self.buyer).tier_id)
        self.assertEqual(found.user_id, self.salesperson)
        self.env.invalidate_all()
        self.assertEqual(self.buyer.with_user(self.salesperson).customer_win_back_ids, found)

    def test_open_one_goes_on(self):
        """A second call is no second loss: it counted twice in the analysis."""
        self._put("dormant", event=False)
        self._answer(note="Will think")
        self._answer(reason_id=self.quality.id, outcome="not_now", note="Broken sacks")
        found = self._found()
        self.assertEqual(len(found), 1)
        self.assertEqual((found.reason_id, found.outcome), (self.quality, "not_now"))
        self.assertEqual(found.note, "Will think\nBroken sacks")

    def test_reason_is_asked_for(self):
        """Without a reason there is nothing to analyse."""
        self._put("dormant", event=False)
        with self.assertRaisesRegex(UserError, "Choose the reason"):
            self._answer(reason_id=False)

    def test_only_who_stays_away(self):
        """In bulk the others are left out, and told about; alone there is a message."""
        other = self._create_buyer("Other")
        self._grade()
        self._put("mature", event=False)
        with self.assertRaisesRegex(UserError, "dormant or lost"):
            self.buyer.with_user(self.salesperson).action_customer_win_back()
        self._put("lost", other, event=False)
        wizard = self._answer(other)
        self.assertEqual((wizard.customer_count, wizard.other_count), (1, 1))
        self.assertFalse(self._found())
        self.assertEqual(self._found(other).reason_id, self.price)

    def test_closes_the_question(self):
        """Who has answered found the activity “Find Out Why” still open."""
        self.plan.template_ids[0].activity_type_id = self.why
        self._enter("dormant")
        self._answer(note="Too dear")
        asked = self._starts().with_context(active_test=False).activity_ids.sorted("id")[0]
        self.assertFalse(asked.active)
        self.assertEqual(asked.feedback, "Price: Too dear")
        self.assertEqual(len(self._found()), 1)

    def test_from_the_activity(self):
        """What was typed when the activity was marked done is not lost: it waits for a reason."""
        self.plan.template_ids[0].activity_type_id = self.why
        self._enter("dormant")
        asked = self._activities().sorted("id")[0]
        asked.with_user(self.salesperson).action_feedback(feedback="They moved")
        found = self._found()
        self.assertEqual((found.note, found.outcome), ("They moved", "open"))
        self.assertFalse(found.reason_id)

    def test_answer_that_a_client_calls_recorded(self):
        """A client that sends the key which the dialog puts into the context closes the question,
        and what the customer said is kept nowhere."""
        self.plan.template_ids[0].activity_type_id = self.why
        self._enter("dormant")
        asked = self._activities().sorted("id")[0].with_user(self.salesperson)
        sent = {"win_back_recorded": True, RECORDED.key: True}
        asked.with_context(**sent).action_feedback(feedback="Closed their shop")
        self.assertEqual(self._found().note, "Closed their shop")

    def test_from_the_activity_of_who_does_not_sell(self):
        """Bookkeepers whom a playbook asks could not close their activity."""
        clerk = self._create_user("win_back_clerk", "base.group_user,base.group_partner_manager")
        self._put("dormant", event=False)
        asked = self.buyer.activity_schedule(
            "customer_tiering_playbook.mail_activity_type_win_back", user_id=clerk.id
        )
        asked.with_user(clerk).action_feedback(feedback="Closed their shop")
        self.assertEqual(self._found().note, "Closed their shop")
        with self.assertRaises(AccessError):
            self._found().with_user(clerk).read(["note"])

    def test_order_wins_back(self):
        """The order closes it at once, whoever confirms it, whatever was thought before."""
        outcomes = ("open", "not_now", "for_good")
        buyers = [self._create_buyer(outcome) for outcome in outcomes]
        self._grade()
        for buyer, outcome in zip(buyers, outcomes, strict=True):
            self._put("dormant", buyer, event=False)
            self._answer(buyer, outcome=outcome)
            found = self._found(buyer)
            order = self._create_order(buyer, 50, state="draft", user_id=self.leader.id)
            self.assertFalse(found.order_id, "a quotation is no order")
            order.with_user(self.leader).action_confirm()
            with self.subTest(outcome):
                self.assertEqual((found.outcome, found.order_id), ("won_back", order))
            # The next one is another day's.
            order.date_order -= timedelta(days=2)
            found.date -= timedelta(days=2)

    def test_grading_wins_back(self):
        """Orders that came in past the order form close it with the next grading; returns do
        not."""
        self._put("dormant", event=False)
        self._answer()
        self._create_order(self.buyer, -50)
        self.assertEqual(self._found().outcome, "open")
        order = self._create_order(self.buyer, 50, state="draft")
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'sale' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self._grade()
        self.assertEqual((self._found().outcome, self._found().order_id), ("won_back", order))

    def test_other_companys_order(self):
        """Who buys from company B has not come back to A."""
        self._put("dormant", event=False)
        self._answer()
        self.buyer.company_id = False
        self._create_order(self.buyer, 50, company=self.company_b, team_id=False)
        self.assertEqual(self._found().outcome, "open")

    def test_lost_for_good(self):
        """Who asked to be left in peace went on being called, until an order came."""
        self._enter("dormant")
        rule = self.env["customer.reminder.rule"].create({"name": "Rule"})
        reminder = self.env["customer.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": self.buyer.id,
                "company_id": self.company.id,
                "date": self._days_ago(0),
                "activity_id": self.buyer.activity_schedule(
                    act_type_xmlid="mail.mail_activity_data_todo"
                ).id,
            }
        )
        self._answer(outcome="for_good")
        self.assertFalse(self._activities())
        self.assertEqual((reminder.state, self._starts().state), ("cancel", "left"))
        self._enter("lost")
        self._enter("dormant")
        self.assertEqual(len(self._starts()), 1, "no playbook")
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET call_date = %s, order_count = 5 "
            "WHERE partner_id = %s",
            [self._days_ago(5), self.buyer.id],
        )
        self.env.invalidate_all()
        standing = self._standing(self.buyer)
        today = self._days_ago(0)
        self.assertNotIn(standing, rule._due(self.company, today), "no reminder")
        self._found().outcome = "not_now"
        rule.gap_days = 0
        reminder.date = self._days_ago(9)
        self.assertIn(standing, rule._due(self.company, today))
        self._enter("mature")
        self._enter("dormant")
        self.assertEqual(len(self._starts()), 2)

    def test_reason_in_use(self):
        """A reason that vanished would take the analysis of past years along."""
        self._put("dormant", event=False)
        self._answer()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.price.with_user(self.manager).unlink()
        self.quality.with_user(self.manager).unlink()

    def test_rights(self):
        """Salespeople note what they found out and see no other company's; nobody but managers
        deletes, or keeps the list of reasons."""
        self._put("dormant", event=False)
        self._answer()
        found = self._found().with_user(self.salesperson)
        found.note = "Called again"
        for action in (
            found.unlink,
            lambda: self.price.with_user(self.officer).write({"name": "x"}),
        ):
            with self.assertRaises(AccessError):
                action()
        seen = found.with_user(self.salesperson_b).search([("id", "=", found.id)])
        self.assertFalse(seen)
        found.with_user(self.manager).unlink()

    def test_analysis(self):
        """By reason, tier, salesperson, month and outcome."""
        self._put("dormant", event=False)
        self._answer(outcome="not_now")
        rows = (
            self.env["customer.win.back"]
            .with_user(self.salesperson)
            ._read_group(
                [("company_id", "=", self.company.id)],
                ["reason_id", "tier_id", "user_id", "date:month", "outcome"],
                ["__count"],
            )
        )
        tier = self._standing(self.buyer).tier_id
        month = self._days_ago(0).replace(day=1)
        self.assertEqual(rows, [(self.price, tier, self.salesperson, month, "not_now", 1)])

    def _won_back(self):
        """A follow-up of a dormant customer that an order has ended, and the order."""
        self._put("dormant", event=False)
        self._answer()
        order = self._order()
        self.assertEqual((self._found().outcome, self._found().order_id), ("won_back", order))
        return order

    def test_order_taken_back(self):
        """A cancelled, deleted or moved order won the customer back."""
        order = self._won_back()
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual((self._found().outcome, self._found().order_id.id), ("open", False))
        other = self._order()
        self.assertEqual(self._found().order_id, other)
        other.partner_id = self._create_buyer("Other")
        self.env.invalidate_all()
        self.assertEqual((self._found().outcome, self._found().order_id.id), ("open", False))
        third = self._order()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [third.id])
        self.env.invalidate_all()
        third.unlink()
        self.assertEqual((self._found().outcome, self._found().order_id.id), ("open", False))

    def test_won_back_by_hand(self):
        """Somebody knows that the customer is back, with an order that Odoo does not have."""
        self._put("dormant", event=False)
        self._answer()
        self._found().outcome = "won_back"
        self._grade()
        self.assertEqual(self._found().outcome, "won_back")
