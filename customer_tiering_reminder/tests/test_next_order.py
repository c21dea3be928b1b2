"""Who is reminded of the next order, and in which words."""

from pathlib import Path

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import format_date

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "pre-rhythm.py"
SHIPPED = "customer_tiering_reminder.reminder_rule_overdue"


@tagged("post_install", "-at_install")
class TestNextOrder(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._without_reminders()
        cls.program = cls._create_program(domain=OWN)

    def _regulars(self, number, since, amount=100):
        """Customers who ordered every 30 days, last so many days ago."""
        vals = {"user_id": self.salesperson.id}
        orders = [(since + 30 * n, amount) for n in range(9)]
        return [
            self._create_own_customer(f"Every month {since} {n}", *orders, **vals)
            for n in range(number)
        ]

    def _reminded(self, partners):
        found = self.env["customer.reminder"].search([]).partner_id
        return [partner in found for partner in partners]

    def test_reminded_when_late(self):
        """Half of those reminded on the day that is expected would have ordered within days;
        everybody who has bought is minded, once in the last year or not."""
        rule = self.env["customer.reminder.rule"].create({"name": "Late"})
        self.assertEqual((rule.reminds_at, rule.min_order_count), ("late", 0))
        punctual = self._regulars(8, since=10)
        (once,) = [self._create_own_customer("Once", (60, 100), user_id=self.salesperson.id)]
        (expected,), (late,) = self._regulars(1, since=29), self._regulars(1, since=32)
        self._grade()
        standing = self._standing(late)
        self.assertEqual(standing.next_order_date, self._days_ago(2))
        self.assertEqual(standing.next_order_late, self._days_ago(2))
        self.assertEqual(self._reminded([*punctual, expected, late]), [False] * 9 + [True])
        # Of who has ordered once, four of five have again after as long as others have.
        self.assertEqual(self._reminded([once]), [True])
        activity = late.activity_ids
        self.assertIn(format_date(self.env, self._days_ago(2)), activity.summary)
        self.assertIn("late since", activity.summary)
        self.assertIn("Half of such customers who come back have ordered again by", activity.note)

    def test_activity_tells_the_day_that_the_rule_goes_by(self):
        """The activity said that the order was late since a day on which nobody was reminded: the
        rule goes by the day from which a call is worth it."""
        (late,) = self._regulars(1, since=80)
        self._regulars(6, since=10)
        self._grade()
        standing = self._standing(late).sudo()
        standing.write({"call_date": self._days_ago(5), "next_order_late": self._days_ago(40)})
        standing.stay_away = 0.62
        rules = self.env["customer.reminder.rule"]
        texts = {}
        for reminds_at in ("late", "expected"):
            rule = rules.create({"name": reminds_at, "reminds_at": reminds_at})
            vals = self.env["customer.reminder"]._activity_vals(rule, standing, self.salesperson)
            texts[reminds_at] = vals["summary"], vals["note"]
        summary, note = texts["late"]
        for days in (40, 5):
            self.assertIn(format_date(self.env, self._days_ago(days)), summary)
        self.assertIn("62 order nothing", note)
        self.assertIn(format_date(self.env, self._days_ago(5)), note)
        summary, note = texts["expected"]
        self.assertNotIn(format_date(self.env, self._days_ago(5)), summary + note)

    def test_most_to_lose_first(self):
        """The customer with the best score went first, however surely it comes by itself."""
        self.env["customer.reminder.rule"].create({"name": "Late", "daily_limit": 1})
        self._regulars(6, since=10)
        (small,), (large,) = self._regulars(1, since=33), self._regulars(1, since=32, amount=900)
        self._grade()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET score = CASE partner_id WHEN %s THEN 90 END",
            [small.id],
        )
        self.assertEqual(self._reminded([small, large]), [False, True])

    def test_silent_customers_are_left_in_peace(self):
        """A silent customer is not called more often than the rule's days between reminders."""
        rule = self.env["customer.reminder.rule"].create({"name": "Late", "gap_days": 20})
        self._regulars(6, since=10)
        (late,) = self._regulars(1, since=32)
        self._grade(as_of=self._days_ago(1))
        reminder = self.env["customer.reminder"].search([("partner_id", "=", late.id)])
        reminder._dismiss()
        standing = self._standing(late)
        for days, due in ((1, False), (18, False), (20, True)):
            today = self._days_ago(-days)
            self.assertEqual(standing in rule._due(self.company, today), due, days)

    def test_shipped_rule_is_measured(self):
        """What the first rule brings was not known until somebody thought of it."""
        self.assertEqual(self.env.ref(SHIPPED).control_share, 20)

    def test_rules_of_before(self):
        """After an update the shipped rule reminds of who is late; a rule that somebody changed
        does what it did."""
        script = load_script(str(SCRIPT), "pre-rhythm")
        shipped = self.env.ref(SHIPPED)
        shipped.write({"min_order_count": 2, "reminds_at": "expected"})
        own = self.env["customer.reminder.rule"].create(
            {"name": "Own", "min_order_count": 2, "reminds_at": "expected"}
        )

        def update():
            self.env.flush_all()
            script.migrate(self.cr, "19.0.1.1.0")
            self.env.invalidate_all()
            return [(rule.reminds_at, rule.min_order_count) for rule in (shipped, own)]

        shipped.gap_days = 45
        self.assertEqual(update(), [("expected", 2)] * 2, "changed by people")
        shipped.gap_days = 30
        self.assertEqual(update(), [("late", 0), ("expected", 2)])
        shipped.write({"reminds_at": "late"})
        self.assertEqual(update(), [("late", 0), ("expected", 2)], "again")
