from odoo.addons.customer_tiering.own_results import result_fields
from odoo.addons.customer_tiering.tests.bad_input_common import BadInputCase
from odoo.fields import Domain
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestReminderRule(BadInputCase):
    """What a rule may ask for, and what is there after installing."""

    def test_reminder_rule_days(self):
        """Negative numbers, or a "not later than" before the reminder is due."""
        Rule = self.env["customer.reminder.rule"]
        for vals in ({"gap_days": -1}, {"min_order_count": -1}, {"daily_limit": -1}):
            with self.subTest(vals), self.assertRefused("cannot be negative|must not be less"):
                Rule.create({"name": "Rule", **vals})
        with self.assertRefused("must not be less"):
            Rule.create({"name": "Rule", "lead_days": 61, "max_late_days": 60})

    def test_reminder_activity_type(self):
        """A wrong id would silently become a To-Do."""
        kind = self.env.ref("customer_tiering_reminder.mail_activity_type_reorder")
        self.assertEqual(kind.res_model, "res.partner")
        rule = self.env["customer.reminder.rule"].new({"name": "New"})
        self.assertEqual(rule.activity_type_id, kind)

    def test_shared_reminder_rule(self):
        """A rule for all companies is seen in each."""
        rule = self.env["customer.reminder.rule"].create({"name": "For all", "company_id": False})
        self.assertEqual(rule.with_user(self.salesperson_b).name, "For all")

    def test_lists_of_work_open_the_customer(self):
        """A salesperson tapped on a reminder and nothing happened."""
        work = self.env["customer.reminder"].with_user(self.salesperson)
        # Beside reorders the list opens the reminder, which has more to tell.
        own = self.env.ref("customer_tiering_reminder.customer_reminder_view_list")
        self.assertIn('action="action_open_partner"', own.arch)
        action = work.new({"partner_id": self.company.partner_id.id}).action_open_partner()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["res_id"], self.company.partner_id.id)

    def test_unique_in_the_database(self):
        """Constraints with a mistake in them are ignored with a warning at installing; then two
        nightly jobs could open two reminders of a customer."""
        self.env.cr.execute(
            "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
            "WHERE x.indisunique AND i.relname = 'customer_reminder_one_open'"
        )
        self.assertTrue(self.env.cr.fetchone())

    def test_result_in_a_filter(self):
        """A programme for whom was reminded of would take customers in and out in turns."""
        asked = Domain("state", "=", "open")
        self.assertEqual(result_fields(asked, self.env["customer.reminder"]), ["state"])
        self.assertFalse(result_fields(asked, self.env["sale.order"]))
