from unittest.mock import patch

from odoo.addons.customer_tiering.tests.follow_up_common import FollowUpCase
from odoo.tests import tagged
from odoo.tools import mute_logger

REMINDER_LOGGER = "odoo.addons.customer_tiering_reminder.models.customer_order_awaited"


@tagged("post_install", "-at_install")
class TestOthersGoOn(FollowUpCase):
    """An activity that another addon keeps from being closed stops nothing but itself."""

    def _refuse(self, name):
        def refuse(activities, *args, **kwargs):
            if "Stuck" in activities.mapped("summary"):
                raise ValueError("Not this one")
            return original(activities, *args, **kwargs)

        original = getattr(self.env.registry["mail.activity"], name)
        self.startPatcher(patch.object(self.env.registry["mail.activity"], name, refuse))

    def _remind(self, partner, summary):
        rule = self.env["customer.reminder.rule"].create({"name": "Rule"})
        activity = partner.activity_schedule("mail.mail_activity_data_todo", summary=summary)
        return self.env["customer.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": partner.id,
                "company_id": self.company.id,
                "date": self._days_ago(1),
                "activity_id": activity.id,
            }
        )

    def test_order_with_a_stuck_reminder(self):
        """An order cannot be confirmed because of a reminder; nor does any grading ever end."""
        other = self._create_buyer("Other")
        stuck, free = self._remind(self.buyer, "Stuck"), self._remind(other, "Free")
        self._refuse("action_feedback")
        with mute_logger(REMINDER_LOGGER):
            for partner in (self.buyer, other):
                order = self._create_order(partner, 50, state="draft", team_id=False)
                order.with_user(self.salesperson).action_confirm()
                self.assertEqual(order.state, "sale")
            self.assertEqual((stuck.state, free.state), ("open", "ordered"))
            self.assertEqual(self._grade().state, "done")
