"""Past gradings played again: what a programme would have done to customers over time.

The first day is the programme's first grading; who comes later rises as the programme says.
It starts from nothing and carries each customer's state from one grading to the next, so it tells
what a policy would have brought, whatever is stored. Orders later than a grading are not seen by
it. Numbers that come with the facts (``Facts.given``: kept by hand, over other records), and what
is frozen in the programme (shares of the best, typical interval) are the same on all days: they
are known as of the end only, and as of the end of the last full year then (see ``years``). Nobody
can be asked in the past: what needs approval is approved at once. Payments later than a grading
are not seen by it either.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from . import correction
from .dates import next_review
from .metrics import EPOCH, day_number
from .pipeline import grade
from .policy import Review
from .settle import PREVIOUS, settle

# Two months and a month's wait: a customer who comes back within them has flapped.
REVERSAL_DAYS = 92
REASONS = ("first", "up", "down", "correction")


def grading_days(start, end, every):
    """The first day and those that begin a period after it, up to the end.

    :param start, end: ``datetime.date``, both inclusive
    :param every: ``day``, ``month``, ``quarter`` or ``year``
    :return: list of ``datetime.date``
    """
    review, last = Review(every), day_number(end)
    days, day = [], day_number(start)
    while day <= last:
        days.append(EPOCH + timedelta(days=day))
        day = int(next_review(review, [day], [day])[0])
    return days


def replay(facts, program, days):
    """Grade on each of the days, every customer from its first order on; those without any order
    from the first day on.

    :param facts: ``metrics.Facts`` up to the last day or later
    :param program: ``policy.Program``
    :param days: rising ``datetime.date``
    :return: frame of the moves by day and customer: ``customer``, ``day`` (day number), ``before``
        and ``after`` (tier ids, 0 for none), ``reason``: ``first`` for the first tier ever, else
        ``up``, ``down`` or ``correction``, where what led up was taken back
    """
    movement = replace(program.movement, approval="none")
    # Only tiers are counted.
    nights = Nights(replace(program, movement=movement, lifecycle=None))
    since = _known_since(facts)
    rank = pd.Series({0: 0} | {tier.id: n for n, tier in enumerate(program.tiers, start=1)})
    had_tier = np.zeros(len(facts.customers), dtype=bool)
    moves = []
    for as_of in days:
        present = since <= day_number(as_of)
        frame = nights.grade(facts, as_of, present)
        moved = pd.DataFrame(
            {
                "customer": facts.customers[present],
                "day": day_number(as_of),
                "before": frame["before"].to_numpy(),
                "after": frame["tier"].to_numpy(),
            }
        )
        step = rank[moved["after"]].to_numpy() - rank[moved["before"]].to_numpy()
        moved["reason"] = np.select(
            [~had_tier[present], frame["corrected"] > 0, step > 0],
            ["first", "correction", "up"],
            "down",
        )
        had_tier[present] |= moved["after"].to_numpy() > 0
        moves.append(moved[step != 0])
    return pd.concat(moves, ignore_index=True)


class Nights:
    """Gradings of a programme one after the other, beginning with its first one; each finds what
    the one before it left.

    :param program: ``policy.Program``, the same on all days
    """

    def __init__(self, program):
        self.program = program
        self.previous = pd.DataFrame({name: pd.Series(dtype=float) for name in PREVIOUS})
        self.lines = []

    def grade(self, facts, as_of, present=slice(None)):
        """Grade on the next day.

        :param facts: ``metrics.Facts``, the same customers each time
        :param as_of: ``datetime.date``
        :param present: boolean array: which of the customers are there already
        :return: result of ``settle.settle``
        """
        graded = grade(facts, self.program, as_of)[present]
        footing = self._footing(facts, graded, as_of)
        frame = settle(graded, self.previous, self.program, as_of, bool(self.lines), footing)
        self.lines.append(self._history(frame, as_of))
        previous = frame.assign(manual=0, manual_until=np.nan, lock=0, asked=np.nan)
        self.previous = previous[list(PREVIOUS)]
        return frame

    def _footing(self, facts, graded, as_of):
        """Whose tier rests on what was taken back by the day, see ``correction.footing``."""
        arguments = (facts, self.program, graded)
        doubted = correction.doubtful(graded, self.previous, self.program, as_of)
        doubted = correction.unsupported(*arguments, doubted, as_of)
        if doubted.empty:
            return None
        lines = pd.concat(self.lines, ignore_index=True)
        return correction.footing(*arguments, doubted, lines, [], as_of)

    def _history(self, frame, as_of):
        """The moves of a day as lines that ``correction.footing`` reads."""
        moved = frame[frame["before"] != frame["tier"]]
        known = {"customer": moved.index, "tier": moved["computed"], "entry": moved["entry"]}
        return pd.DataFrame(
            {**known, "day": day_number(as_of), "change": 0, "rules": correction.TODAY}
        )


def _known_since(facts):
    """Day number of the first order, before all days where there is none."""
    first = facts.orders.groupby("customer")["day"].min()
    return first.reindex(facts.customers).fillna(-np.inf).to_numpy()


def by_month(moves):
    """How many moves of each reason a month had.

    :param moves: result of :func:`replay`
    :return: ``Counter`` with keys (month as ``2024-03``, reason)
    """
    months = moves["day"].to_numpy(dtype=np.int64).astype("datetime64[D]").astype("datetime64[M]")
    return Counter(zip(months.astype(str).tolist(), moves["reason"].tolist(), strict=True))


def reversals(moves, within=REVERSAL_DAYS):
    """How often a customer moved up and next down, or down and next up, within so many days.

    Who is put right has not moved.

    :param moves: result of :func:`replay`
    """
    return len(turned(moves, within))


def turned(moves, within=REVERSAL_DAYS):
    """The moves that undid the one before, see :func:`reversals`; frame of :func:`replay`."""
    steps = moves[moves["reason"].isin(["up", "down"])].sort_values(["customer", "day"])
    customer, day, up = (
        column.to_numpy() for column in (steps["customer"], steps["day"], steps["reason"] == "up")
    )
    undone = (customer[1:] == customer[:-1]) & (up[1:] != up[:-1])
    return steps.iloc[1:][undone & (day[1:] - day[:-1] <= within)]
