"""From the tier that the figures ask for to the tier that a customer is in.

Pure: previous state, target, policy and day in; new state and reason out. Nothing is drawn from
the clock, so a sequence of past reviews can be replayed.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from .dates import add_months, next_review
from .policy import Review

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
    "approval": 10,
}
WAITING = range(4, 11)
# No position at all, where -1 is the one below the lowest tier.
NOWHERE = -2


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
    :param asked: position that approval is asked for or was refused, ``NOWHERE`` for none
    :param refused: when it was refused; NaN while the question is open
    """

    position: np.ndarray
    entered: np.ndarray
    reviewed: np.ndarray
    above: np.ndarray
    missed: np.ndarray
    noticed: np.ndarray
    asked: np.ndarray
    refused: np.ndarray

    @classmethod
    def entering(cls, position, today):
        """The state of customers on the day on which they enter a tier."""
        none, now = np.full(len(position), np.nan), np.full(len(position), float(today))
        return cls(
            position=position,
            entered=now,
            reviewed=now,
            above=none,
            missed=np.zeros(len(position), dtype=np.int64),
            noticed=none,
            asked=np.full(len(position), NOWHERE),
            refused=none,
        )

    @classmethod
    def nowhere(cls, size):
        """The state of customers who were never graded."""
        return cls.entering(np.full(size, -1), np.nan)

    def where(self, mask, other):
        """This state where the mask is true, another one elsewhere."""
        return State(
            *(
                np.where(mask, getattr(self, field.name), getattr(other, field.name))
                for field in fields(self)
            )
        )


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
    if policy.one_level:
        # Reviewed every day and graded twice on one, a customer falls one level.
        due &= entered < today
    noticed = np.where(wish_down, state.noticed, np.nan)
    warned = noticed + policy.notice_days <= today if policy.notice_days else np.ones(size, bool)
    pending = np.isnan(state.refused)
    asked_up, asked_down = _asked(state)
    # A question that is open stays open, and follows the figures, until they do not ask any more.
    if policy.asks("up"):
        rising |= wish_up & asked_up & pending
    falling = due & warned
    if policy.asks("down"):
        falling |= wish_down & asked_down & pending & ~held

    quiet = _quiet(policy, state, today)
    ask_up = rising & ~locked_up & ~(quiet & asked_up) & policy.asks("up")
    ask_down = falling & ~locked_down & ~(quiet & asked_down) & policy.asks("down")
    ask = ask_up | ask_down
    up = rising & ~locked_up & (not policy.asks("up"))
    down = falling & ~locked_down & (not policy.asks("down"))
    lower = np.maximum(target, state.position - 1) if policy.one_level else target
    wanted = np.where(falling, lower, target)
    position = np.where(first | up | down, wanted, state.position)
    moved = first | up | down
    reason = np.select(
        [
            first,
            up,
            down,
            (rising & locked_up) | (falling & locked_down),
            ask,
            # Refused, it comes up again at a review.
            rising | falling,
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
            REASONS["approval"],
            REASONS["review"],
            REASONS["window" if policy.promotion == "after" else "review"],
            REASONS["hold"],
            REASONS["review"],
            REASONS["miss"],
            REASONS["notice"],
        ],
        REASONS["stay"],
    )
    # Reviewed every day, a customer is written only when the review is one that counts.
    counted = reviewing & (~np.full(size, daily) | (wish_down & ~held))
    stayed = State(
        position=position,
        entered=entered,
        reviewed=np.where(counted, today, reviewed),
        above=above,
        missed=missed,
        noticed=noticed,
        asked=np.where(ask, wanted, np.where(quiet, state.asked, NOWHERE)),
        refused=np.where(quiet & ~ask, state.refused, np.nan),
    )
    after = State.entering(position, today).where(moved, stayed)
    ahead = dates_ahead(policy, after, today)
    notice = _notice_due(policy, after, wish_down & ~moved & ~locked_down, ahead["review"], today)
    after = replace(after, noticed=np.where(notice, today, after.noticed))
    return after, {"reason": reason, "notice": notice, **ahead}


def dates_ahead(policy, state, today):
    """``guaranteed`` and ``review`` as :func:`move` gives them, for a state of today."""
    # Not every day's review is written down.
    daily = policy.review.every == "day"
    upcoming = next_review(policy.review, state.reviewed, state.entered)
    return {
        "guaranteed": guaranteed_until(policy, state.entered),
        "review": np.full(len(upcoming), today + 1.0) if daily else upcoming,
    }


def guaranteed_until(policy, entered):
    """The first day on which a tier entered on a day can be lost."""
    return add_months(entered, policy.hold_months)


def _asked(state):
    """Who was asked about above and about below the position they are in."""
    up = state.asked > state.position
    return up, (state.asked > NOWHERE) & (state.asked < state.position)


def _quiet(policy, state, today):
    """Who was refused a movement since the last review.

    Where every day is a review the next one would be tomorrow; there it is the next month's first.
    """
    review = Review("month") if policy.review.every == "day" else policy.review
    return today < next_review(review, state.refused, state.entered)


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
