"""Stages of a customer's life with the company: which, since when, and which before.

A stage follows from the days of the orders and the as-of day alone, so a grading as of a past day,
a replay and the nightly run agree, whatever was graded before. On each day, the first that fits:

* potential: no order yet
* lost: more than *lost ratio* x rhythm since the last order
* dormant: more than *mature ratio* x rhythm since then
* won back: less than *won back days* since an order that came when the evening before the customer
  was dormant or lost by the rhythm known then
* new: never won back, and at most *new orders* or the first one less than *new days* ago
* loyal: at least *loyal orders*, and at most *loyal ratio* x rhythm since the last one
* mature: the others

Rhythm is the median of the next interval as it was known at an order (``rhythm.Foresight``), not
given the silence since; what is known of all customers in it is that of the programme, frozen,
also for days past. Below *min orders* the ratios are of the population's median, and never less
than fixed days; or of a cycle given for the customer (that of what it buys). A customer who was as
silent at the same time of the year in both of the years before is not late, dormant or lost before
that silence has ended in either, and ``SEASON_DAYS`` more. Orders of one day count once. A
stage is entered on the first of the unbroken run of days with it, to which days up to the as-of
day belong: as if graded every day.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from . import rhythm

# Code of each stage; 0 for none, before the first.
STAGES = {
    "potential": 1,
    "new": 2,
    "mature": 3,
    "loyal": 4,
    "dormant": 5,
    "lost": 6,
    "won_back": 7,
}
POTENTIAL, NEW, MATURE, LOYAL, DORMANT, LOST, WON_BACK = STAGES.values()
# Thirds of days are not exact in floats: three of them are a day.
TINY = 1e-6
NEVER = np.inf
YEAR = 365
# How far the same silence may begin and end from the same day of another year.
SEASON_DAYS = 30


class Past:
    """What the order days of some customers tell, whatever the thresholds: found once, to be
    staged by any number of settings.

    :param customers, days: sorted distinct pairs as ``rhythm.order_days`` returns them, customers
        as positions
    :param size: number of customers
    :param as_of: day number
    :param population: what is known of all customers, ``policy.Rhythm``
    :raise ValueError: for an order later than the as-of day
    """

    def __init__(self, customers, days, size, as_of, population):
        if (days > as_of).any():
            raise ValueError("Orders after the as-of day belong to a later one.")
        self.customers, self.days, self.size = customers, days, size
        self.as_of, self.population = as_of, population

    @cached_property
    def count(self):
        """Order days of each customer."""
        return np.bincount(self.customers, minlength=self.size)

    @cached_property
    def start(self):
        """Where each customer's order days begin."""
        return np.cumsum(self.count) - self.count

    def nth_day(self, number):
        """Day number of each customer's order of that number, counted from 1; ``NEVER`` where
        there are fewer.

        :param number: integer, or one for each customer
        """
        enough = (self.count >= number) & (self.count > 0)
        result = np.full(self.size, NEVER)
        result[enough] = self.days[(self.start + number - 1)[enough]]
        return result

    @cached_property
    def gaps(self):
        """(customer, days) of each interval, in order of time."""
        return rhythm.intervals(self.customers, self.days)

    @cached_property
    def spells(self):
        """From each order day to the next, see ``rhythm.Spells``."""
        return rhythm.Spells.of(self.customers, self.days, self.as_of)

    @cached_property
    def now(self):
        """What is foreseen of each customer's next order, see ``rhythm.Foresight``."""
        return rhythm.Foresight(self.population, self.spells.last(self.size))

    @cached_property
    def place(self):
        """How many orders there were before the one that ended each of the gaps."""
        before = np.cumsum(np.maximum(self.count - 1, 0)) - np.maximum(self.count - 1, 0)
        return np.arange(1, len(self.gaps[0]) + 1) - before[self.gaps[0]]

    @cached_property
    def rhythm_then(self):
        """Median of the next interval as it was known when each of the gaps began."""
        return self._usual(rhythm.Foresight(self.population, self.spells[self.spells.ended]))

    @cached_property
    def rhythm(self):
        """The same as it was known at each customer's last order."""
        return self._usual(self.now)

    @staticmethod
    def _usual(foresight):
        return foresight.days(0.5, settled=True)

    def season_end(self, owners, begun, day):
        """The day until which a silence is that of the season, for some silences; ``-NEVER`` where
        it is none.

        It is one where on the same day of both years before the customer was silent, since and
        until the same days, give or take ``SEASON_DAYS``.

        :param owners: customers
        :param begun: day of the order that each silence began with
        :param day: a day in it, ``NEVER`` for none
        """
        ends = []
        known = np.isfinite(day) & np.isfinite(begun)
        some = np.where(known, day, 0).astype(np.int64)
        for years in (1, 2):
            then = some - years * YEAR
            place = np.searchsorted(self._packed, rhythm.pack(owners, then), "right") - 1
            inside = (place >= 0) & (place + 1 < len(self.days))
            place = np.clip(place, 0, max(len(self.days) - 2, 0))
            if len(self.days) > 1:
                same = (self.customers[place] == owners) & (self.customers[place + 1] == owners)
                near = np.abs(self.days[place] + years * YEAR - begun) <= SEASON_DAYS
                end = self.days[place + 1] + float(years * YEAR)
                ends.append(np.where(known & inside & same & near, end, np.nan))
            else:
                ends.append(np.full(len(owners), np.nan))
        alike = np.abs(ends[0] - ends[1]) <= SEASON_DAYS
        return np.where(alike, np.fmax(*ends) + SEASON_DAYS, -NEVER)

    @cached_property
    def _packed(self):
        return rhythm.pack(self.customers, self.days)


def stages(past, settings, cycle=None, since=None):
    """The stage of every customer.

    :param past: :class:`Past`
    :param settings: ``policy.Lifecycle``
    :param cycle: array of days from order to order that are known otherwise for those who have
        too few orders (of the category that they buy), NaN for none
    :param since: array of day numbers on which who has not ordered became known, NaN for unknown
    :return: dict of arrays: ``stage`` (code of ``STAGES``), ``stage_entered`` (day number, NaN
        for unknown), ``stage_before`` (code of the stage before it, 0 for none), ``stage_next``
        (day number on which the customer will be dormant, or lost if it is dormant, should no
        order come; NaN for who is lost or never ordered), ``stage_look`` (the first day number on
        which any of this could be otherwise, should no order come; NaN for never)
    """
    course = _Course(past, settings, cycle)
    stage = course.at(past.as_of)
    entered = course.entered(stage)
    if since is not None:
        entered = np.where(stage == POTENTIAL, since, entered)
    ahead = np.where(stage == DORMANT, course.lost_day, course.dormant_day)
    done = (stage == POTENTIAL) | (stage == LOST)
    return {
        "stage": stage,
        "stage_entered": entered,
        "stage_before": course.before(stage, entered),
        "stage_next": np.where(done, np.nan, ahead),
        "stage_look": np.where(stage == POTENTIAL, np.nan, course.next_threshold()),
    }


def head_counts(past, proposals, cycle=None):
    """How many customers each of some settings would put into each stage.

    :param past: :class:`Past`; what it has found once serves all of the settings
    :param proposals: iterable of ``policy.Lifecycle``
    :param cycle: see :func:`stages`
    :return: list of dict name of the stage → number of customers
    """
    counted = []
    for settings in proposals:
        stage = _Course(past, settings, cycle).at(past.as_of)
        numbers = np.bincount(stage, minlength=max(STAGES.values()) + 1).tolist()
        counted.append({name: numbers[code] for name, code in STAGES.items()})
    return counted


def replay(customers, days, size, settings, as_of_days, population, cycle=None):
    """The stages as they were found on each of some days, orders later than it not seen.

    :param customers, days, size, population: see :class:`Past`
    :param as_of_days: rising day numbers
    :param settings, cycle: see :func:`stages`
    :return: frame of the differences from one of these days to the next: ``customer`` (position),
        ``day``, ``before`` and ``after`` (codes; 0 before the first order), ``entered`` (day
        number)
    """
    steps, before = [], np.zeros(size, dtype=np.int64)
    for day in as_of_days:
        seen = days <= day
        past = Past(customers[seen], days[seen], size, day, population)
        now = stages(past, settings, cycle)
        after = np.where(now["stage"] == POTENTIAL, 0, now["stage"])
        (moved,) = np.nonzero(after != before)
        steps.append(
            pd.DataFrame(
                {
                    "customer": moved,
                    "day": day,
                    "before": before[moved],
                    "after": after[moved],
                    "entered": now["stage_entered"][moved],
                }
            )
        )
        before = after
    return pd.concat(steps, ignore_index=True)


@dataclass
class _Course:
    """The days on which customers pass thresholds, an array each; see :func:`stages`."""

    past: Past
    settings: object
    cycle: np.ndarray | None = None

    def _fixed(self, days, ratio):
        """Days that may pass where there is no rhythm, per customer."""
        allowed = np.full(self.past.size, max(days, ratio * self.past.population.typical))
        if self.cycle is None:
            return allowed
        return np.where(np.isnan(self.cycle), allowed, ratio * self.cycle)

    def _limits(self, owners, few, usual):
        """Whole days that may pass after some orders before the customer is dormant, and lost.

        :param few: whether it had too few orders for a rhythm
        :param usual: the rhythm as it was known at the order
        """
        pairs = (
            (self.settings.dormant_days, self.settings.mature_ratio),
            (self.settings.lost_days, self.settings.lost_ratio),
        )
        return (
            np.floor(np.where(few, self._fixed(*pair)[owners], pair[1] * usual) + TINY)
            for pair in pairs
        )

    def _lapse(self, owners, begun, dormant, lost):
        """The first days on which so many have gone by since an order; where the silence is that
        of the season, the first after it, and as much later for who is lost."""
        first = begun + dormant + 1
        first = np.fmax(first, self.past.season_end(owners, begun, first) + 1)
        return first, first + lost - dormant

    @cached_property
    def _now(self):
        everybody = np.arange(self.past.size)
        few = self.past.count < self.settings.min_orders
        limits = self._limits(everybody, few, self.past.rhythm)
        return self._lapse(everybody, self.last_day, *limits)

    @cached_property
    def _then(self):
        """Gaps that took a customer past the thresholds, by the rhythm then, and whether past the
        second.

        The day of the order that ended one does not count: that evening the customer had ordered.
        """
        (owners, lengths), place = self.past.gaps, self.past.place
        few = place < self.settings.min_orders
        dormant, lost = self._limits(owners, few, self.past.rhythm_then)
        # Seasons are looked for in those few alone.
        (long,) = (lengths - 1 > dormant).nonzero()
        begun = self.past.spells.start[self.past.spells.ended][long]
        days = self._lapse(owners[long], begun, dormant[long], lost[long])
        was_dormant, was_lost = (begun + lengths[long] - 1 >= day for day in days)
        return long[was_dormant], was_lost[was_dormant]

    @cached_property
    def last_day(self):
        return self.past.nth_day(self.past.count)

    @property
    def dormant_day(self):
        return self._now[0]

    @property
    def lost_day(self):
        return self._now[1]

    def _late(self, owners, begun, usual):
        """The first day on which an order is too long ago for a loyal customer."""
        over = begun + np.floor(self.settings.loyal_ratio * usual + TINY) + 1
        return np.fmax(over, self.past.season_end(owners, begun, over) + 1)

    @cached_property
    def late_day(self):
        """The first day on which the last order is too long ago for a loyal customer."""
        return self._late(np.arange(self.past.size), self.last_day, self.past.rhythm)

    @cached_property
    def comeback(self):
        """The last gap of each customer after which it was won back, -1 for none."""
        return self._last(self._then[0])

    @cached_property
    def won_day(self):
        return self._day_after(self.comeback)

    @cached_property
    def lapse_day(self):
        """The last order that came when a customer was too late to be loyal."""
        owners, lengths = self.past.gaps
        usual = self.past.rhythm_then
        long = lengths - 1 > self.settings.loyal_ratio * usual + TINY
        (some,) = (long & (self.past.place >= self.settings.loyal_orders)).nonzero()
        begun = self.past.spells.start[self.past.spells.ended][some]
        late = begun + lengths[some] - 1 >= self._late(owners[some], begun, usual[some])
        return self._day_after(self._last(some[late]))

    def _last(self, gaps):
        """The last of some gaps, in rising order, for each customer."""
        result = np.full(self.past.size, -1)
        owners = self.past.gaps[0][gaps]
        is_last = np.append(owners[1:] != owners[:-1], True)[: len(owners)]
        result[owners[is_last]] = gaps[is_last]
        return result

    def _day_after(self, gaps):
        """The day of the order that ended each customer's gap, ``-NEVER`` without one."""
        day = self.past.nth_day(np.where(gaps < 0, 0, self._place(gaps)) + 1)
        return np.where(gaps < 0, -NEVER, day)

    def _place(self, gaps):
        return self.past.place[gaps] if len(self.past.place) else gaps

    @cached_property
    def won_until(self):
        """The first day after having been won back."""
        return self.won_day + self.settings.won_back_days

    @cached_property
    def new_until(self):
        """The first day on which a customer is not new any more."""
        by_count = self.past.nth_day(self.settings.new_orders + 1)
        by_age = self.past.nth_day(1) + self.settings.new_days
        return np.where(self.comeback < 0, np.maximum(by_count, by_age), -NEVER)

    def at(self, day):
        """The stage on a day not before the last order, a number or one for each customer."""
        settings, count = self.settings, self.past.count
        return np.select(
            [
                count == 0,
                day >= self.lost_day,
                day >= self.dormant_day,
                day < self.won_until,
                day < self.new_until,
                (count >= settings.loyal_orders) & (day < self.late_day),
            ],
            [POTENTIAL, LOST, DORMANT, WON_BACK, NEW, LOYAL],
            MATURE,
        )

    def next_threshold(self):
        """The first threshold after the as-of day, NaN where all are passed."""
        names = ("dormant_day", "lost_day", "late_day", "won_until", "new_until")
        days = np.column_stack([getattr(self, name) for name in names])
        ahead = np.where(days > self.past.as_of, days, NEVER).min(axis=1)
        return np.where(np.isinf(ahead), np.nan, ahead)

    def entered(self, stage):
        """The day on which the present stage was entered; NaN for potential."""
        settled = np.maximum(self.won_until, self.new_until)
        ripe = np.maximum(self.past.nth_day(self.settings.loyal_orders), self.lapse_day)
        loyal_before = self.past.count >= self.settings.loyal_orders
        days = {
            NEW: self.past.nth_day(1),
            MATURE: np.maximum(settled, np.where(loyal_before, self.late_day, -NEVER)),
            LOYAL: np.maximum(settled, ripe),
            DORMANT: self.dormant_day,
            LOST: self.lost_day,
            WON_BACK: self.won_day,
        }
        return np.select([stage == code for code in days], list(days.values()), np.nan)

    def before(self, stage, entered):
        """The stage on the day before the present one was entered."""
        won = stage == WON_BACK
        from_lost = np.zeros(self.past.size, dtype=bool)
        gaps, was_lost = self._then
        from_lost[won] = was_lost[np.searchsorted(gaps, self.comeback[won])]
        lapsing = (stage == DORMANT) | (stage == LOST)
        # With several reasons on one day, the one that goes first was the stage of the day before.
        cases = [
            (stage == POTENTIAL, 0),
            (stage == NEW, POTENTIAL),
            (won, np.where(from_lost, LOST, DORMANT)),
            (lapsing, self.at(np.where(lapsing, entered - 1, self.past.as_of))),
            (entered == self.won_until, WON_BACK),
            (entered == self.new_until, NEW),
            (stage == LOYAL, MATURE),
        ]
        return np.select(*zip(*cases, strict=True), LOYAL)
