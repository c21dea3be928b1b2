"""Plans when customers pay their invoices. No odoo import; the same customer has the same habit."""

import random
from dataclasses import dataclass
from datetime import timedelta

from .plan import SEED

TERM_DAYS = 30
# Habit: how many of a hundred customers have it, and the days after the due date between which
# they pay.
HABITS = {
    "early": (20, -15, -3),
    "prompt": (45, -4, 2),
    "slow": (22, 4, 28),
    "bad": (13, 25, 80),
}
# How often, in percent, somebody behaves as somebody else does, pays in two parts, or (bad ones
# only) does not pay at all.
SLIPS, IN_PARTS, NEVER = 8, 10, 15
SECOND_PART_DAYS = 12


@dataclass(frozen=True)
class Bill:
    """When an invoice is made out and due, and what of it is paid when: pairs of day and share."""

    day: object
    due: object
    paid: tuple


class Payer:
    """One customer with its random generator."""

    def __init__(self, company_key, today):
        self.random = random.Random(f"{SEED}/pays/{company_key}")
        self.today = today
        self.habit = self._any_habit()

    def _any_habit(self):
        weights = [weight for weight, _first, _last in HABITS.values()]
        return self.random.choices(list(HABITS), weights)[0]

    def bill(self, ordered_on):
        """The invoice of an order; what would be paid later than yesterday is not paid yet."""
        day = ordered_on + timedelta(days=2)
        due = day + timedelta(days=TERM_DAYS)
        habit = self._any_habit() if self._happens(SLIPS) else self.habit
        _weight, first, last = HABITS[habit]
        paid_on = due + timedelta(days=self.random.randint(first, last))
        parts = [(paid_on, 1.0)]
        if self._happens(IN_PARTS):
            parts = [(paid_on, 0.6), (paid_on + timedelta(days=SECOND_PART_DAYS), 0.4)]
        if habit == "bad" and self._happens(NEVER):
            parts = []
        known = tuple((max(day, on), share) for on, share in parts if on < self.today)
        return Bill(day, due, known)

    def _happens(self, percent):
        return self.random.randrange(100) < percent
