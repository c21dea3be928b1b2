"""Years of customers' own instead of the last twelve months, as airlines and hotels count them.

What is reached in one year counts until the end of the next: a customer is graded on the year that
runs and on the last full one, and the better result counts. Years begin on 1 January, or on the
anniversaries of each customer's first counted order; on 1 January for who never ordered.
"""

from dataclasses import dataclass

import numpy as np

from .dates import next_year, year_start
from .metrics import day_number

COLUMNS = ["year:first", "year:last", "year:counts", "year:back"]


@dataclass(frozen=True)
class Years:
    """Which years customers are in on a day.

    :param since: day number on whose anniversaries years begin, for everybody or an array
    :param start: first day of the running year, likewise
    """

    since: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, period, as_of, first):
        """
        :param period: ``calendar`` or ``anniversary``
        :param as_of: ``datetime.date``, or an array with a day number for each customer
        :param first: float array, day numbers of the first counted orders by then, NaN for none
        """
        # 1970 began on a 1 January.
        since = np.zeros(()) if period == "calendar" else np.nan_to_num(first)
        return cls(since, year_start(as_of if np.ndim(as_of) else day_number(as_of), since))

    @property
    def last_start(self):
        """First day of the last full year."""
        return year_start(self.start - 1, self.since)

    def columns(self, back):
        """The columns that tell which year decided.

        :param back: boolean array: who is graded by the last full year
        """
        following = next_year(self.start, self.since)
        later = next_year(following, self.since)
        bounds = {
            "year:first": (self.last_start, self.start),
            "year:last": (self.start - 1, following - 1),
            "year:counts": (following - 1, later - 1),
            "year:back": (1.0, 0.0),
        }
        return {name: np.where(back, last, running) for name, (last, running) in bounds.items()}


def positions(program, tiers):
    """Positions on the ladder of tier ids, -1 for none."""
    order = {tier.id: position for position, tier in enumerate(program.tiers)}
    return np.array([order.get(id_, -1) for id_ in tiers.tolist()], dtype=np.int64)


def decided_by_last(program, climbed, running_score, last_score):
    """Whose better result is that of the last full year: boolean array. Of equal tiers, the one
    that vetoes took more from is told, so that they are.

    :param climbed: results of ``ladder.climb`` for the running year and the last one
    """
    decided = np.isnan(running_score) & ~np.isnan(last_score)
    for name in ("reached", "tier"):
        running, last = (positions(program, result[name]) for result in climbed)
        decided = (last > running) | ((last == running) & decided)
    return decided
