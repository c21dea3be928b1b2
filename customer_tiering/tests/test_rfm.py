from odoo.fields import Command
from odoo.tests import tagged

from .common import OWN, GradingCase


@tagged("post_install", "-at_install")
class TestRfm(GradingCase):
    """The other ways to cut customers into RFM segments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0

    def _create_buyers(self, count=15):
        """From often, much and lately to once, little and long ago."""
        return [
            self._create_own_customer(
                f"Buyer {n}", *((20 * n + m, 100 * (count - n)) for m in range((count - n) // 2))
            )
            for n in range(count)
        ]

    def _grade_preset(self, code):
        """:return: standings of buyers who ordered"""
        buyers = self._create_buyers()
        program = self._create_program(code)
        self.assertFalse(self._grade().error_ids)
        standings = self.env["customer.tier.standing"].search(
            [("program_id", "=", program.id), ("last_order_date", "!=", False)]
        )
        self.assertEqual(len(standings), len([b for b in buyers if b.sale_order_ids]))
        return program, standings

    def test_thirds(self):
        """Everybody who ordered has a segment of 27 cells and numbers from 1 to 3; on five bands
        the segments would be those of somebody else."""
        program, standings = self._grade_preset("rfm3")
        self.assertEqual(program.indicator_ids.mapped("quantile_count"), [3, 3, 3])
        for role in ("rfm_r", "rfm_f", "rfm_m"):
            self.assertEqual(set(standings.mapped(role)), {1, 2, 3})
        self.assertTrue(all(standings.mapped("segment_id")))
        self.assertLessEqual(standings.segment_id, program.segment_ids)
        self.assertGreater(len(standings.segment_id), 3)

    def test_grid(self):
        """Everybody who ordered is in the segment of R and the rounded mean of F and M."""
        program, standings = self._grade_preset("rfm_grid")
        self.assertEqual(set(standings.mapped("rfm_r")), {1, 2, 3, 4, 5})
        for standing in standings:
            mean = (standing.rfm_f + standing.rfm_m + 1) // 2
            segment = standing.segment_id
            self.assertIn(standing.rfm_r, range(segment.r_min, segment.r_max + 1))
            self.assertIn(mean, range(segment.f_min, segment.f_max + 1))
        self.assertGreater(len(standings.segment_id), 3)
        champions = program.segment_ids[0]
        self.assertEqual(champions.box, "4–5 · 5")

    def test_mean_is_rounded_half_up_and_replaces_both(self):
        """F 1 and M 2 make 1.5, which counts as 2; taken each by itself, F 1 is too low. Bounds
        of M, which the form does not show then, must not keep anybody out."""
        bands = {"bands": [(0, 10), (2, 50), (1000, 90)]}
        program = self._create_program(
            tiers=["All"],
            indicators=[
                {"metric": "recency_days", "rfm_role": "r", **bands},
                {"metric": "order_count", "rfm_role": "f", **bands},
                {"metric": "amount", "rfm_role": "m", **bands},
            ],
            segment_ids=[
                Command.create({"name": "Best", "f_min": 2, "f_max": 2, "m_min": 5, "m_max": 5})
            ],
            domain=OWN,
        )
        buyer = self._create_own_customer("Buyer", (5, 700))
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual((standing.rfm_f, standing.rfm_m), (1, 2))
        self.assertFalse(standing.rfm_segment)
        self.assertEqual(program.segment_ids.box, "1–5 · 2 · 5")
        program.rfm_mode = "mean"
        self.assertEqual(program.segment_ids.box, "1–5 · 2")
        self._grade()
        self.assertEqual(self._standing(buyer).rfm_segment, "Best")

    def test_names_follow_a_language_loaded_later(self):
        """Segments of every preset must be known by their English names, or they stay English."""
        from ..presets.data import PRESETS, SEGMENTS, preset_terms

        terms = {str(term) for term in preset_terms()}
        for preset in PRESETS.values():
            for segment in preset.get("segments", SEGMENTS):
                self.assertIn(str(segment[0]), terms)
