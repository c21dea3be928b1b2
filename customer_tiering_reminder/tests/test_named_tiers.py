from odoo.addons.customer_tiering.tests.event_common import EventCase
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestNamedTiers(EventCase):
    """A rule that is made for some tiers stays theirs, whatever becomes of them."""

    def _reminder_rule(self):
        return self.env["customer.reminder.rule"].create(
            {"name": "Gold is late", "min_order_count": 1, "tier_ids": self.gold.ids}
        )

    def test_reminders_of_an_archived_tier(self):
        """Archiving Gold had a reminder rule for Gold alone remind of every customer."""
        rule = self._reminder_rule()
        self._grade()
        self.gold.active = False
        self.env.invalidate_all()
        self.assertEqual(rule.tier_ids, self.gold)
        standing = self._standing(self.buyer)
        rule.max_late_days = 10000
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET call_date = %s WHERE id = %s",
            [self._days_ago(1), standing.id],
        )
        self.assertFalse(rule._due(self.company, self._days_ago(0)))

    def test_deleted_tier(self):
        """Deleting a tier made what was for it alone one for all customers."""
        named = self._reminder_rule()
        with self.assertRaisesRegex(UserError, named.display_name):
            self.gold.unlink()
        named.unlink()
        self.gold.unlink()
