from datetime import timedelta

from odoo.tests import tagged

from .desk_common import DeskCase


@tagged("post_install", "-at_install")
class TestReminderReopened(DeskCase):
    """An order that is taken back ends no reminder."""

    def _ordered(self):
        """A reminder that an order of today has ended, and the order."""
        reminder = self._remind(expected=5)
        order = self._order()
        self.assertEqual((reminder.state, reminder.order_id), ("ordered", order))
        return reminder, order

    def _assert_open(self, reminder):
        self.env.invalidate_all()
        self.assertEqual(reminder.state, "open")
        self.assertFalse(reminder.order_id)
        activity = reminder.activity_id
        self.assertTrue(activity.active)
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(reminder.user_id, self.salesperson)

    def test_cancelled(self):
        """The order is cancelled, the reminder stays “Customer Ordered”: nobody asks the customer
        again, and the effect of reminders counts an order that there is not."""
        reminder, order = self._ordered()
        order._action_cancel()
        self._assert_open(reminder)
        self.assertIn(order.name, reminder.activity_id.note)
        self._order()
        self.assertEqual(reminder.state, "ordered", "the next one ends it again")

    def test_deleted(self):
        """The order is deleted as well: “Customer Ordered” with no order."""
        reminder, order = self._ordered()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        order.unlink()
        self._assert_open(reminder)

    def test_deleted_past_the_form(self):
        """What other programs cancelled or deleted was found by no grading."""
        reminder, order = self._ordered()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self._grade()
        self._assert_open(reminder)
        other = self._order()
        self.env.cr.execute("DELETE FROM sale_order_line WHERE order_id = %s", [other.id])
        self.env.cr.execute("DELETE FROM sale_order WHERE id = %s", [other.id])
        self.env.invalidate_all()
        self._grade()
        self._assert_open(reminder)

    def test_moved_to_another_customer(self):
        """The order was entered for the wrong customer; the right one was never asked again."""
        reminder, order = self._ordered()
        order.partner_id = self._create_buyer("Other")
        self._assert_open(reminder)

    def test_dated_before(self):
        """An order that was made long before the reminder, and dated wrong, ends it."""
        reminder, order = self._ordered()
        order.date_order -= timedelta(days=40)
        self._assert_open(reminder)

    def test_another_order(self):
        """Of two orders one is cancelled: the customer did order."""
        reminder, order = self._ordered()
        other = self._order()
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual((reminder.state, reminder.order_id), ("ordered", other))
        self.assertFalse(reminder.activity_id.active)

    def test_no_longer_due(self):
        """Months later nobody wants to be reminded of an order that was expected then; it counts
        as one that did not come."""
        reminder, order = self._ordered()
        reminder.write({"expected_date": self._days_ago(155), "date": self._days_ago(150)})
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual((reminder.state, reminder.order_id.id), ("cancel", False))
        self.assertFalse(reminder.activity_id.active)

    def test_later_reminder(self):
        """The rule has reminded anew since: two of them would be open."""
        reminder, order = self._ordered()
        reminder.date = self._days_ago(2)
        later = self._remind()
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual((reminder.state, later.state), ("cancel", "open"))

    def test_whoever_cancels(self):
        """Whoever may cancel an order need have no right on reminders."""
        reminder, order = self._ordered()
        user = self._create_user("tiering_clerk", "sales_team.group_sale_salesman_all_leads")
        order.with_user(user)._action_cancel()
        self._assert_open(reminder)

    def test_archived_customer(self):
        """Nobody is asked about customers who were archived."""
        reminder, order = self._ordered()
        self.buyer.active = False
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual(reminder.state, "cancel")
