from datetime import date

from odoo import fields
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase


class OverviewCase(GradingCase):
    """Silver from 1,000 and Gold from 5,000; customers in each, graded today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Snapshot = cls.env["customer.tier.snapshot"]
        cls.Overview = cls.env["customer.tier.overview"]
        cls.program = cls._create_program(
            tiers=[
                "Bronze",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            domain=OWN,
        )
        cls.bronze, cls.silver, cls.gold = cls.program.tier_ids
        cls.company = cls.program.company_id
        cls.today = cls.env["customer.tier.gather"]._today(cls.company)
        cls.month = cls.today.replace(day=1)

    def _take(self, month=None):
        """The rows of a month of our customers' programme, counted now."""
        self.Snapshot._take(self.company, month or self.month)
        self.env.invalidate_all()
        return self._rows(month or self.month)

    def _rows(self, month):
        return self.Snapshot.search([("company_id", "=", self.company.id), ("month", "=", month)])

    def _month(self, text):
        return fields.Date.to_date(f"{text}-01") if isinstance(text, str) else date(*text, 1)
