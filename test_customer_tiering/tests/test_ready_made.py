from datetime import timedelta

from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import SQL

OWN = "[('company_id', '!=', False)]"


@tagged("post_install", "-at_install")
class TestReadyMade(TieringCommon):
    """Metrics that came with the core addon, awake now that their apps are there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vals = {"company_id": cls.company.id, "customer_rank": 1}
        cls.customer = cls._create_customer(**vals)
        cls.contact = cls._create_customer("Contact", parent_id=cls.customer.id, **vals)
        cls.idle = cls._create_customer("Idle", **vals)

    def _measure(self, *codes):
        """Grade, and return what a customer's metrics are."""
        indicator = {"scale": "linear", "linear_full": 1000}
        self._create_program(
            tiers=["All"], indicators=[{"metric": code, **indicator} for code in codes], domain=OWN
        )
        run = self._grade()
        self.assertFalse(run.error_ids, run.error_ids.mapped("message"))
        return {partner: self._numbers(partner, "metric") for partner in (self.customer, self.idle)}

    def _assert_opens(self, code, number):
        today = self.env["customer.tier.gather"]._today(self.company)
        model, domain = self._metric(code)._records_behind(self.customer, self.company, today)
        self.assertEqual(self.env[model].search_count(domain), number)

    def test_availability(self):
        """What waits for other apps goes on waiting; the rest can be read."""
        Metric = self.env["customer.tier.metric"]
        for code in ("won_count", "won_revenue", "complaints", "invoiced"):
            self.assertEqual(self._metric(code).availability, "available", code)
        self.assertIn("helpdesk.ticket", self._metric("tickets")._sleeps())
        for metric in Metric.search([("kind", "=", "record"), ("availability", "=", "available")]):
            with self.subTest(metric.code):
                metric._values(self.company, self._days_ago(0), lambda column: SQL("TRUE"))

    def _create_lead(self, partner, revenue, days, company=None, won=True):
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": partner.id,
                "expected_revenue": revenue,
                "company_id": (company or self.company).id,
                "user_id": False,
                "team_id": False,
            }
        )
        (lead.action_set_won if won else lead.action_set_lost)()
        lead.date_closed = Datetime.now() - timedelta(days=days)
        return lead

    def test_won_opportunities(self):
        """Won within two years, by the company or its contacts, and nothing else."""
        self._create_lead(self.customer, 1000, 10)
        self._create_lead(self.contact, 500, 700)
        self._create_lead(self.customer, 9000, 800)
        self._create_lead(self.customer, 9000, 1, won=False)
        elsewhere = self._create_lead(self._create_customer("Shared"), 9000, 1, self.company_b)
        self.env.flush_all()
        elsewhere.partner_id.parent_id = self.customer
        values = self._measure("won_count", "won_revenue")
        self.assertEqual(values[self.customer], values[self.customer] | {"won_count": 2})
        self.assertEqual(values[self.customer]["won_revenue"], 1500)
        self.assertEqual((values[self.idle]["won_count"], values[self.idle]["won_revenue"]), (0, 0))
        self._assert_opens("won_count", 2)
        self.assertEqual(self._metric("won_revenue").unit, "money")

    def test_complaints(self):
        """Claims of a year count, also those done with and archived."""
        for partner, days in ((self.customer, 1), (self.contact, 300), (self.customer, 400)):
            claim = self.env["crm.claim"].create(
                {
                    "name": "Broken",
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "date": Datetime.now() - timedelta(days=days),
                }
            )
        self.assertEqual(self._measure("complaints")[self.customer]["complaints"], 2)
        claim.search([("partner_id", "=", self.contact.id)]).active = False
        self._grade()
        self.assertEqual(self._numbers(self.customer, "metric")["complaints"], 2)
        self.assertEqual(self._numbers(self.idle, "metric")["complaints"], 0)
        self._assert_opens("complaints", 2)
