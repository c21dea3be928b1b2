from odoo.tests import tagged

from .desk_common import DeskCase


@tagged("post_install", "-at_install")
class TestMovedCustomer(DeskCase):
    """Customers who become contacts of another one, or are merged into one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_buyer("Owner")
        cls._grade()

    def test_reminder_of_who_became_a_contact(self):
        """The order of the company that the customer belongs to by now left the reminder and its
        activity open for ever."""
        reminder = self._remind()
        self.buyer.write({"parent_id": self.owner.id, "is_company": False})
        self._order(self.buyer)
        self.assertEqual(reminder.state, "ordered")
        self.assertFalse(reminder.activity_id.active)

    def test_both_are_reminded(self):
        """Two customers with a reminder each became one, who was called and written to twice."""
        reminder = self._remind()
        due = {self._standing(self.owner): self.salesperson}
        kept = self.env["customer.reminder"]._open(self.rule, due, self._days_ago(0))
        self.buyer.with_user(self.salesperson).parent_id = self.owner
        self.buyer.is_company = False
        self.assertEqual((reminder | kept).mapped("state"), ["cancel", "open"])
        self.assertFalse(reminder.activity_id.exists())

    def test_who_joins_is_reminded(self):
        """A customer with a reminder became a contact, and its company got a second one."""
        reminder = self._remind()
        self.buyer.write({"parent_id": self.owner.id, "is_company": False})
        self.assertEqual((reminder.state, reminder.partner_id), ("open", self.owner))
        self.assertTrue(reminder.activity_id.active)

    def test_merged_into_a_contact_of_who_is_reminded(self):
        """Two open reminders of a rule cannot stand for one customer."""
        reminder = self._remind()
        due = {self._standing(self.owner): self.salesperson}
        kept = self.env["customer.reminder"]._open(self.rule, due, self._days_ago(0))
        contact = self._create_customer("Contact", parent_id=self.owner.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([contact.id, self.buyer.id], contact, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual((reminder | kept).mapped("state"), ["cancel", "open"])
        self.assertEqual(reminder.partner_id, self.owner)
