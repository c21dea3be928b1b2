from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import format_date

from .desk_common import DeskCase


@tagged("post_install", "-at_install")
class TestReminderEnds(DeskCase):
    """Reminders go with what they are about."""

    def test_archived_customer(self):
        """The core keeps the activities of archived contacts: who is no customer any more stayed
        on the salesperson's desk for good."""
        reminder = self._remind()
        activity = reminder.activity_id
        self.buyer.active = False
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual(reminder.state, "cancel")
        self.assertFalse(activity.exists())

    def test_deleted_rule(self):
        """The database deletes the reminders of a rule, and left activities behind that no order
        closed."""
        activity = self._remind().activity_id
        self.rule.unlink()
        self.assertFalse(activity.exists())

    def test_order_not_expected_yet(self):
        """A reminder some days before said that the order was expected “since” a later day."""
        day = format_date(self.env, self._days_ago(-3))
        self.assertEqual(self._remind(expected=-3).activity_id.summary, f"Order expected on {day}")

    def test_tiers_of_another_company(self):
        """A rule of one company for tiers of another one reminds of nobody, without a word."""
        other = self._create_program(company=self.company_b)
        self.rule.company_id = self.company
        with self.assertRaisesRegex(ValidationError, other.tier_ids[0].name):
            self.rule.tier_ids = other.tier_ids[0]
