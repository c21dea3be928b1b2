from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from .ledger_common import LedgerCase


@tagged("post_install", "-at_install")
class TestCredit(LedgerCase):
    """The score on the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls._create_own_customer("Good", (5, 500))
        cls.bad = cls._create_own_customer("Bad", (5, 500))
        cls.new = cls._create_own_customer("New", (5, 500))
        for due, days_ago in ((90, 95), (60, 60), (40, 43)):
            cls._pay(cls._invoice(cls.good, 100, due=due), days_ago)
            cls._pay(cls._invoice(cls.bad, 100, due=due), due - 35)
        cls._pay(cls._invoice(cls.new, 100, due=20), 10)
        cls.env["customer.tier.stale"].search([]).unlink()

    def _credit_program(self, *vetoes, **vals):
        program = self._create_program(
            tiers=["Basic", "Silver", {"name": "Gold", "conditions": [("amount", ">=", 100)]}],
            domain="[('company_id', '!=', False)]",
            **vals,
        )
        program.veto_ids = [Command.create(veto) for veto in vetoes]
        return program

    def test_columns(self):
        """Every graded customer has them, though no rule of the programme asks for any."""
        self._credit_program()
        self._grade()
        good = self._standing(self.good)
        # −5, 0 and −3 days.
        self.assertEqual(good.days_beyond_terms, -2.67)
        self.assertAlmostEqual(good.credit_score, 81.34, 2)
        self.assertEqual(good.credit_band, "low")
        self.assertEqual(good.on_time_share, 1)
        self.assertEqual(good.worst_delay, 0)
        self.assertEqual(good.credit_invoice_count, 3)
        self.assertEqual(good.overdue_amount, 0)
        bad = self._standing(self.bad)
        self.assertEqual(bad.days_beyond_terms, 35)
        self.assertAlmostEqual(bad.credit_score, 48.33, 2)
        self.assertEqual(bad.credit_band, "high")
        self.assertEqual(bad.on_time_share, 0)
        self.assertEqual(bad.worst_delay, 35)

    def test_unknown_is_not_zero(self):
        """Too few invoices: NULL in the table, nothing on the screen, and found by nobody who
        looks for bad scores."""
        self._credit_program()
        self._grade()
        standing = self._standing(self.new)
        self.assertIs(standing.credit_score, False)
        self.assertIs(standing.days_beyond_terms, False)
        self.assertEqual(standing.credit_band, "unknown")
        self.assertEqual(standing.worst_delay, 10)
        self.assertEqual(standing.read(["credit_score"])[0]["credit_score"], False)
        found = standing.search([("credit_score", "<", 50)])
        self.assertEqual(found.partner_id, self.bad)
        own = Domain("company_id", "=", self.company.id)
        found = standing.search(own & Domain("credit_score", "=", False))
        self.assertEqual(found.partner_id, self.new)
        found = standing.search(own & Domain("credit_score", "!=", False))
        self.assertEqual(found.partner_id, self.good | self.bad)

    def test_without_a_ledger(self):
        """Where nobody invoices, everybody is unknown, and grading goes on."""
        buyer = self._create_customer("Buyer", company_id=self.company_b.id)
        self._create_order(buyer, 100, date=3, company=self.company_b)
        self._create_program(tiers=["All"], company=self.company_b)
        self.assertFalse(self._grade(company=self.company_b).error_ids)
        self.assertEqual(self._standing(buyer, self.company_b).credit_band, "unknown")

    def test_veto(self):
        """Credit score below 50: at most Silver. Unknown is no veto."""
        program = self._credit_program()
        program.veto_ids = [
            Command.create(
                {
                    "metric_id": self._metric("credit_score").id,
                    "operator": "<",
                    "value": 50,
                    "tier_id": program.tier_ids[1].id,
                }
            )
        ]
        self._grade()
        tiers = [self._standing(p).tier_id.name for p in (self.good, self.bad, self.new)]
        self.assertEqual(tiers, ["Gold", "Silver", "Gold"])
        sentences = self._standing(self.bad).explanation["sentences"]
        self.assertIn("48.33", next(s["text"] for s in sentences if s["kind"] == "veto"))

    def test_metrics(self):
        """As indicators, with the figures of the columns; the share is in percent."""
        codes = (
            "credit_score",
            "days_beyond_terms",
            "on_time_share",
            "worst_delay",
            "overdue_amount",
        )
        self._invoice(self.bad, 40, due=3)
        program = self._create_measuring_program(*codes)
        self._grade()
        values = self._values(self.bad)
        standing = self._standing(self.bad)
        self.assertEqual(values["credit_score"], standing.credit_score)
        self.assertEqual(values["days_beyond_terms"], standing.days_beyond_terms)
        self.assertEqual(values["on_time_share"], standing.on_time_share * 100)
        self.assertEqual(values["worst_delay"], standing.worst_delay)
        self.assertEqual(values["overdue_amount"], 40)
        self.assertEqual(
            self._metric("overdue_amount").mapped("unit")
            + self._metric("worst_delay").mapped("unit"),
            ["money", "days"],
        )
        frame = program._sample_values(self._metric("worst_delay"))
        self.assertEqual(frame.loc[self.bad.id, "worst_delay"], 35)

    def test_metric_needs_a_measure(self):
        """A metric of payments that measures nothing would fail at night."""
        with self.assertRaisesRegex(ValidationError, "Choose what metric"):
            self.env["customer.tier.metric"].create({"name": "Nothing", "kind": "payment"})

    def test_preview(self):
        """The metric shows its values before anybody is graded by it."""
        preview = self.env["customer.tier.metric.preview"].create(
            {"metric_id": self._metric("credit_score").id}
        )
        self.assertLessEqual(self.good | self.bad, preview.line_ids.partner_id)
        self.assertNotIn(self.new, preview.line_ids.partner_id)

    def test_a_quiet_night_writes_nothing(self):
        """Only what is overdue changes by itself: the others must not be written every night."""
        self._credit_program()
        self._grade(as_of=self._days_ago(1))
        self.assertEqual(self._grade().written_count, 0)
        self._invoice(self.bad, 40, due=3)
        self._grade(as_of=self._days_ago(1))
        self.assertEqual(self._grade().written_count, 1)

    def test_chunk_and_alone_give_the_same(self):
        """Graded alone after a payment, a customer gets what the night would give."""
        self._credit_program()
        self._invoice(self.bad, 40, due=3)
        self._grade()
        before = [self._credit(p) for p in (self.good, self.bad, self.new)]
        self.env.cr.execute("UPDATE customer_tier_standing SET credit_score = 1, worst_delay = 9")
        self.env.invalidate_all()
        for partner in self.good | self.bad | self.new:
            self.env["customer.tier.run"]._grade_partners(partner, self.company)
        self.assertEqual([self._credit(p) for p in (self.good, self.bad, self.new)], before)

    def _credit(self, partner):
        names = ["credit_score", "credit_band", "days_beyond_terms", "on_time_share"]
        names += ["worst_delay", "overdue_amount", "credit_invoice_count"]
        standing = self._standing(partner)
        return [standing[name] for name in names]

    def test_settings(self):
        """Window, minimum, clamp and bands are the company's; a night after a change applies
        them to everybody."""
        self._credit_program()
        self._grade()
        settings = self.env["res.config.settings"].create(
            {
                "customer_credit_window_days": 30,
                "customer_credit_min_invoices": 1,
                "customer_credit_clamp": True,
                "customer_credit_low_from": 90,
                "customer_credit_medium_from": 75,
            }
        )
        settings.execute()
        self._grade()
        self.assertEqual(self._standing(self.new).credit_invoice_count, 1)
        self.assertEqual(self._standing(self.new).credit_band, "high")
        self.assertEqual(self._standing(self.good).credit_band, "unknown")
        self.company.customer_credit_window_days = 365
        self._grade()
        self.assertEqual(self._standing(self.good).credit_score, 80)
        self.assertEqual(self._standing(self.good).credit_band, "medium")

    def test_impossible_settings(self):
        """They are refused with what to do instead, not at night by the grading."""
        for vals, message in (
            ({"customer_credit_window_days": 0}, "1 to 3660 days"),
            ({"customer_credit_min_invoices": 0}, "Enter 1 or more"),
            ({"customer_credit_low_from": 40}, "medium risk begins below"),
            ({"customer_credit_low_from": 101}, "0 to 100"),
        ):
            with self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
                self.company.write(vals)

    def test_no_longer_selected(self):
        """Who is in no programme any more keeps no figures that nobody brings up to date."""
        program = self._credit_program()
        self._grade()
        program.domain = "[('id', '=', 0)]"
        self._grade()
        self.assertFalse(self._standing(self.bad).credit_band)
        self.assertIs(self._standing(self.bad).credit_score, False)
