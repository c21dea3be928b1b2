import os
import time
from unittest.mock import patch

import numpy as np

from odoo.addons.customer_tiering.grading import metrics
from odoo.addons.customer_tiering.grading.policy import Metric
from odoo.tests import tagged

from .. import kept_chunks, order_prices
from ..workings import Workings, year_days
from .common import ScenarioCase

CLEAN = "odoo.addons.customer_tiering_scenario.workings.is_clean"


@tagged("post_install", "-at_install")
class TestKeptChunks(ScenarioCase):
    """What was read is found by the next worker."""

    def setUp(self):
        super().setUp()
        # In a test nothing is committed, so that nothing would be kept.
        self.startPatcher(patch(CLEAN, lambda env: True))
        self.addCleanup(kept_chunks.forget, self.env.cr.dbname)
        kept_chunks.forget(self.env.cr.dbname)

    def _files(self):
        return sorted(kept_chunks.folder(self.env.cr.dbname).glob("*"))

    def _chunks(self):
        return list(self._try()._workings().chunks())

    def test_the_same_again(self):
        """Another worker counts other customers, or reads everything once more."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        first = self._compare(scenario)
        with patch.object(Workings, "_read", side_effect=AssertionError("read again")):
            self.assertEqual(self._compare(scenario), first)

    def test_everything_is_kept(self):
        """A column that is lost on the way makes a result wrong without a word."""
        (read,), (loaded,) = self._chunks(), self._chunks()
        for one, other in zip(*map(kept_chunks.flat, (read, loaded)), strict=True):
            self.assertEqual(one, other)
        for name, array in kept_chunks.flat(read).items():
            found = kept_chunks.flat(loaded)[name]
            self.assertEqual((array.dtype, array.tobytes()), (found.dtype, found.tobytes()), name)

    def test_read_again_when_something_changed(self):
        """An order that was confirmed meanwhile is not counted."""
        self._chunks()
        files = self._files()
        self._create_order(self.customers[0], 9000, date=3)
        self.env.flush_all()
        found = self._compare(self._try())
        self.assertEqual(found.figures[self.gold.id, self.gold.id], 3)
        self.assertNotEqual(self._files(), files)

    def test_nobody_else_may_open_it(self):
        """What customers buy lies open on the server."""
        self._chunks()
        for file in self._files():
            self.assertEqual(file.stat().st_mode & 0o077, 0)
        self.assertEqual(kept_chunks.folder(self.env.cr.dbname).stat().st_mode & 0o077, 0)

    def test_not_for_ever(self):
        """A disk fills up with what nobody needs, or costs of last week count."""
        self._chunks()
        old = time.time() - kept_chunks.LASTING - 1
        for file in self._files():
            os.utime(file, (old, old))
            self.assertIsNone(kept_chunks.load(file))
        self.Scenario._gc_kept_chunks()
        self.assertFalse(self._files())

    def test_what_is_not_committed_is_not_kept(self):
        """What somebody has typed and not saved is counted for everybody."""
        with patch(CLEAN, lambda env: False):
            self._chunks()
        self.assertFalse(self._files())

    def test_half_a_file(self):
        """A worker was killed while it wrote, and nobody can try anything any more."""
        self._chunks()
        for file in self._files():
            file.write_bytes(file.read_bytes()[:100])
        self.assertEqual(len(self._chunks()), 1)


@tagged("post_install", "-at_install")
class TestWhatIsRead(ScenarioCase):
    def test_margin_is_the_metric(self):
        """The margin of a scenario is another one than the metric that customers are graded by."""
        product = self._create_product(name="With a cost", list_price=100.0, standard_price=60.0)
        line = {"product_id": product.id, "product_uom_qty": 7, "price_unit": 100}
        self._create_order(self.customers[5], lines=[line], date=9)
        self.env.flush_all()
        today = self.env["customer.tier.gather"]._today(self.company)
        scope = self.env["customer.tier.gather"]._scope_of(self.customers[5].ids)
        gather = self.env["customer.tier.gather"]
        orders = gather._orders(self.company, today, scope)
        lines = gather._lines(self.company, today, scope, frozenset({"margin"}))
        facts = metrics.Facts(np.array(self.customers[5].ids), orders, lines)
        margin = metrics.compute(facts, [Metric("gain", "margin", 12)], today)["gain"].item()
        self.assertEqual(margin, 9000 - 0 + 700 - 7 * 60)
        found = order_prices.money(self.program.sudo(), today)["margin"]
        self.assertAlmostEqual(found[self.customers[5].id], margin, places=2)

    def test_tiers_of_a_past_day(self):
        """What a grading of last month would have done begins from the tiers of today."""
        late = self.customers[0]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_change SET date = %s WHERE standing_id IN "
            "(SELECT id FROM customer_tier_standing WHERE company_id = %s)",
            [self._days_ago(30), self.company.id],
        )
        self.program.first_graded_on = self._days_ago(30)
        self.env.invalidate_all()
        self._create_order(late, 9000, date=10)
        self._grade()
        self.assertEqual(self._standing(late).tier_id, self.gold)
        scenario = self._try(as_of=self._days_ago(20), lines={("threshold", self.silver): 800})
        found = self._compare(scenario)
        self.assertEqual(found.graded[self.bronze.id, self.silver.id], 1)
        self.assertEqual(sum(n for (a, _b), n in found.graded.items() if a == self.gold.id), 2)
        self.assertIn("tiers of that day", scenario.results)
        scenario.as_of = False
        found = self._compare(scenario)
        self.assertEqual(sum(n for (a, _b), n in found.graded.items() if a == self.gold.id), 3)

    def test_year_reads_a_year_more(self):
        """In the past twelve months of a rule on pieces, everybody seems to begin at nothing."""
        scenario = self._try()
        days = year_days(scenario._day())
        self.assertEqual(scenario._workings(year=True).first, days[0])
        self.assertLess(days[0], self._days_ago(300))
