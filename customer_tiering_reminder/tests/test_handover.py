from odoo.addons.customer_tiering.tests.follow_up_common import FollowUpCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestHandover(FollowUpCase):
    """Whoever leaves the company takes no reminder along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.successor = cls._create_user("tiering_successor", "sales_team.group_sale_salesman")
        cls.company.customer_tier_fallback_user_id = cls.successor

    def _leave(self, user):
        user.action_archive()
        self.env.invalidate_all()

    def test_reminder_goes_on(self):
        """The reminder was called dismissed, so that for a month nobody else was reminded."""
        rule = self.env["customer.reminder.rule"].create({"name": "Late", "min_order_count": 0})
        self.buyer.user_id = self.successor
        standing = self._standing(self.buyer)
        reminder = self.env["customer.reminder"]._open(
            rule, {standing: self.salesperson}, self._days_ago(0)
        )
        other = self.buyer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.salesperson.id
        )
        self._leave(self.salesperson)
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual((reminder.state, reminder.user_id), ("open", self.successor))
        self.assertEqual(reminder.activity_id.user_id, self.successor)
        self.assertFalse(other.exists(), "what people planned themselves is the core's")

    def _reminder(self):
        self.buyer.user_id = self.successor
        self.rule = self.env["customer.reminder.rule"].create(
            {"name": "Late", "min_order_count": 0}
        )
        due = {self._standing(self.buyer): self.salesperson}
        return self.env["customer.reminder"]._open(self.rule, due, self._days_ago(0))

    def test_activity_given_to_somebody_else(self):
        """Who got the activity missed the reminder among theirs, and it counted for the day of
        who had given it away."""
        reminder = self._reminder()
        reminder.activity_id.with_user(self.salesperson).user_id = self.leader
        self.assertEqual(reminder.user_id, self.leader)

    def test_told_in_the_language_of_who_has_it(self):
        """A colleague took over what was to be done, and the list and the systray said it in the
        language of who had it before; or what somebody had written there was lost."""
        self.env["res.lang"]._activate_lang("zh_CN")
        reminder = self._reminder()
        english = reminder.activity_id.summary
        self.leader.lang = "zh_CN"
        reminder.activity_id.with_user(self.salesperson).user_id = self.leader
        chinese = reminder.with_context(lang="zh_CN")._summaries_for_reader()[reminder]
        self.assertNotEqual(chinese, english)
        self.assertEqual(reminder.activity_id.summary, chinese)
        reminder.activity_id.user_id = self.salesperson
        self.assertEqual(reminder.activity_id.summary, english)
        reminder.activity_id.summary = "Ask for Ann"
        reminder.activity_id.user_id = self.leader
        self.assertEqual(reminder.activity_id.summary, "Ask for Ann")

    def test_portal_user(self):
        """Somebody who is a customer by now had salespeople's work to do."""
        reminder = self._reminder()
        self.salesperson.group_ids = self.env.ref("base.group_portal")
        self.env.invalidate_all()
        self.assertEqual(reminder.activity_id.user_id, self.successor)
        self.assertEqual(reminder.user_id, self.successor)

    def test_other_company(self):
        """Work stayed with somebody who cannot open the customer any more."""
        reminder = self._reminder()
        self.salesperson.write(
            {
                "company_ids": [(6, 0, self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(reminder.activity_id.user_id, self.successor)
        self.assertEqual(reminder.user_id, self.successor)

    def test_who_stays_keeps(self):
        """Another right or another company beside this one takes no work away."""
        reminder = self._reminder()
        self.salesperson.company_ids += self.company_b
        self.salesperson.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.env.invalidate_all()
        self.assertEqual(reminder.activity_id.user_id, self.salesperson)

    def test_rights_lost_elsewhere(self):
        """Rights that are taken on the group or the company, not on the user, are found by the
        next grading."""
        reminder = self._reminder()
        self.company.user_ids -= self.salesperson
        self._grade()
        self.env.invalidate_all()
        self.assertEqual(reminder.activity_id.user_id, self.successor)
        self.assertEqual(reminder.user_id, self.successor)

    def test_customer_given_to_somebody_else(self):
        """The customer is a colleague's by now, and its reminder stays on the desk of the one
        before; what the leader was asked to do, and what people planned, are not given away."""
        rule = self.env["customer.reminder.rule"].create({"name": "Late", "min_order_count": 0})
        other = self._create_buyer("Other")
        self._grade()
        due = {self._standing(p): self.salesperson for p in (self.buyer, other)}
        reminders = self.env["customer.reminder"]._open(rule, due, self._days_ago(0))
        reminder = reminders.filtered(lambda r: r.partner_id == self.buyer)
        own = self.buyer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.salesperson.id
        )
        self.buyer.user_id = self.successor
        self.env.invalidate_all()
        self.assertEqual(reminder.activity_id.user_id, self.successor)
        self.assertEqual(reminder.user_id, self.successor)
        self.assertEqual(own.user_id, self.salesperson)
        self.assertEqual((reminders - reminder).user_id, self.salesperson)
        reminder.activity_id.user_id = self.leader
        self.buyer.user_id = self.salesperson
        self.assertEqual(reminder.activity_id.user_id, self.leader)
