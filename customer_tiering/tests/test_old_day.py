from freezegun import freeze_time

from odoo.tests import tagged

from .event_common import TODAY, EventCase


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestOldDay(EventCase):
    """Gradings as of a day long past change what their form says, and nothing follows from them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2025-03-01 12:00:00"):
            cls._grade()
        # Entered afterwards.
        cls._create_order(cls.buyer, 2000, date="2025-02-01")

    def _lines(self, partner):
        return self._standing(partner).change_ids.sorted("id")

    def test_history_is_in_order_of_time(self):
        """A line of 2010 stood behind one of today, so that tiers read from the history by its
        days were others than those that customers had."""
        self._grade(as_of="2025-02-15")
        lines = self._lines(self.buyer)
        self.assertEqual(lines.mapped("to_tier_id.name"), ["Low", "Silver"])
        self.assertEqual(list(map(str, lines.mapped("date"))), ["2025-03-01", TODAY])
        self.assertEqual(self._standing(self.buyer).tier_since, lines[1].date)
        self.assertEqual(lines.sorted(), lines[::-1])

    def test_figures_are_those_of_the_day_that_was_graded(self):
        """The line of today explained figures of January as if they were today's."""
        run = self._grade(as_of="2025-02-15")
        line = self._lines(self.buyer)[-1]
        self.assertEqual((line.run_id, str(line.date)), (run, TODAY))
        self.assertEqual(line._counted_on(), run.as_of)
        metric = self._metric("amount")
        opened = line.action_open_records(metric.id)
        orders = self.env["sale.order"].search(opened["domain"])
        self.assertEqual(orders.mapped("amount_untaxed"), [2000])

    def test_days_one_after_the_other(self):
        """A history that is made up afterwards, day after day, would be all of today."""
        other = self._create_own("Other", day="2024-11-01")
        self._create_order(other, 2000, date="2024-12-15")
        for day in ("2024-12-01", "2025-01-01"):
            self._grade(as_of=day)
        self.assertEqual(
            list(map(str, self._lines(other).mapped("date"))), ["2024-12-01", "2025-01-01"]
        )

    def test_nothing_follows(self):
        """Reminders, and what addons do about customers, began and ended by figures of long ago."""
        calls = []
        Run = self.env.registry["customer.tier.run"]
        self.patch(Run, "_follow_up", lambda run: calls.append(run.as_of))
        self._grade(as_of="2025-02-15")
        self.assertFalse(calls)
        self.assertEqual(self._events(self.buyer)[-1:].state, "held")
        run = self._grade()
        self.assertEqual(calls, [run.as_of])

    def test_night_that_ends_on_the_next_day(self):
        """A grading that began before midnight reminded of nobody."""
        calls = []
        Run = self.env.registry["customer.tier.run"]
        self.patch(Run, "_follow_up", lambda run: calls.append(run.as_of))
        run = self._grade(as_of="2025-03-09")
        self.assertEqual(calls, [run.as_of])

    def test_share_of_the_best_stays_that_of_today(self):
        """Customers whose orders changed today were measured by where the best began a year ago,
        until the next night."""
        best = self.gold.copy({"name": "Best", "sequence": 90, "top_share": 50})
        best.top_metric_id = self._metric("amount")
        self._create_own("Other", 9000)
        self._grade()
        known = (best.top_cut, str(best.top_measured_on))
        self.assertEqual(known[1], TODAY)
        self._grade(as_of="2024-02-15")
        self.assertEqual((best.top_cut, str(best.top_measured_on)), known)

    def test_rhythm_is_learnt_anew(self):
        """How customers order was learnt for a grading as of long ago, and stayed so for good; and
        so did the thresholds that are proposed, until the next night."""
        program = self._create_ladder(company=self.company_b)
        for number in range(12):
            buyer = self._create_own(f"Weekly {number}", company=self.company_b, day="2023-12-01")
            for day in (8, 15, 22, 29):
                self._create_order(buyer, 10, date=f"2023-12-{day}", company=self.company_b)
            for month in range(1, 13):
                day = f"2024-{month:02}-01"
                self._create_order(buyer, 10, date=day, company=self.company_b)
        self._grade(as_of="2024-01-01", company=self.company_b)
        self.assertFalse(program.rhythm)
        self.assertFalse(program.spread)
        self._grade(company=self.company_b)
        self.assertEqual(str(program.rhythm_learnt_on), TODAY)
        self.assertTrue(program.rhythm)
        self.assertTrue(program.spread)
