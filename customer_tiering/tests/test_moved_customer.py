from odoo.tests import tagged

from .test_playbook import PlaybookCase


@tagged("post_install", "-at_install")
class TestMovedCustomer(PlaybookCase):
    """Customers who become contacts of another one, or are merged into one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["customer.reminder.rule"].create({"name": "Late"})
        cls.owner = cls._create_buyer("Owner")
        cls._grade()

    def _remind(self):
        standing = self._standing(self.buyer)
        due = {standing: self.salesperson}
        return self.env["customer.reminder"]._open(self.rule, due, self._days_ago(0))

    def _order(self, partner):
        self._create_order(partner, 50, state="draft").action_confirm()
        self.env.invalidate_all()

    def test_reminder_of_who_became_a_contact(self):
        """The order of the company that the customer belongs to by now left the reminder and its
        activity open for ever."""
        reminder = self._remind()
        self.buyer.write({"parent_id": self.owner.id, "is_company": False})
        self._order(self.buyer)
        self.assertEqual(reminder.state, "ordered")
        self.assertFalse(reminder.activity_id.active)

    def test_win_back_of_who_became_a_contact(self):
        """Nor was the customer ever won back."""
        record = self.env["customer.win.back"].create({"partner_id": self.buyer.id})
        self.buyer.write({"parent_id": self.owner.id, "is_company": False})
        self._order(self.owner)
        self.assertEqual(record.outcome, "won_back")

    def test_merged_into_a_contact(self):
        """Merged into a contact of a company, a customer's reminder, plan and win-back stayed with
        the contact: on the company's page nobody saw them."""
        self._enter("dormant")
        reminder = self._remind()
        record = self.env["customer.win.back"].create({"partner_id": self.buyer.id})
        start = self._starts()
        contact = self._create_customer("Contact", parent_id=self.owner.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([contact.id, self.buyer.id], contact, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(start.standing_id.partner_id, self.owner)
        for kept in (reminder, record, start):
            self.assertEqual(kept.partner_id, self.owner, kept)

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
