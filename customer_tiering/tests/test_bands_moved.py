from odoo.fields import Command
from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestBandsMoved(TieringCommon):
    """What is unique while lines are saved together is so at the end, not half-way through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=["All"],
            indicators=[
                {"metric": "amount", "rfm_role": "m", "bands": [(0, 10), (10, 50), (20, 100)]},
                {"metric": "order_count", "rfm_role": "f", "bands": [(0, 10), (5, 100)]},
            ],
        )
        cls.env.flush_all()

    def test_bands_move_up(self):
        """From 10 and 20 to 20 and 30, in one save: refused, as two bands would start at 20."""
        amount = self.program.indicator_ids[0]
        first, second, third = amount.band_ids.sorted("value_from")
        amount.band_ids = [
            Command.update(second.id, {"value_from": 20}),
            Command.update(third.id, {"value_from": 30}),
        ]
        self.env.flush_all()
        amount.band_ids = [
            Command.update(third.id, {"value_from": 20}),
            Command.update(second.id, {"value_from": 10}),
        ]
        self.env.flush_all()
        amount.band_ids = [
            Command.update(third.id, {"value_from": 10}),
            Command.update(second.id, {"value_from": 20}),
        ]
        self.env.flush_all()
        self.assertEqual((first.value_from, third.value_from, second.value_from), (0, 10, 20))

    def test_parts_change_places(self):
        """Frequency and monetary value of RFM were the wrong way round: exchanging them was
        refused."""
        one, other = self.program.indicator_ids
        self.program.indicator_ids = [
            Command.update(one.id, {"rfm_role": "f"}),
            Command.update(other.id, {"rfm_role": "m"}),
        ]
        self.env.flush_all()
        self.assertEqual((one.rfm_role, other.rfm_role), ("f", "m"))

    def test_metric_of_a_part_deleted_and_made(self):
        """A band deleted and made anew in one save."""
        amount = self.program.indicator_ids[0]
        last = amount.band_ids.sorted("value_from")[-1]
        amount.band_ids = [
            Command.create({"value_from": 20, "points": 90}),
            Command.delete(last.id),
        ]
        self.env.flush_all()
        self.assertEqual(amount.band_ids.sorted("value_from").mapped("points"), [10, 50, 90])
