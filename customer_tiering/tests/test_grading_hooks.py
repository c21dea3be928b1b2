from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..grading.settle import PREVIOUS
from ..models.customer_tier_gather import FactSource
from ..standing_columns import FLOAT, Column
from .common import OWN, GradingCase


@tagged("post_install", "-at_install")
class TestFactSources(GradingCase):
    """Other addons add kinds of records that tell what customers bought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gather = type(cls.env["customer.tier.gather"])
        cls.buyer = cls._create_own_customer("Buyer", (10, 500), (5, 300))

    def _with(self, source):
        """Patch: the confirmed orders, and one source more."""
        usual = self.gather._fact_sources
        return patch.object(
            self.gather, "_fact_sources", lambda gather, company: [*usual(gather, company), source]
        )

    def _return(self, company, as_of, scope):
        return SQL(
            """
            SELECT p.id, r.day::timestamp, -200::float8, 0
              FROM res_partner p, (SELECT %s::date AS day) r
             WHERE r.day <= %s AND p.id = %s AND %s
            """,
            self._days_ago(2),
            as_of,
            self.buyer.id,
            scope(SQL("p.id")),
        )

    def _returned_product(self, company, as_of, scope, measures, after):
        return SQL(
            """
            SELECT p.id, (%s::date - 2)::timestamp, %s, -1::float8
              FROM res_partner p
             WHERE p.id = %s AND %s
            """,
            as_of,
            self.product.id,
            self.buyer.id,
            scope(SQL("p.id")),
        )

    def test_amount_and_frequency(self):
        """A return must lower the amount, and must not count as an order."""
        self._create_measuring_program("order_count", "quantity")
        self._grade()
        quantity = self._values(self.buyer)["quantity"]
        with self._with(FactSource(self._return, self._returned_product)):
            self._grade()
        standing = self._standing(self.buyer)
        self.assertEqual((standing.amount, standing.order_count), (600, 2))
        self.assertEqual(self._values(self.buyer)["quantity"], quantity - 1)

    def test_source_without_products(self):
        """A source that knows amounts only must leave the products as they are."""
        self._create_measuring_program("quantity")
        self._grade()
        quantity = self._values(self.buyer)["quantity"]
        with self._with(FactSource(self._return)):
            self._grade()
        self.assertEqual(self._standing(self.buyer).amount, 600)
        self.assertEqual(self._values(self.buyer)["quantity"], quantity)


@tagged("post_install", "-at_install")
class TestStandingColumns(GradingCase):
    """One table says what grading stores, reads again and clears."""

    def test_fields(self):
        """A column that the standing does not have would break every grading."""
        columns = self.env["customer.tier.store"]._standing_columns()
        names = [column.name for column in columns]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(set(names), set(self.env["customer.tier.standing"]._fields))

    def test_what_is_remembered(self):
        """What the rules of movement ask for must be read, and nothing else need be."""
        columns = self.env["customer.tier.gather"]._previous_columns(self.company)
        self.assertEqual(columns.keys() - {"customer"}, PREVIOUS.keys())

    def test_column_of_another_addon(self):
        """A column is stored with the others, compared with them, and cleared when the customer
        leaves."""
        buyer = self._create_own_customer("Buyer", (10, 500))
        program = self._create_program(domain=OWN)
        self.env.cr.execute("ALTER TABLE customer_tier_standing ADD COLUMN test_share float8")
        store = type(self.env["customer.tier.store"])
        usual, factor = store._standing_columns, 1
        column = Column(
            "test_share", FLOAT, value=lambda frame, policy: frame["metric:amount"] * factor
        )
        with patch.object(store, "_standing_columns", lambda s: (*usual(s), column)):
            self._grade()
            self.assertEqual(self._share(buyer), 500)
            factor = 2
            self._grade()
            self.assertEqual(self._share(buyer), 1000)
            program.domain = "[('id', '=', 0)]"
            self._grade()
            self.assertIsNone(self._share(buyer))
        standing = self._standing(buyer)
        self.assertFalse(standing.tier_id)
        self.assertEqual(standing.amount, 500, "the last figures stay")

    def _share(self, partner):
        self.env.cr.execute(
            "SELECT test_share FROM customer_tier_standing WHERE partner_id = %s", [partner.id]
        )
        return self.env.cr.fetchone()[0]
