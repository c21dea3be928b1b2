from datetime import date, datetime

from odoo.tests import tagged
from odoo.tools import SQL

from .. import prepared
from ..switches import SWIFT
from .common import OWN, GradingCase

KEPT = "SELECT name FROM pg_prepared_statements WHERE name LIKE 'customer\\_tiering\\_%'"


@tagged("post_install", "-at_install")
class TestPrepared(GradingCase):
    """Statements about one customer are planned once for a connection."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        line = {"scale": "linear", "linear_zero": 0, "linear_full": 9000}
        cls._create_program(
            tiers=["Low", {"name": "High", "conditions": [("amount", ">=", 1000)]}],
            indicators=[{"metric": "amount", **line}, {"metric": "product_count", **line}],
            domain=OWN,
        )
        cls.buyers = cls.env["res.partner"].union(
            *(cls._create_own_customer(f"Buyer {n}", (300, 400), (10, 200)) for n in range(3))
        )
        cls._grade()

    def _kept(self):
        self.env.cr.execute(KEPT)
        return {name for (name,) in self.env.cr.fetchall()}

    def _tier_after(self, buyer, amount):
        self._create_order(buyer, amount, date=1)
        self.env["customer.tier.run"]._grade_partners(buyer, self.company)
        self.env.invalidate_all()
        return self._standing(buyer).target_tier_id.name

    def test_once_for_all(self):
        """What is about a customer stood in the statements, so that each customer was planned for
        anew, and a connection kept ever more of them."""
        self.assertEqual(self._tier_after(self.buyers[0], 700), "High")
        kept = self._kept()
        self.assertGreater(len(kept), 5)
        self.assertEqual(self._tier_after(self.buyers[1], 650), "High")
        self.assertEqual(self._tier_after(self.buyers[2], 10), "Low")
        self.assertEqual(self._kept(), kept)

    def test_connection_that_keeps_nothing(self):
        """Behind a pool that changes connections no customer could be graded after an order."""
        self._tier_after(self.buyers[0], 10)
        self.env.cr.execute("DEALLOCATE ALL")
        self.assertEqual(self._tier_after(self.buyers[1], 700), "High")
        # A server that has what this process has not heard of.
        prepared._kept.pop(self.env.cr.connection)
        self.assertEqual(self._tier_after(self.buyers[2], 700), "High")
        self.assertEqual(self._tier_after(self.buyers[0], 690), "High")

    def test_values(self):
        """A parameter came out as another value than in the statement itself."""
        swift = SWIFT.on(self.env["res.partner"]).env
        values = {
            "int": 7,
            "int8": 2**40,
            "bool": True,
            "text": "50 % 'off' $1 %s",
            "float": 0.1,
            "date": date(2026, 2, 28),
            "timestamp": datetime(2026, 2, 28, 12, 30, 1),
        }
        for type_, value in values.items():
            for number in range(2):
                query = SQL("SELECT %s::%s, '100 %%', %s", value, SQL(type_), number)
                self.assertEqual(prepared.rows(swift, query), [(value, "100 %", number)], type_)
        self.assertEqual(prepared.rows(swift, SQL("SELECT 7 %% 4, '%%'")), [(3, "%")])
        found = prepared.rows(
            swift,
            SQL(
                "SELECT %s = ANY(%s), %s::float8[], %s IS NULL, 2 IN %s, %s::int4[]",
                3,
                [1, 2, 3],
                [0.5, float("inf"), 2],
                None,
                (1, 2),
                [],
            ),
        )
        self.assertEqual(found, [(True, [0.5, float("inf"), 2.0], True, True, [])])

    def test_oldest_goes(self):
        """A connection kept statements without end."""
        swift = SWIFT.on(self.env["res.partner"]).env
        self.patch(prepared, "MOST", 3)
        self.env.cr.execute("DEALLOCATE ALL")
        prepared._kept.pop(self.env.cr.connection, None)
        for number in (*range(6), 0):
            query = SQL("SELECT %s + %s", number, SQL(str(number)))
            self.assertEqual(prepared.rows(swift, query), [(2 * number,)])
        self.assertEqual(len(self._kept()), 3)
