from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import OWN
from .facts_common import FactsCase


@tagged("post_install", "-at_install")
class TestPeriodCredits(FactsCase):
    """Years of their own, and credit notes of the next one for orders of the one before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=["Low", {"name": "Silver", "conditions": [("amount", ">=", 1000)]}],
            indicators=[],
            domain=OWN,
            period="calendar",
            review_every="month",
        )
        cls.low, cls.silver = cls.program.tier_ids
        cls.buyer = cls._create_own_customer("Buyer")

    def _night(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self._grade(as_of=fields.Date.to_date(day))
            return self._standing(self.buyer).tier_id.name

    def _invoiced(self, day, amount):
        order = self._create_order(self.buyer, amount, date=day)
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _back(self, invoice, day):
        refund = invoice._reverse_moves([{"invoice_date": day, "date": day}])
        refund.invoice_date = day
        refund.action_post()
        return refund

    def test_credited_in_the_next_year(self):
        """Silver by an order of December that was credited in full in January was kept for the
        whole next year."""
        invoice = self._invoiced("2025-12-10", 1500)
        self.assertEqual(self._night("2025-12-11"), "Silver")
        self._back(invoice, "2026-01-15")
        self.assertEqual(self._night("2026-01-15"), "Low")
        change = self._standing(self.buyer).change_ids.sorted("id")[-1]
        self.assertEqual(change.reason, "correction")

    def test_own_years(self):
        """The same where years begin with the first order."""
        self.program.period = "anniversary"
        invoice = self._invoiced("2025-03-10", 1500)
        self.assertEqual(self._night("2025-03-11"), "Silver")
        self._back(invoice, "2026-03-15")
        self.assertEqual(self._night("2026-03-15"), "Low")

    def test_told(self):
        """Of a year before, what came back after it was deducted without a word."""
        self._invoiced("2025-11-10", 1200)
        self._back(self._invoiced("2025-12-10", 300), "2026-01-15")
        self.assertEqual(self._night("2026-02-10"), "Silver")
        standing = self._standing(self.buyer)
        with freeze_time("2026-02-10 12:00:00"):
            said = {s["kind"]: s["text"] for s in standing.explanation["sentences"]}
        self.assertIn("300.00", said["back"])
        self.assertIn("by the figures of 2025", said["why"])

    def test_bought_again(self):
        """Whoever bought as much again in the next year was not Silver by it, for what came back
        was taken off that year."""
        invoice = self._invoiced("2025-12-10", 1500)
        self._back(invoice, "2026-01-15")
        self._invoiced("2026-02-10", 1200)
        self.assertEqual(self._night("2026-02-10"), "Silver")
        self.assertEqual(self._night("2027-02-01"), "Silver")

    def test_guarantee(self):
        """The guarantee of a promotion that was wrong kept it."""
        self.program.write({"period": "rolling", "hold_months": 12})
        self._night("2025-03-01")
        invoice = self._invoiced("2025-03-10", 1500)
        self.assertEqual(self._night("2025-03-11"), "Silver")
        refund = self._back(invoice, "2025-06-15")
        self.assertEqual(self._night("2025-06-15"), "Low")
        restored = self._back(refund, "2025-07-15")
        self.assertEqual(restored.move_type, "out_invoice")
        self.assertEqual(self._night("2025-07-15"), "Silver")

    def test_approval(self):
        """What waits for approval is withdrawn when its facts are gone, and asked for again when
        they are back."""
        self.program.write({"period": "rolling", "approval": "up"})
        self._night("2025-03-01")
        invoice = self._invoiced("2025-03-10", 1500)
        self.assertEqual(self._night("2025-03-11"), "Low")
        Proposal = self.env["customer.tier.proposal"]
        domain = [("standing_id.partner_id", "=", self.buyer.id)]
        self.assertEqual(Proposal.search(domain).mapped("state"), ["open"])
        refund = self._back(invoice, "2025-03-15")
        self.assertEqual(self._night("2025-03-15"), "Low")
        self.assertEqual(Proposal.search(domain).mapped("state"), ["superseded"])
        self._back(refund, "2025-03-20")
        self.assertEqual(self._night("2025-03-20"), "Low")
        self.assertEqual(sorted(Proposal.search(domain).mapped("state")), ["open", "superseded"])
