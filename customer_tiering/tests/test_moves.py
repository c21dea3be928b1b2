from itertools import product

from odoo.tests import tagged
from odoo.tools import SQL

from ..direction import direction, direction_sql
from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestMoves(TieringCommon):
    """Which way customers go, told alike by all who tell it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=["Low", "High"], indicators=[])
        cls.other = cls._create_program(tiers=["Small", "Big"], indicators=[])
        # Two of the same sequence: the newer one stands above.
        cls.program.tier_ids.sequence = 10
        cls.env.flush_all()

    def test_records_and_sql_agree(self):
        """History said “down” where the message said “other programme”."""
        tiers = [*self.program.tier_ids, *self.other.tier_ids, self.env["customer.tier"]]
        pairs = list(product(tiers, repeat=2))
        self.env.cr.execute(
            SQL(
                """
                SELECT %s
                  FROM unnest(%s, %s) WITH ORDINALITY AS p (before, after, number)
             LEFT JOIN customer_tier o ON o.id = p.before
             LEFT JOIN customer_tier n ON n.id = p.after
                 ORDER BY p.number
                """,
                direction_sql("o", "n"),
                [before.id or 0 for before, _after in pairs],
                [after.id or 0 for _before, after in pairs],
            )
        )
        by_sql = [word for (word,) in self.env.cr.fetchall()]
        self.assertEqual(by_sql, [direction(before, after) for before, after in pairs])

    def test_words(self):
        low, high = self.program.tier_ids.sorted("id")
        none = self.env["customer.tier"]
        expected = {
            (none, none): "stay",
            (none, low): "first",
            (low, low): "stay",
            (low, high): "up",
            (high, low): "down",
            (high, none): "out",
            (high, self.other.tier_ids[0]): "switch",
        }
        self.assertEqual({pair: direction(*pair) for pair in expected}, expected)
