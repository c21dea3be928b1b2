"""From the tier that the figures ask for to the tier that a customer is in.

Pure: previous state, target, policy and day in; new state and reason out. Nothing is drawn from
the clock, so a sequence of past reviews can be replayed.
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property

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
    "correction": 11,
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
    :param reviewed: the last review that found them elsewhere than the figures asked, the entry
        counting as one; of a review that finds them in place, nothing is kept
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


def move(
    state,
    target,
    kept,
    policy,
    today,
    locked_up=None,
    locked_down=None,
    newcomers=None,
    seen=None,
    alone=False,
):
    """Move everybody as far as the policy lets them.

    :param state: :class:`State` before
    :param target: positions that the figures ask for
    :param kept: highest positions up to the present one that the figures keep; not below target
    :param policy: ``policy.Movement``
    :param today: day number of the as-of date
    :param locked_up, locked_down: boolean arrays: who is not moved in a direction
    :param newcomers: boolean array: who, without a tier so far, earns one like a promotion and is
        in the lowest tier meanwhile; others without a tier are at once where the figures ask
    :param seen: array of day numbers, NaN for unknown: the last night with them in it. It held all
        reviews up to that day, whether it had to look at them or not
    :param alone: whether this is part of no night, so that nothing else tells that it held a review
    :return: (:class:`State` after; dict of arrays: ``reason`` (codes of ``REASONS``),
        ``waiting``: the same of who is not where the figures ask once everybody has moved, else 0,
        ``guaranteed``: last day on which the tier cannot be lost, ``review``: the next one,
        ``notice``: True where the notice of a demotion is due today)
    """
    nobody = np.zeros(len(target), dtype=bool)
    new = nobody if newcomers is None else newcomers & (state.position < 0) & (target > 0)
    seen = np.full(len(target), np.nan) if seen is None else seen
    day = _Day(
        _as_lowest(today, len(target)).where(new, state),
        target,
        np.maximum(kept, target),
        policy,
        today,
        nobody if locked_up is None else locked_up,
        nobody if locked_down is None else locked_down,
        new,
        np.where(new, np.nan, seen),
        alone,
    )
    # Who is in no tier has not entered any, on whatever day that is found.
    entering = State.entering(day.position, today)
    entering = State.nowhere(len(target)).where(day.position < 0, entering)
    after = entering.where(day.moved, day.stayed)
    # The entry counts as a review.
    after = replace(after, reviewed=np.where(new, today, after.reviewed))
    ahead = dates_ahead(policy, after, today)
    warnable = day.wish_down & ~day.moved & ~day.locked_down
    notice = _notice_due(policy, after, warnable, ahead["review"], today)
    after = replace(after, noticed=np.where(notice, today, after.noticed))
    waiting = np.where(day.reason >= WAITING[0], day.reason, 0)
    # One level down and more to go; said like this when they are graded again today.
    further = day.moved & (kept < after.position)
    waiting[further] = REASONS["hold" if policy.hold_months else "review"]
    return after, {"reason": day.reason, "waiting": waiting, "notice": notice, **ahead}


def _as_lowest(today, size):
    """The state of customers who are in the lowest tier since today, and for whom a review of
    today would be one."""
    state = State.entering(np.zeros(size, dtype=np.int64), today)
    return replace(state, reviewed=state.reviewed - 1)


@dataclass
class _Day:
    """One day's decisions about everybody, each an array; see :func:`move` for the arguments."""

    state: State
    target: np.ndarray
    kept: np.ndarray
    policy: object
    today: int
    locked_up: np.ndarray
    locked_down: np.ndarray
    new: np.ndarray
    seen: np.ndarray
    alone: bool

    # What the figures ask for

    @cached_property
    def first(self):
        return self.state.position < 0

    @cached_property
    def wish_up(self):
        return ~self.first & (self.target > self.state.position)

    @cached_property
    def wish_down(self):
        return ~self.first & (self.kept < self.state.position)

    # What the calendar says; those without a state get one as if they entered today

    @cached_property
    def entered(self):
        return np.where(self.first, self.today, self.state.entered)

    @cached_property
    def reviewed(self):
        return np.where(self.first, self.today, self.state.reviewed)

    @cached_property
    def daily(self):
        return self.policy.review.every == "day"

    @cached_property
    def reviewing(self):
        review = upcoming_review(self.policy.review, self.reviewed, self.entered, self.seen)
        due = review <= self.today
        return ~self.first & (self.daily | due)

    @cached_property
    def held(self):
        return self.today <= guaranteed_until(self.policy, self.entered)

    @cached_property
    def above(self):
        since = np.where(np.isnan(self.state.above), self.today, self.state.above)
        return np.where(self.wish_up, since, np.nan)

    @cached_property
    def missed(self):
        # Graded twice on a day, a customer has missed one review.
        missing = self.reviewing & ~self.held & (self.reviewed < self.today)
        return np.where(self.wish_down, self.state.missed + missing, 0)

    @cached_property
    def enough(self):
        return (self.missed >= self.policy.misses) | (self.policy.misses == 1)

    @cached_property
    def noticed(self):
        return np.where(self.wish_down, self.state.noticed, np.nan)

    # What the policy lets happen

    @cached_property
    def rising(self):
        rising = self.wish_up & _may_rise(self.policy, self.above, self.reviewing, self.today)
        return rising | (self._still_open("up") & self.wish_up)

    @cached_property
    def due(self):
        """Who would fall at a review today."""
        due = self.wish_down & ~self.held & self.enough
        if self.policy.notice_days:
            due &= self.noticed + self.policy.notice_days <= self.today
        return due

    @cached_property
    def falling(self):
        due = self.due & self.reviewing
        if self.policy.one_level:
            # Reviewed every day and graded twice on one, a customer falls one level.
            due &= self.entered < self.today
        return due | (self._still_open("down") & self.wish_down & ~self.held)

    @cached_property
    def reviewed_before(self):
        """Whose review was today at an earlier grading, and found them where they are still asked
        away from: why they wait must not depend on how often they are graded."""
        earlier = (self.reviewed == self.today) & (self.entered < self.today)
        up = self.wish_up & (self.policy.promotion == "review")
        return ~self.first & earlier & (up | (self.wish_down & (self.missed > 0)))

    @cached_property
    def wanted(self):
        """Where the movement would lead; down, no further than the highest tier that is kept."""
        one_down = np.maximum(self.kept, self.state.position - 1)
        lower = one_down if self.policy.one_level else self.kept
        return np.where(self.falling, lower, self.target)

    # What needs approval

    @cached_property
    def asked(self):
        """Who was asked about above and about below the position they are in, by direction."""
        asked, position = self.state.asked, self.state.position
        return {"up": asked > position, "down": (asked > NOWHERE) & (asked < position)}

    @cached_property
    def quiet(self):
        return _quiet(self.policy, self.state, self.today)

    def _still_open(self, direction):
        """A question that is open stays open, and follows the figures, until they do not ask any
        more."""
        pending = np.isnan(self.state.refused)
        return self.asked[direction] & pending & self.policy.asks(direction)

    def _asks(self, direction, moving):
        return moving & ~(self.quiet & self.asked[direction]) & self.policy.asks(direction)

    @cached_property
    def ask(self):
        up = self._asks("up", self.rising & ~self.locked_up)
        return up | self._asks("down", self.falling & ~self.locked_down)

    # What happens

    @cached_property
    def up(self):
        return self.rising & ~self.locked_up & (not self.policy.asks("up"))

    @cached_property
    def down(self):
        return self.falling & ~self.locked_down & (not self.policy.asks("down"))

    @cached_property
    def moved(self):
        return self.first | self.up | self.down

    @cached_property
    def position(self):
        return np.where(self.moved, self.wanted, self.state.position)

    @cached_property
    def reason(self):
        rising = self.rising | (self.wish_up & self.reviewed_before)
        falling = self.falling | (self.due & self.reviewed_before)
        cases = {
            "first": self.first | (self.new & self.up),
            "up": self.up,
            "down": self.down,
            "locked": (rising & self.locked_up) | (falling & self.locked_down),
            "approval": self.ask,
        }
        # Refused, a movement comes up again at a review.
        wait_up = "window" if self.policy.promotion == "after" else "review"
        waits = [
            ("review", rising | falling),
            (wait_up, self.wish_up),
            ("hold", self.wish_down & self.held),
            ("review", self.wish_down & ~(self.reviewing | self.reviewed_before)),
            ("review", self.wish_down & (self.entered == self.today)),
            ("miss", self.wish_down & ~self.enough),
            ("notice", self.wish_down),
        ]
        names, masks = zip(*cases.items(), *waits, strict=True)
        return np.select(masks, [REASONS[name] for name in names], REASONS["stay"])

    @cached_property
    def stayed(self):
        """The state of who does not move today."""
        # A customer is written only when the review is one that counts: nights need not look at the
        # others on the day of a review.
        counts = self.alone | self.wish_up | self.wish_down
        if self.daily:
            counts = self.wish_down & ~self.held
        counted = self.reviewing & counts
        unasked = np.where(self.quiet, self.state.asked, NOWHERE)
        return State(
            position=self.position,
            entered=self.entered,
            reviewed=np.where(counted, self.today, self.reviewed),
            above=self.above,
            missed=self.missed,
            noticed=self.noticed,
            asked=np.where(self.ask, self.wanted, unasked),
            refused=np.where(self.quiet & ~self.ask, self.state.refused, np.nan),
        )


def dates_ahead(policy, state, today):
    """``guaranteed`` and ``review`` as :func:`move` gives them, for a state of today."""
    # Not every day's review is written down.
    daily = policy.review.every == "day"
    upcoming = upcoming_review(policy.review, state.reviewed, state.entered, float(today))
    return {
        "guaranteed": guaranteed_until(policy, state.entered),
        "review": np.full(len(upcoming), today + 1.0) if daily else upcoming,
    }


def upcoming_review(review, reviewed, entered, seen):
    """The first review that was not held yet.

    :param review: ``policy.Review``
    :param reviewed, entered: see :class:`State`
    :param seen: see :func:`move`; a number for all
    :return: float array of day numbers, NaN where nothing was entered
    """
    held = np.where(np.isnan(reviewed), np.nan, np.fmax(reviewed, seen))
    return next_review(review, held, entered)


def guaranteed_until(policy, entered):
    """The last day on which a tier entered on a day cannot be lost; without a hold, the day before
    the entry."""
    return add_months(entered, policy.hold_months) - 1


def decision_day(policy, noticed, entered):
    """The first day on which whoever was given notice can lose the tier: the first review that is
    so many days after the notice and not within the guarantee.

    :param noticed, entered: arrays of day numbers, NaN for none
    :return: array of day numbers, NaN where no notice was given
    """
    noticed, entered = np.asarray(noticed, dtype=float), np.asarray(entered, dtype=float)
    unprotected = guaranteed_until(policy, entered) + 1
    earliest = np.maximum(noticed + policy.notice_days, unprotected)
    return next_review(policy.review, earliest - 1, entered)


def _quiet(policy, state, today):
    """Who was refused a movement since the last review."""
    return today < asked_again(policy, state.refused, state.entered)


def asked_again(policy, refused, entered):
    """The day from which a movement that was refused is asked for again: the next review.

    Where every day is a review the next one would be tomorrow; there it is the next month's first.

    :param refused, entered: arrays of day numbers, NaN for none
    :return: array of day numbers
    """
    review = Review("month") if policy.review.every == "day" else policy.review
    return next_review(review, refused, entered)


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
        upcoming > guaranteed_until(policy, state.entered)
    )
    near = upcoming - policy.notice_days <= today
    return wish_down & last_chance & near & np.isnan(state.noticed)
