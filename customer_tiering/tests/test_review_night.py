from datetime import date
from pathlib import Path
from runpy import run_path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.sql import table_columns

from ..grading import pipeline
from .common import OWN, PIPELINE_LOGGER
from .test_partial_night import LADDER, NightCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.12.0" / "post-reviews.py"


@tagged("post_install", "-at_install")
class TestReviewNight(NightCase):
    """Reviews are on the first of each month; the first night is that of 24 February 2025, a
    Monday, and that of 1 March is a night like others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=LADDER, domain=OWN, review_every="month")
        cls.low, cls.silver, cls.gold = cls.program.tier_ids
        with freeze_time("2025-02-24 01:00:00"):
            cls.calm = cls._own("Calm", ("2024-12-30", 1500))
            # Loses an order after the review, and one before it.
            cls.later = cls._own("Later", ("2024-03-10", 6000), ("2025-01-20", 100))
            cls.falling = cls._own("Falling", ("2024-02-27", 6000), ("2025-01-20", 100))
        for day in ("2025-02-24", "2025-02-25", "2025-02-28"):
            cls._night(day)

    @classmethod
    def _own(cls, name, *orders):
        partner = cls._create_customer(name, company_id=cls.company.id)
        for day, amount in orders:
            cls._create_order(partner, amount, date=day)
        return partner

    def _kept(self, partner):
        self.env.invalidate_all()
        return self._standing(partner)

    def test_looks_at_whom_it_can_move(self):
        """On the first of each month everybody was graded anew, as their review had come: a day on
        which a night cost forty times as much as on others."""
        self.assertEqual(self._kept(self.falling).waiting, "review")
        calm = self._rows(self.calm, self.later)
        run = self._night("2025-03-01")
        self.assertEqual((run.partial, run.looked_count, run.down_count), (True, 1, 1))
        self.assertEqual(self._kept(self.falling).tier_id, self.low)
        self.assertEqual(self._rows(self.calm, self.later), calm)

    def test_was_held_all_the_same(self):
        """Nobody looked at a customer on the day of its review, and when an order left the window
        ten days later, that review would have been held then."""
        self._night("2025-03-01")
        self.assertEqual(self._night("2025-03-10").down_count, 0)
        standing = self._kept(self.later)
        self.assertEqual((standing.tier_id, standing.target_tier_id), (self.gold, self.low))
        self.assertEqual((standing.waiting, str(standing.next_look)), ("review", "2025-04-01"))
        self._night("2025-04-01")
        self.assertEqual(self._kept(self.later).tier_id, self.low)

    def test_was_held_by_the_queue(self):
        """Where no night tells of a review that a grading after an order held, the next order in
        the same month held it again."""
        tiers = []
        for day in ("2025-03-03", "2025-03-12", "2025-03-31", "2025-04-02"):
            with freeze_time(f"{day} 10:00:00"):
                self.Run._grade_partners(self.later, self.company)
            tiers.append(self._kept(self.later).tier_id.name)
        # The order that made it gold leaves the window on 10 March.
        self.assertEqual(tiers, ["Gold", "Gold", "Gold", "Low"])

    def test_was_held_before_people_decided(self):
        """A tier set by hand and taken back takes the next look away, and nobody knew that the
        review of the month had been held."""
        self._night("2025-03-01")
        standing = self._kept(self.later)
        with freeze_time("2025-03-05 10:00:00"):
            standing.write({"manual_tier_id": self.silver.id, "manual_reason": "A trial"})
            standing.write({"manual_tier_id": False})
        self._night("2025-03-10")
        self.assertEqual(self._kept(self.later).tier_id, self.gold)

    def _failing_night(self, day, failing):
        """A night in which a customer cannot be graded."""
        real = pipeline.grade

        def grade(facts, *arguments):
            if failing.id in facts.customers:
                raise ArithmeticError("no such number")
            return real(facts, *arguments)

        with patch.object(pipeline, "grade", grade), mute_logger(PIPELINE_LOGGER):
            run = self._night(day)
        self.assertEqual(run.error_ids.partner_id, failing)

    def test_who_failed_is_reviewed_later(self):
        """Whoever could not be graded on the day of its review has it as soon as it can be."""
        self._failing_night("2025-03-01", self.falling)
        self.assertEqual(self._kept(self.falling).tier_id, self.gold)
        self._night("2025-03-02")
        self.assertEqual(self._kept(self.falling).tier_id, self.low)

    def test_who_failed_and_was_to_be_looked_at_anyway(self):
        """Whoever is looked at every night, and could not be graded on the day of its review, lost
        that review: the tier was kept a month longer."""
        with freeze_time("2025-02-28 10:00:00"):
            standing = self._kept(self.falling)
            standing.write({"lock": "up", "manual_reason": "A trial"})
            standing.write({"lock": False})
        self._failing_night("2025-03-01", self.falling)
        self._night("2025-03-02")
        self.assertEqual(self._kept(self.falling).tier_id, self.low)

    def test_who_failed_was_reviewed_before(self):
        """A customer who could not be graded when an order left its window had a review of its own
        the day after: that of the month was held long before."""
        self._night("2025-03-01")
        self._failing_night("2025-03-10", self.later)
        self.assertEqual(self._kept(self.later).review_date, date(2025, 4, 1))
        self._night("2025-03-11")
        standing = self._kept(self.later)
        self.assertEqual((standing.tier_id, standing.target_tier_id), (self.gold, self.low))
        self._night("2025-04-01")
        self.assertEqual(self._kept(self.later).tier_id, self.low)

    def _break(self, domain):
        """Write a filter that no form would take."""
        query = "UPDATE customer_tier_program SET domain = %s WHERE id = %s"
        self.env.cr.execute(query, [domain, self.program.id])
        self.env.invalidate_all()

    def test_broken_programme(self):
        """A night that could not follow a programme held no review of its customers."""
        self._break("[(1")
        with mute_logger(PIPELINE_LOGGER):
            run = self._night("2025-03-01")
        self.assertEqual(run.error_ids.program_id, self.program)
        self._break(OWN)
        self._night("2025-03-02")
        self.assertEqual(self._kept(self.falling).tier_id, self.low)

    def test_next_review(self):
        """Where nothing is written on the day of a review, the next one was a day long past."""
        self.assertEqual(self._kept(self.calm).review_date, date(2025, 3, 1))
        self._night("2025-03-01")
        everybody = self.calm | self.later | self.falling
        standings = self.env["customer.tier.standing"]
        for partner in everybody:
            standings |= self._kept(partner)
        self.assertEqual({*standings.mapped("review_date")}, {date(2025, 4, 1)})
        for operator, value, found in (
            ("=", "2025-04-01", standings),
            ("=", "2025-03-01", standings.browse()),
            (">", date(2025, 3, 31), standings),
            (">", date(2025, 4, 1), standings.browse()),
            (">=", "2025-04-01", standings),
            ("<", "2025-04-01", standings.browse()),
            ("<=", "2025-04-30", standings),
            ("=", False, standings.browse()),
            ("!=", False, standings),
            ("!=", "2025-04-01", standings.browse()),
        ):
            with self.subTest(operator=operator, value=value):
                domain = [("review_date", operator, value), ("id", "in", standings.ids)]
                self.assertEqual(standings.search(domain), found)
        self.program.review_every = "day"
        self.env.invalidate_all()
        self.assertEqual(standings.mapped("review_date"), [False] * 3)
        domain = [("review_date", "=", False), ("id", "in", standings.ids)]
        self.assertEqual(standings.search(domain), standings)

    def test_anniversary(self):
        """Where reviews are a year after the entry, each customer has a day of its own."""
        self.program.review_every = "anniversary"
        self.env.invalidate_all()
        self.assertEqual(self._kept(self.calm).review_date, date(2026, 2, 24))

    def test_upgrade(self):
        """Databases of before keep the next review of each customer in a column that nobody fills
        any more."""
        add = "ALTER TABLE customer_tier_standing ADD COLUMN IF NOT EXISTS review_date date"
        self.env.cr.execute(add)
        run_path(str(SCRIPT))["migrate"](self.env.cr, "19.0.1.11.0")
        self.assertNotIn("review_date", table_columns(self.env.cr, "customer_tier_standing"))
        self.env.invalidate_all()
        self.assertEqual(self._kept(self.calm).review_date, date(2025, 3, 1))
