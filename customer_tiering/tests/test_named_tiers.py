from odoo.exceptions import UserError
from odoo.tests import tagged

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestNamedTiers(EventCase):
    """What is made for some tiers stays theirs, whatever becomes of them."""

    def _rule(self, model, **vals):
        return self.env[model].create({**vals, "tier_ids": self.gold.ids})

    def _reminder_rule(self):
        return self._rule("customer.reminder.rule", name="Gold is late", min_order_count=1)

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

    def test_messages_of_an_archived_tier(self):
        """Archiving Gold had the e-mail for promotions to Gold written to everybody promoted."""
        rule = self._create_rules("up", tier_ids=self.gold.ids)
        self.gold.active = False
        self.env.invalidate_all()
        self.assertFalse(rule._effects("up", self.silver))
        self.assertTrue(rule._effects("up", self.gold))

    def test_deleted_tier(self):
        """Deleting a tier made what was for it alone one for all customers."""
        named = self._reminder_rule()
        with self.assertRaisesRegex(UserError, named.display_name):
            self.gold.unlink()
        named.unlink()
        self.gold.unlink()
