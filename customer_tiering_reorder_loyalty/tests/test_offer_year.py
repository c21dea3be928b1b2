import random
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.customer_tiering.grading import assignment
from odoo.tests import tagged

from .offer_common import OfferCase

DAYS = 365
# Days between two orders of each customer, as far as it keeps to them.
RHYTHMS = (14, 28, 42, 14, 21, 28, 35, 21, 28, 35)
# Orders of before, from which the rhythms are known.
BEFORE = 6
# One coupon.
BUDGET = 5
GRADED_EVERY = 4


@tagged("post_install", "-at_install")
class TestOfferYear(OfferCase):
    """A year of ten customers, the job each day and a grading every fourth."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(21)
        self.begin = datetime(2025, 1, 6, 12)
        self.clock.move_to(self.begin)
        self.buyer.active = False
        self.rule.write(
            {
                "company_id": self.company.id,
                "control_share": 30,
                "offer_share": 40,
                "gap_days": 7,
                "max_late_days": 90,
            }
        )
        self._steps_of_rule(
            ("email", 0),
            self._offering(
                days=8,
                offer_valid_days=14,
                offer_once_days=60,
                offer_budget=BUDGET,
            ),
        )
        self.customers = [self._create_regular(number) for number in range(len(RHYTHMS))]
        self.next_order = {
            partner: rhythm + number % 5
            for number, (partner, rhythm) in enumerate(zip(self.customers, RHYTHMS, strict=True))
        }

    def _create_regular(self, number):
        vals = {"company_id": self.company.id, "user_id": self.salesperson.id, "tz": "UTC"}
        email = f"regular{number}@example.com"
        partner = self._create_customer(f"Regular {number}", email=email, **vals)
        for past in range(1, BEFORE + 1):
            self._buy(partner, self.begin - timedelta(days=past * RHYTHMS[number]))
        return partner

    def _buy(self, partner, moment):
        self._create_order(partner, 100, date=moment, company=self.company, team_id=False)

    def _live(self, day):
        """Some order in time, some later, some when they have been written to."""
        for number, partner in enumerate(self.customers):
            if day < self.next_order[partner]:
                continue
            if self.random.random() < 0.05:
                self._buy(partner, fields.Datetime.now() - timedelta(hours=1))
                late = self.random.randint(-4, 10)
                self.next_order[partner] = day + RHYTHMS[number] + late

    def test_year(self):
        """In a year somebody got a coupon before its day, over the budget, twice in two months, or
        although it was held back."""
        bucket = patch.object(assignment, "bucket", self._drawn)
        bucket.start()
        self.addCleanup(bucket.stop)
        Reminder = self.env["customer.reminder"]
        own = [("company_id", "=", self.company.id)]
        seen = Reminder.browse()
        for day in range(DAYS):
            self.clock.move_to(self.begin + timedelta(days=day))
            self._live(day)
            # Gradings take longest.
            if day % GRADED_EVERY == 0:
                self._grade()
            self._send()
            new = Reminder.search([*own, ("offered_on", "!=", False)]) - seen
            for reminder in new:
                # As it was when the coupon was made, before anything is ordered on it.
                expected = self._standing(reminder.partner_id).next_order_date
                self.assertLess(expected, reminder.offered_on)
                self.assertLess(reminder.expected_date, reminder.offered_on)
            seen |= new
        self._check(Reminder.search(own), seen)

    def _drawn(self, _database, _experiment, customer):
        """Three of the ten are held back and four get offers, in whichever database."""
        number = [partner.id for partner in self.customers].index(customer)
        return number * assignment.BUCKETS // len(self.customers)

    def _check(self, reminders, offered):
        self.assertGreater(len(offered), 2)
        # Others were due for one, and got none.
        self.assertTrue(any(reminders.mapped("offer_refusal")))
        arms = reminders.grouped("arm")
        self.assertEqual(arms.keys(), {"control", "offer", "treated"})
        self.assertEqual(set(offered.mapped("arm")), {"offer"})
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT COUNT(*) FROM customer_reminder r
             WHERE r.id = ANY(%(held)s)
               AND (r.activity_id IS NOT NULL OR r.offer_card_id IS NOT NULL OR r.on_desk
                    OR EXISTS (SELECT FROM customer_reminder_step s WHERE s.reminder_id = r.id))
            """,
            {"held": arms["control"].ids},
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0, "held back, and something came of it")
        # All cards are of a reminder that offers them.
        cards = self.env["loyalty.card"].search([("program_id", "=", self.coupons.id)])
        self.assertEqual(cards, offered.offer_card_id)
        for month in offered.grouped(lambda r: (r.offered_on.year, r.offered_on.month)).values():
            self.assertLessEqual(sum(month.mapped("offer_cost")), BUDGET)
        for own in offered.grouped("partner_id").values():
            days = sorted(own.mapped("offered_on"))
            for before, after in zip(days, days[1:], strict=False):
                self.assertGreaterEqual((after - before).days, 60)
        today = fields.Date.today()
        for reminder in offered.filtered(lambda r: r.state != "open"):
            self.assertLess(reminder.offer_card_id.expiration_date, today)
