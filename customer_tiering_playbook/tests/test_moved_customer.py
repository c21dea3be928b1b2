from odoo.addons.customer_tiering_reminder.tests.desk_common import DeskCase
from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestMovedCustomer(PlaybookCase, DeskCase):
    """Customers who become contacts of another one, or are merged into one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_buyer("Owner")
        cls._grade()

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
