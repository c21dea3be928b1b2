"""A year of messages by rules that know nothing of each other (``./dev stress contact``): how many
were outside of the hours and working days, over a cap, or sent while a quotation was open.

The product decides by ``grading.quiet.decide``; what is counted here is worked out anew.
"""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytz

from tools.bench.core import load

quiet = load("quiet")

ZONES = (
    "Asia/Shanghai",
    "Asia/Shanghai",
    "Europe/Brussels",
    "America/New_York",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Kathmandu",
)
BEGIN = datetime(2026, 1, 1)
# China 2026: the National Day holiday and two days that make up for it; Spring Festival likewise.
CHINA = quiet.Days(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8))
    | frozenset(date(2026, 2, day) for day in range(15, 24)),
    extra=frozenset({date(2026, 9, 20), date(2026, 10, 10), date(2026, 2, 14), date(2026, 2, 28)}),
)
EVERY_DAY = quiet.Days(weekdays=frozenset(range(7)))
FREEZE = quiet.Days(
    weekdays=frozenset(range(7)),
    holidays=frozenset(date(2026, 12, day) for day in range(24, 32)),
)
STATUTORY = quiet.Days(holidays=frozenset({date(2026, 5, 1), date(2026, 12, 25)}))
COUNT = 2  # steps of a case


@dataclass
class Found:
    """What came of a simulated year."""

    sent: int = 0
    due: int = 0
    outside: int = 0
    over_cap: int = 0
    while_snoozed: int = 0
    without_reason: int = 0
    reasons: Counter = field(default_factory=Counter)


def simulate(customers, days, rules, seed, policy=None):
    """:return: :class:`Found`"""
    rng, found = random.Random(seed), Found()
    policy = policy or quiet.Policy()
    for number in range(customers):
        _Customer(random.Random(rng.random()), number, policy, found).live(days, rules)
    return found


class _Customer:
    def __init__(self, rng, number, policy, found):
        self.rng, self.policy, self.found = rng, policy, found
        self.zone = ZONES[number % len(ZONES)]
        local = CHINA if self.zone == "Asia/Shanghai" else STATUTORY
        ours = CHINA if number % 2 else STATUTORY
        self.sides = (ours, EVERY_DAY if number % 5 == 0 else local, FREEZE)
        self.own = quiet.Window(14, 16) if number % 7 == 0 else None
        self.sent, self.open = [], []

    def live(self, days, rules):
        self.open = self._quotations(days)
        queue = []
        for _rule in range(rules):
            moment = BEGIN + timedelta(days=self.rng.uniform(0, 40))
            while moment < BEGIN + timedelta(days=days):
                for _step in range(COUNT):
                    queue.append((moment, moment))
                    moment += timedelta(days=self.rng.uniform(1, 25))
                moment += timedelta(days=self.rng.uniform(10, 60))
        heapq.heapify(queue)
        self.found.due += len(queue)
        while queue:
            # The job comes every quarter of an hour, at a clock of its own.
            at, due_at = heapq.heappop(queue)
            now = at + timedelta(minutes=self.rng.uniform(0, 15))
            if again := self._meet(due_at, now):
                heapq.heappush(queue, again)

    def _quotations(self, days):
        spans, moment = [], BEGIN
        while moment < BEGIN + timedelta(days=days):
            moment += timedelta(days=self.rng.expovariate(1 / 60))
            end = moment + timedelta(days=self.rng.uniform(0.5, 14))
            spans.append((moment, end))
            moment = end
        return spans

    def _meet(self, due_at, now):
        until = next((end for begin, end in self.open if begin <= now < end), None)
        recent = tuple(moment for moment in self.sent if moment > now - quiet.MONTH)
        situation = quiet.Situation(
            zone=self.zone,
            sides=self.sides,
            own_hours=self.own,
            sent=recent,
            snoozed="quotation" if until else "",
            snoozed_until=until,
        )
        verdict = quiet.decide(due_at, now, situation, self.policy)
        self.found.reasons[verdict.reason or "sent"] += 1
        self.found.without_reason += (verdict.outcome == quiet.SEND) == bool(verdict.reason)
        if verdict.outcome == quiet.SEND:
            self._check(now, until)
            self.sent.append(now)
            self.found.sent += 1
        elif verdict.outcome == quiet.WAIT:
            return verdict.at, max(due_at, until) if until else due_at
        return None

    def _check(self, now, until):
        local = pytz.utc.localize(now).astimezone(pytz.timezone(self.zone))
        window = self.policy.window
        allowed = window.opens <= local.hour + local.minute / 60 < window.closes
        for side in self.sides:
            day, weekday = local.date(), local.weekday()
            allowed &= day in side.extra or (weekday in side.weekdays and day not in side.holidays)
        self.found.outside += not allowed
        week = sum(now - timedelta(7) < moment for moment in self.sent)
        month = sum(now - timedelta(30) < moment for moment in self.sent)
        caps = self.policy.caps
        self.found.over_cap += week + 1 > caps.week or month + 1 > caps.month
        self.found.while_snoozed += until is not None


def run(options):
    """The year with as many customers as said, printed as a table."""
    from .data import report

    found = simulate(options.customers, options.days, options.rules, options.seed)
    numbers = [
        ("customers", options.customers),
        ("rules", options.rules),
        ("days from " + str(BEGIN.date()), options.days),
        ("messages due", found.due),
        ("sent", found.sent),
        ("outside hours, working days or freeze", found.outside),
        ("over a cap", found.over_cap),
        ("while a quotation was open", found.while_snoozed),
        ("with no reason, or with one and sent", found.without_reason),
        *((f"answer “{reason}”", count) for reason, count in sorted(found.reasons.items())),
    ]
    wrong = [f"{label}: {count}" for label, count in numbers[5:9] if count]
    return report(("what", "number"), numbers, wrong)
