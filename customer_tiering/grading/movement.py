"""From the tier that the figures ask for to the tier that a customer is in.

Pure: previous state, target, policy and day in; new state and reason out. Nothing is drawn from
the clock, so a sequence of past reviews can be replayed.
"""

from dataclasses import dataclass

import numpy as np

from .dates import add_months, next_review

# Why a customer is where it is: those that moved or need not, then those who wait.
REASONS = {
    "stay": 0,
    "first": 1,
    "up": 2,
    "down": 3,
    "hold": 4,
    "review": 5,
    "window": 6,
    "miss": 7,
    "notice": 8,
    "locked": 9,
}
WAITING = range(4, 10)


@dataclass(frozen=True)
class State:
    """Where customers are. Arrays of equal length; positions count from the lowest tier, -1 for
    none; days are day numbers, NaN for none.

    :param position: the tier they are in
    :param entered: when they entered it
    :param reviewed: when it was reviewed last, the entry counting as a review
    :param above: since when the figures ask for a higher tier without a break
    :param missed: reviews in a row below what keeps the tier
    :param noticed: when the notice of a demotion was given
    """

    position: np.ndarray
    entered: np.ndarray
    reviewed: np.ndarray
    above: np.ndarray
    missed: np.ndarray
    noticed: np.ndarray

    @classmethod
    def nowhere(cls, size):
        """The state of customers who were never graded."""
        none = np.full(size, np.nan)
        return cls(np.full(size, -1), none, none, none, np.zeros(size, dtype=np.int64), none)


def move(state, target, kept, policy, today, locked_up=None, locked_down=None):
    """Move everybody as far as the policy lets them.

    :param state: :class:`State` before
    :param target: positions that the figures ask for
    :param kept: highest positions up to the present one that the figures keep; not below target
    :param policy: ``policy.Movement``
    :param today: day number of the as-of date
    :param locked_up, locked_down: boolean arrays: who is not moved in a direction
    :return: (:class:`State` after; dict of arrays: ``reason`` (codes of ``REASONS``),
        ``guaranteed``: first day on which the tier can be lost, ``review``: the next one,
        ``notice``: True where the notice of a demotion is due today)
    """
    size = len(target)
    locked_up = np.zeros(size, dtype=bool) if locked_up is None else locked_up
    locked_down = np.zeros(size, dtype=bool) if locked_down is None else locked_down
    first = state.position < 0
    # Those without a state get one as if they entered today.
    entered = np.where(first, today, state.entered)
    reviewed = np.where(first, today, state.reviewed)
    daily = policy.review.every == "day"
    reviewing = ~first & (daily | (next_review(policy.review, reviewed, entered) <= today))
    wish_up = ~first & (target > state.position)
    wish_down = ~first & (kept < state.position)

    above = np.where(wish_up, np.where(np.isnan(state.above), today, state.above), np.nan)
    rising = wish_up & _may_rise(policy, above, reviewing, today)
    held = today < guaranteed_until(policy, entered)
    # Graded twice on a day, a customer has missed one review.
    missed = np.where(wish_down, state.missed + (reviewing & ~held & (reviewed < today)), 0)
    enough = (missed >= policy.misses) | (policy.misses == 1)
    due = wish_down & reviewing & ~held & enough
    noticed = np.where(wish_down, state.noticed, np.nan)
    warned = noticed + policy.notice_days <= today if policy.notice_days else np.ones(size, bool)
    falling = due & warned

    up, down = rising & ~locked_up, falling & ~locked_down
    lower = np.maximum(target, state.position - 1) if policy.one_level else target
    position = np.where(first | up, target, np.where(down, lower, state.position))
    moved = first | up | down
    reason = np.select(
        [
            first,
            up,
            down,
            (rising & locked_up) | (falling & locked_down),
            wish_up,
            wish_down & held,
            wish_down & ~reviewing,
            wish_down & ~enough,
            wish_down,
        ],
        [
            REASONS["first"],
            REASONS["up"],
            REASONS["down"],
            REASONS["locked"],
            REASONS["window" if policy.promotion == "after" else "review"],
            REASONS["hold"],
            REASONS["review"],
            REASONS["miss"],
            REASONS["notice"],
        ],
        REASONS["stay"],
    )
    entered = np.where(moved, today, entered)
    # Reviewed every day, a customer is written only when the review is one that counts.
    counted = reviewing & (~np.full(size, daily) | (wish_down & ~held))
    reviewed = np.where(moved | counted, today, reviewed)
    after = State(
        position,
        entered,
        reviewed,
        np.where(moved, np.nan, above),
        np.where(moved, 0, missed),
        np.where(moved, np.nan, noticed),
    )
    # Not every day's review is written down.
    upcoming = next_review(policy.review, after.reviewed, after.entered)
    upcoming = np.full(size, today + 1.0) if daily else upcoming
    guaranteed = guaranteed_until(policy, after.entered)
    notice = _notice_due(policy, after, wish_down & ~moved & ~locked_down, upcoming, today)
    after = State(
        after.position,
        after.entered,
        after.reviewed,
        after.above,
        after.missed,
        np.where(notice, today, after.noticed),
    )
    return after, {
        "reason": reason,
        "guaranteed": guaranteed,
        "review": upcoming,
        "notice": notice,
    }


def guaranteed_until(policy, entered):
    """The first day on which a tier entered on a day can be lost."""
    return add_months(entered, policy.hold_months)


def _may_rise(policy, above, reviewing, today):
    if policy.promotion == "review":
        return reviewing
    if policy.promotion == "after":
        return above + policy.promotion_days <= today
    return np.ones(len(above), dtype=bool)


def _notice_due(policy, state, wish_down, upcoming, today):
    """Who is to be told today: below what keeps the tier, and the review that may take it is no
    more than the notice ahead and behind the hold."""
    if not policy.notice_days:
        return np.zeros(len(wish_down), dtype=bool)
    last_chance = (state.missed + 1 >= policy.misses) & (
        upcoming >= guaranteed_until(policy, state.entered)
    )
    near = upcoming - policy.notice_days <= today
    return wish_down & last_chance & near & np.isnan(state.noticed)
