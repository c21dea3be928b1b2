from unittest.mock import patch

from odoo.addons.customer_tiering.tests.query_common import AllStatements
from odoo.tests import tagged

from ..models import customer_purchase_rhythm
from .rhythm_common import RhythmCase

# What grading one customer may ask of the database together with its rhythms.
MOST = 25


@tagged("post_install", "-at_install")
class TestOneCustomer(AllStatements, RhythmCase):
    """The rhythms of a customer follow its grading after each order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyers = cls.env["res.partner"].union(
            *(cls._create_own_customer(f"Buyer {number}") for number in range(3))
        )
        for buyer in cls.buyers:
            cls._buy(buyer, *cls._every(30, 5, last=10))
            cls._buy(buyer, *cls._every(20, 4, last=15), product=cls.filter)
        cls._grade()
        cls._pass()

    def test_statements(self):
        """The rhythms of one customer made a table, an index and statistics of it, and asked twice
        for what grading had just read."""
        run = self.env["customer.tier.run"]
        sent = self._sent(lambda: run._grade_partners(self.buyers[0], self.company))
        self.assertLessEqual(len(sent), MOST, "\n".join(sent))
        self.assertFalse([text for text in sent if text.startswith(("CREATE", "DROP", "ANALYZE"))])
        many = self._sent(lambda: run._grade_partners(self.buyers, self.company))
        self.assertEqual(len(many), len(sent))

    def test_few_and_many(self):
        """What is written of few customers in one statement was something else than of many."""

        def rows():
            self.env.invalidate_all()
            names = [*customer_purchase_rhythm.COLUMNS, "partner_id", "category_id"]
            found = self.Rhythm.search([("company_id", "=", self.company.id)], order="id")
            return [list(row.values())[1:] for row in found.read(names, load=False)]

        def changed():
            """One rhythm is new, one another, and one is over."""
            known = self.Rhythm.search([("company_id", "=", self.company.id)])
            known[0].unlink()
            known[1].write({"order_days": 99})
            self.env.flush_all()
            stray = {"partner_id": self.buyers[0].id, "company_id": self.company.id}
            self.Rhythm.create({**stray, "category_id": self._create_category("Stray").id})
            self.env.flush_all()
            return self.Rhythm._update(self.buyers, self.company)

        before = rows()
        self.assertTrue(before)
        for few in (200, 0):
            with self.subTest(few), patch.object(customer_purchase_rhythm, "FEW", few):
                self.assertEqual(changed(), 3)
                self.assertCountEqual(rows(), before)
