"""Past gradings played again: what a programme would have done to customers over time.

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

from .dates import next_review
from .metrics import EPOCH, day_number
from .pipeline import grade
from .policy import Review
from .settle import PREVIOUS, settle

# Two months and a month's wait: a customer who comes back within them has flapped.
REVERSAL_DAYS = 92
REASONS = ("first", "up", "down")


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
        ``up`` or ``down``
    """
    movement = replace(program.movement, approval="none")
    # Only tiers are counted.
    program = replace(program, movement=movement, lifecycle=None)
    since = _known_since(facts)
    rank = pd.Series({0: 0} | {tier.id: n for n, tier in enumerate(program.tiers, start=1)})
    previous = pd.DataFrame({name: pd.Series(dtype=float) for name in PREVIOUS})
    graded_before = np.zeros(len(facts.customers), dtype=bool)
    moves = []
    for as_of in days:
        present = since <= day_number(as_of)
        frame = settle(grade(facts, program, as_of)[present], previous, program, as_of)
        moved = pd.DataFrame(
            {
                "customer": facts.customers[present],
                "day": day_number(as_of),
                "before": frame["before"].to_numpy(),
                "after": frame["tier"].to_numpy(),
            }
        )
        step = rank[moved["after"]].to_numpy() - rank[moved["before"]].to_numpy()
        moved["reason"] = np.where(
            graded_before[present], np.where(step > 0, "up", "down"), "first"
        )
        graded_before[present] |= moved["after"].to_numpy() > 0
        moves.append(moved[step != 0])
        previous = frame.assign(manual=0, manual_until=np.nan, lock=0, asked=np.nan)
        previous = previous[list(PREVIOUS)]
    return pd.concat(moves, ignore_index=True)


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

    :param moves: result of :func:`replay`
    """
    steps = moves[moves["reason"] != "first"].sort_values(["customer", "day"])
    customer, day, up = (
        column.to_numpy() for column in (steps["customer"], steps["day"], steps["reason"] == "up")
    )
    turned = (customer[1:] == customer[:-1]) & (up[1:] != up[:-1])
    return int((turned & (day[1:] - day[:-1] <= within)).sum())
