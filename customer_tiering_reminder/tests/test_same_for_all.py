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

    def test_reminder(self):
        """A reminder is late already on the day it is made, or due tomorrow."""
        self._create_program(tiers=["All"])
        self._create_order(self.customer, date=None)
        self.env["customer.tier.run"]._grade_partners(self.customer, self.company)
        standing = self.env["customer.tier.standing"].search(
            [("partner_id", "=", self.customer.id)]
        )
        standing.next_order_date = self.today
        rule = self.env["customer.reminder.rule"].create({"name": "Rule"})
        due = {standing: self.salesperson}
        reminder = self.env["customer.reminder"]._open(rule, due, self.today)
        self.assertEqual(reminder.activity_id.date_deadline, self.today)
