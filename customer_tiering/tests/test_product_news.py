import json
from datetime import date
from functools import partial
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .. import product_news, what_changed
from ..grading import pipeline
from .common import OWN, PIPELINE_LOGGER
from .ledger_common import LedgerCase
from .test_partial_night import LADDER, NightCase


@tagged("post_install", "-at_install")
class TestProductNews(LedgerCase, NightCase):
    """Monday 3 February 2025 is the first night; of six customers one has bought tea, and the
    others rice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        scale = {"scale": "linear", "linear_zero": 0, "linear_full": 9000}
        codes = ("margin", "category_count", "quantity")
        indicators = [{"metric": code, **scale} for code in codes]
        cls.program = cls._create_program(tiers=LADDER, domain=OWN, indicators=indicators)
        names = ("Drinks", "Grain")
        cls.drinks, cls.grain = cls.env["product.category"].create([{"name": n} for n in names])
        cls.tea, cls.rice = (cls._product(name, cls.grain) for name in ("Tea", "Rice"))
        with freeze_time("2025-02-03 01:00:00"):
            cls.drinker = cls._buyer("Drinker", cls.tea, cls.rice)
            cls.eaters = [cls._buyer(f"Eater {number}", cls.rice) for number in range(5)]
        cls._night("2025-02-03")

    @classmethod
    def _product(cls, name, category):
        return cls.env["product.product"].create({"name": name, "categ_id": category.id})

    @classmethod
    def _buyer(cls, name, *products):
        partner = cls._create_customer(name, company_id=cls.company.id)
        lines = [{"product_id": product.id, "price_unit": 100} for product in products]
        cls._create_order(partner, lines=lines, date="2025-01-20")
        return partner

    def _night_after(self, *written, day="2025-02-04"):
        """The next night, with these products written since the last one: all of a test is one
        transaction, which has written everything."""
        ids = [product.id for product in written]
        since = patch.object(product_news, "_written", lambda news: SQL("v.id = ANY(%s)", ids))
        with since:
            return self._night(day)

    def _categories(self, partner):
        self.env.invalidate_all()
        return self._numbers(partner, "metric")["category_count"]

    def test_nothing_that_counts(self):
        """What is written to a product and counts for nothing has nobody looked at."""
        self.tea.write({"name": "Green tea", "list_price": 7})
        run = self._night_after(self.tea)
        self.assertEqual((run.partial, run.looked_count), (True, 0))

    def test_new_product(self):
        """A night looked at everybody because one product more was for sale."""
        self._product("Coffee", self.drinks)
        run = self._night_after()
        self.assertEqual((run.partial, run.looked_count), (True, 0))

    def test_new_product_that_was_bought(self):
        """Sold before somebody gave it its category, a product counts by the one that it has by the
        evening."""
        with freeze_time("2025-02-03 09:00:00"):
            coffee = self._product("Coffee", self.grain)
            early = self._buyer("Early", coffee, self.rice)
            self.env["customer.tier.run"]._grade_partners(early, self.company)
            self.env["customer.tier.stale"].search([("partner_id", "=", early.id)]).unlink()
            coffee.categ_id = self.drinks
        self.assertEqual(self._categories(early), 1)
        run = self._night_after()
        self.assertEqual((run.partial, run.looked_count), (True, 1))
        self.assertEqual(self._categories(early), 2)

    def test_who_bought_it(self):
        """One product in another category made the night one of everybody."""
        self.tea.categ_id = self.drinks
        run = self._night_after(self.tea)
        self.assertEqual((run.partial, run.looked_count, run.written_count), (True, 1, 1))
        self.assertEqual(self._categories(self.drinker), 2)
        run = self._night_after(day="2025-02-05")
        self.assertEqual((run.partial, run.looked_count), (True, 0), "nothing else has happened")

    def test_cost(self):
        """A cost that changes with each receipt made every night one of everybody."""
        self.tea.with_company(self.company).standard_price = 8
        run = self._night_after(self.tea)
        self.assertEqual((run.partial, run.looked_count), (True, 1))
        other = self.env["res.company"].create({"name": "Other"})
        self.rice.with_company(other).standard_price = 8
        run = self._night_after(self.rice, day="2025-02-05")
        self.assertEqual((run.partial, run.looked_count), (True, 0), "another company's cost")

    def test_unit_of_costs(self):
        """A cost is one of a piece: where margins count and quantities do not, nobody looked at a
        product that had another unit."""
        gather, measured = self.env["customer.tier.gather"], {"invoiced": {"margin"}}
        before = product_news.digest(gather, self.company, measured)
        self.tea.uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertNotEqual(product_news.digest(gather, self.company, measured), before)
        for measure, counts in (("margin", True), ("quantity", True), ("category_count", False)):
            self.assertEqual(product_news.counts_pieces({"ordered": {measure}}), counts)

    def test_nobody_knows(self):
        """Where it cannot be told which products were written, everybody is looked at."""
        for then in (
            {"server": "elsewhere"},
            {"columns": "others"},
            # Of another count of transactions.
            {"transaction": 2**60},
        ):
            with self.subTest(then=then), self.env.cr.savepoint() as savepoint:
                stamp, _space, known = self.company.customer_tier_stamp.partition(" ")
                self.company.customer_tier_stamp = f"{stamp} {json.dumps(json.loads(known) | then)}"
                run = self._night_after()
                self.assertEqual((run.looked_count, run.customer_count), (6, 6))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_of_errors(self):
        """Whoever bought a product and could not be graded is found again in the next night."""
        self.tea.categ_id = self.drinks
        real = pipeline.grade

        def grade(facts, *arguments):
            if self.drinker.id in facts.customers:
                raise ArithmeticError("no such number")
            return real(facts, *arguments)

        with patch.object(pipeline, "grade", grade), mute_logger(PIPELINE_LOGGER):
            run = self._night_after(self.tea)
        self.assertEqual(run.error_ids.partner_id, self.drinker)
        run = self._night_after(self.tea, day="2025-02-05")
        self.assertEqual(self._categories(self.drinker), 2)

    def test_week(self):
        """The week's grading of everybody tells nobody as left out whose product was written on
        the same day."""
        self.tea.categ_id = self.drinks
        run = self._night_after(self.tea, day="2025-02-09")
        self.assertEqual((run.partial, run.checks), (False, True))
        self.assertFalse(run.error_ids)
        self.assertEqual(self._categories(self.drinker), 2)

    def test_not_asked(self):
        """A database that does not tell who wrote its rows has everybody looked at, as soon as
        anything of products is otherwise."""
        with patch.object(what_changed, "_here", lambda env: None):
            self._night("2025-02-04")
            run = self._night("2025-02-05")
            self.assertEqual((run.partial, run.looked_count), (True, 0))
            self.tea.categ_id = self.drinks
            self.assertFalse(self._night("2025-02-06").partial)
        self.assertEqual(self._categories(self.drinker), 2)

    def test_invoiced(self):
        """Where invoices count, it is who was invoiced."""
        self.program.basis = "invoiced"
        with freeze_time("2025-02-03 10:00:00"):
            line = {"product_id": self.tea.id, "quantity": 1, "price_unit": 100, "tax_ids": False}
            lines = [Command.create(line)]
            self._invoice(self.eaters[0], invoice_line_ids=lines, invoice_date="2025-02-03")
        self._night("2025-02-04")
        self.tea.categ_id = self.drinks
        with patch.object(product_news, "_written", lambda news: SQL("v.id = %s", self.tea.id)):
            found = self.env["customer.tier.due"]._by_products(
                self.company, date(2025, 2, 5), partial(SQL, "%s IS NOT NULL")
            )
        self.assertEqual(found.tolist(), self.eaters[0].ids)
