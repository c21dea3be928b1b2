from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestDaysOfTheCompany(TieringCommon):
    """What is compared with days of the company is dated by them, wherever the user sits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Never on the same day.
        cls.company.partner_id.tz = "Pacific/Niue"
        cls.env = cls.env(context=dict(cls.env.context, tz="Pacific/Kiritimati"))
        cls.today = cls.env["customer.tier.gather"]._today(cls.company)
        cls.customer = cls._create_customer()

    def test_win_back(self):
        """A customer who orders an hour after being followed up, while the salesperson's day is a
        day ahead of the company's, is not won back and stays without reminders for good."""
        found = self.env["customer.win.back"].create(
            {"partner_id": self.customer.id, "outcome": "for_good"}
        )
        self.assertEqual(found.date, self.today)
        self._create_order(self.customer, date=None)
        self.assertEqual(found.outcome, "won_back")
