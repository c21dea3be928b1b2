from odoo.tests import tagged

from ..presets.data import PRESETS
from .common import GradingCase


@tagged("post_install", "-at_install")
class TestBandsRfm(GradingCase):
    """Programmes of RFM presets, among customers of whom some have not bought for long."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0

    def _bands(self, program, role):
        indicator = program.indicator_ids.filtered(lambda i: i.rfm_role == role)
        bands = indicator.band_ids.sorted("value_from")
        return [(band.value_from, band.number, band.points) for band in bands]

    def _create_shop(self):
        """30 who bought once and 9 who bought twice, all within a year."""
        once = [self._create_own_customer(f"Once {n}", (4 * n, 50 + n)) for n in range(1, 31)]
        for n in range(1, 10):
            self._create_own_customer(f"Twice {n}", (5 * n, 90 + n), (5 * n + 40, 60))
        return once

    def test_one_lapsed_customer_more(self):
        """“Old Friend”, whose last order was 400 days ago, moved all 30 one-time buyers from the
        lowest frequency band to the highest."""
        once = self._create_shop()
        for code in ("rfm", "rfm3", "rfm_grid"):
            with self.subTest(code):
                before = self._create_program(code)
                friend = self._create_own_customer(f"Old Friend {code}", (400, 700))
                after = self._create_program(code)
                for role in "rfm":
                    self.assertEqual(self._bands(after, role), self._bands(before, role))
                best = 3 if code == "rfm3" else 5
                self.assertEqual(
                    [(start, number) for start, number, _points in self._bands(after, "f")],
                    [(0, 1), (2, best)],
                )
                before.active = False
                self._grade()
                self.assertEqual({self._standing(buyer).rfm_f for buyer in once}, {1})
                standing = self._standing(friend)
                self.assertEqual((standing.rfm_r, standing.rfm_f, standing.rfm_m), (1, 1, 1))
                self.assertEqual(standing.tier_id.name, "Low value")
                newest = self._standing(once[0])
                self.assertEqual((newest.rfm_r, newest.rfm_f), (best, 1))
                self.assertEqual(newest.rfm_segment, "New Customers")
                after.active = False

    def test_ten_customers_of_whom_eight_lapsed(self):
        """Lapsed for 400 and 500 days were “Valuable” and “Promising”, those who bought for 9.77
        yesterday “Top value”, and nobody was “Low value”."""
        for code in ("rfm", "rfm3", "rfm_grid"):
            with self.subTest(code):
                lapsed = [
                    self._create_own_customer(f"Lapsed {n}", (100 * n, 500)) for n in range(4, 12)
                ]
                small = [self._create_own_customer(f"Small {n}", (1, 9.77)) for n in range(2)]
                program = self._create_program(code)
                self.assertEqual(set(program.indicator_ids.mapped("scale")), {"bands"})
                self._grade()
                for customer in lapsed:
                    standing = self._standing(customer)
                    self.assertEqual(standing.tier_id.name, "Low value")
                    self.assertEqual(standing.rfm_segment, "Lost")
                for customer in small:
                    standing = self._standing(customer)
                    self.assertNotEqual(standing.tier_id.name, "Top value")
                    self.assertEqual(standing.rfm_segment, "New Customers")
                program.active = False
                self.env["res.partner"].concat(*lapsed, *small).sale_order_ids.state = "draft"

    def test_fewer_buyers_than_bands(self):
        """Of two customers one would be the best fifth and the other the worst."""
        self._create_own_customer("First", (1, 9.77))
        self._create_own_customer("Second", (2, 12))
        program = self._create_program("rfm")
        self.assertEqual(set(program.indicator_ids.mapped("scale")), {"bands"})
        self.assertFalse(any(program.indicator_ids.mapped("frozen_on")))

    def test_never_bought_and_lost_do_not_score_alike(self):
        """Both had 20: the lowest bands of “no order in the year” and “no amount” were all that was
        known of who never bought. Nothing is known, so there is no score."""
        self._create_shop()
        prospect = self._create_own_customer("Prospect", customer_rank=1)
        lost = self._create_own_customer("Lost", (500, 800), (530, 800))
        for code in PRESETS:
            with self.subTest(code):
                program = self._create_program(code)
                self._grade()
                none, gone = self._standing(prospect), self._standing(lost)
                self.assertEqual(none.tier_id, program.tier_ids.sorted("sequence")[0])
                self.assertFalse(none.score)
                self.assertIsNone(none.explanation["score"] or None)
                self.assertGreater(gone.score, 0)
                self.assertTrue(gone.explanation["score"])
                once = self._standing(self.env["res.partner"].search([("name", "=", "Once 3")]))
                self.assertGreater(once.score, gone.score)
                program.active = False
