from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestOfferRule(OfferCase):
    """What a rule with an offer says before it gives any, and after."""

    def test_never_before_the_day(self):
        """A rule gives coupons before the order is expected, and nobody is told."""
        self.rule.write({"reminds_at": "expected", "lead_days": -3})
        for days, share in ((0, 0), (3, 0), (2, 0)):
            with self.subTest(days=days), self.assertRaisesRegex(ValidationError, "must not come"):
                self._steps_of_rule(self._offering(days=days, offset_share=share))
        self._steps_of_rule(self._offering(days=4))
        self._steps_of_rule(self._offering(days=3, offset_share=50))
        for vals in ({"lead_days": -60}, {"lead_days": -5, "reminds_at": "expected"}):
            with self.assertRaisesRegex(ValidationError, "must not come"):
                self.rule.write({**vals, "step_ids": [Command.clear()]})
                self._steps_of_rule(self._offering(days=0))
        self.rule.write({"step_ids": [Command.clear()], "lead_days": 0, "reminds_at": "late"})
        self._steps_of_rule(self._offering(days=0))
        with self.assertRaisesRegex(ValidationError, "must not come"):
            self.rule.reminds_at = "expected"

    def test_late_by_default(self):
        """Whoever chooses an offer gives it away on the first day."""
        with Form(self.rule) as form, form.step_ids.new() as step:
            step.channel = "email"
            step.offer = "coupon"
            step.offer_program_id = self.coupons
            self.assertEqual(step.offset_share, 50)
        self.assertTrue(self.rule.has_offer)

    def test_kinds(self):
        """Points of a coupon programme, and a coupon of nothing."""
        loyalty = self._create_loyalty("loyalty")
        for vals in (
            {"offer_program_id": loyalty.id},
            {"offer_program_id": False},
            {"offer": "points"},
            {"offer": "points", "offer_program_id": loyalty.id, "offer_points": 0},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self._steps_of_rule(self._offering(**vals))

    def test_other_company(self):
        """Coupons of a programme that no order of the company can use."""
        self.rule.company_id = self.company
        self.coupons.company_id = self.company_b
        with self.assertRaisesRegex(ValidationError, "choose one of"):
            self._steps_of_rule(self._offering())

    def test_shares(self):
        """Sixty percent are held back and sixty get an offer."""
        self._steps_of_rule(self._offering())
        with self.assertRaisesRegex(ValidationError, "at most 100"):
            self.rule.control_share = 20
        self.rule.write({"control_share": 20, "offer_share": 80})
        self.assertEqual(self.rule._offer_share(), 80)
        self.rule.step_ids.offer = False
        self.assertEqual(self.rule._offer_share(), 0)

    def test_break_even(self):
        """A coupon of five percent at a margin of thirty seems to cost five percent."""
        self._steps_of_rule(self._offering())
        # 20 × 30 / 25
        self.assertIn("at least 24.0 order instead of 20", self.rule.offer_note)
        self.assertIn("takes about 5.0 %", self.rule.offer_note)
        self.rule.offer_margin = 4
        self.assertIn("never pays", self.rule.offer_note)
        self.rule.step_ids.offer = False
        self.assertFalse(self.rule.offer_note)

    def _create_cases(self, arm, count, ordered, day):
        partners = self.env["res.partner"].create([{"name": arm}] * count)
        self.env["customer.reminder"].create(
            [
                {
                    "rule_id": self.rule.id,
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "arm": arm,
                    "experiment": f"rule:{self.rule.id}:2026H1",
                    "date": f"2026-03-{day:02}",
                    "window_end": "2026-03-25",
                    "measured_on": "2026-03-26",
                    "state": "done",
                    "window_orders": int(number < ordered),
                    "window_amount": 100 * (number < ordered),
                    "window_margin": (25 if arm == "offer" else 30) * (number < ordered),
                    "offered_on": f"2026-03-{day:02}" if arm == "offer" else False,
                    "offer_cost": 5 if arm == "offer" else 0,
                }
                for number, partner in enumerate(partners)
            ]
        )

    def test_effect(self):
        """The offer seems to have brought what the reminder has, or the reminder what the offer
        has."""
        self._steps_of_rule(self._offering())
        for day in range(1, 16):
            self._create_cases("offer", 40, 24, day)
            self._create_cases("treated", 40, 16, day)
            self._create_cases("control", 20, 6, day)
        self.env.flush_all()
        self.env.invalidate_all()
        Effect = self.env["customer.reminder.effect"].with_user(self.manager)
        own = [("company_id", "=", self.company.id)]
        row = Effect.search([*own, ("rule_id", "=", self.rule.id)])
        # The reminder alone: 40 against 30 of a hundred.
        self.assertAlmostEqual(row.difference, 10, delta=3)
        self.assertAlmostEqual(row.offer_difference, 20, delta=3)
        self.assertTrue(5 < row.offer_from < 20 < row.offer_to)
        self.assertEqual((row.offer_given_count, row.offer_cost), (600, 3000))
        self.assertIn("more often than those only reminded", row.offer_words)
        # 60 of 100 at 25, and 40 at 30: three more for each.
        self.assertAlmostEqual(row.offer_margin_difference, 3, delta=0.7)
        self.assertAlmostEqual(row.offer_margin_per_offer, row.offer_margin_difference, 5)
        self.assertTrue(row.offer_margin_from < 3 < row.offer_margin_to)
        # 40 × 30 / 25 are 48 instead of 40.
        self.assertIn("It pays: ", row.offer_words)
        everything = Effect._all_of(self.company)
        # Of all rules every case counts, of one those that were planned.
        self.assertEqual((everything.offer_count, everything.plain_count), (600, 600))
        self.assertLess(row.offer_count, 600)
        self.rule.invalidate_recordset()
        self.assertIn("instead of 40;", self.rule.with_user(self.manager).offer_note)
