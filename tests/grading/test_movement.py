"""Who moves when: a table of cases, and what holds for any policy and history."""

from dataclasses import replace

import numpy as np
import pytest
from builders import day
from grading import movement
from grading.movement import NOWHERE, REASONS, State
from grading.policy import Movement, Review

NAMES = {code: name for name, code in REASONS.items()}
NEVER = float("nan")


def number(text):
    return float(day(text)) if text else NEVER


def state(
    position=1,
    entered="2024-01-10",
    reviewed=None,
    above=None,
    missed=0,
    noticed=None,
    asked=NOWHERE,
    refused=None,
):
    """One customer's state; without a position, nowhere yet."""
    if position < 0:
        return State.nowhere(1)
    return State(
        np.array([position]),
        np.array([number(entered)]),
        np.array([number(reviewed or entered)]),
        np.array([number(above)]),
        np.array([missed]),
        np.array([number(noticed)]),
        np.array([asked]),
        np.array([number(refused)]),
    )


def moved(before, target, kept, today, policy, up=False, down=False):
    """Position, reason and the whole state after one day."""
    after, why = movement.move(
        before,
        np.array([target]),
        np.array([max(kept, target)]),
        policy,
        day(today),
        np.array([up]),
        np.array([down]),
    )
    return int(after.position[0]), NAMES[int(why["reason"][0])], after, why


HOLD = Movement(hold_months=12, review=Review("month"))
QUARTER = Movement(promotion="review", review=Review("quarter"))
WINDOW = Movement(promotion="after", promotion_days=14)
STEP = Movement(one_level=True, review=Review("month"))
TWICE = Movement(misses=2, review=Review("month"))
NOTICE = Movement(notice_days=30, review=Review("quarter"))
BIRTHDAY = Movement(review=Review("anniversary"))
PLAIN = Movement()
ASK_DOWN = Movement(approval="down", review=Review("month"))
ASK_UP = Movement(approval="up", review=Review("month"))
ASK_BOTH = Movement(approval="both", promotion="review", review=Review("quarter"))
ASK_DAILY = Movement(approval="both")

# Policy, state before, target, kept, day → position and reason after.
CASES = [
    # Daily reviews without anything else: a plain threshold.
    (PLAIN, state(-1), 2, 2, "2024-05-01", 2, "first"),
    (PLAIN, state(-1), 0, 0, "2024-05-01", 0, "first"),
    (PLAIN, state(-1), -1, -1, "2024-05-01", -1, "first"),
    (PLAIN, state(1), 1, 1, "2024-05-01", 1, "stay"),
    (PLAIN, state(1), 3, 3, "2024-05-01", 3, "up"),
    (PLAIN, state(3), 0, 0, "2024-05-01", 0, "down"),
    (PLAIN, state(3), 0, 3, "2024-05-01", 3, "stay"),
    # Falling stops at the highest tier that is kept.
    (PLAIN, state(3), 1, 2, "2024-05-01", 2, "down"),
    (PLAIN, state(1), -1, -1, "2024-05-01", -1, "down"),
    (PLAIN, state(1, "2024-05-01"), 0, 0, "2024-05-01", 0, "down"),
    (PLAIN, state(1, "2024-05-01"), 2, 2, "2024-05-01", 2, "up"),
    # Promotion at the review: quarters.
    (QUARTER, state(1), 2, 2, "2024-03-31", 1, "review"),
    (QUARTER, state(1), 2, 2, "2024-04-01", 2, "up"),
    (QUARTER, state(1), 2, 2, "2024-04-02", 2, "up"),
    (QUARTER, state(1, reviewed="2024-04-01"), 2, 2, "2024-04-02", 1, "review"),
    (QUARTER, state(1, reviewed="2024-04-01"), 2, 2, "2024-07-01", 2, "up"),
    (QUARTER, state(1, "2023-12-31"), 2, 2, "2024-01-01", 2, "up"),
    (QUARTER, state(1), 1, 1, "2024-04-01", 1, "stay"),
    (QUARTER, state(-1), 3, 3, "2024-02-29", 3, "first"),
    # Promotion after a return window of 14 days without a break.
    (WINDOW, state(1), 2, 2, "2024-05-01", 1, "window"),
    (WINDOW, state(1, above="2024-05-01"), 2, 2, "2024-05-14", 1, "window"),
    (WINDOW, state(1, above="2024-05-01"), 2, 2, "2024-05-15", 2, "up"),
    (WINDOW, state(1, above="2024-05-01"), 3, 3, "2024-05-15", 3, "up"),
    (WINDOW, state(1, above="2024-05-01"), 1, 1, "2024-05-15", 1, "stay"),
    (WINDOW, state(1, above="2024-02-20"), 2, 2, "2024-03-05", 2, "up"),
    (WINDOW, state(1, above="2023-02-20"), 2, 2, "2023-03-05", 1, "window"),
    (WINDOW, state(2, above="2024-05-01"), 0, 0, "2024-05-15", 0, "down"),
    # Hold of twelve months from the entry, reviews monthly.
    (HOLD, state(2, "2024-01-10"), 0, 0, "2024-02-01", 2, "hold"),
    (HOLD, state(2, "2024-01-10", "2024-12-01"), 0, 0, "2025-01-01", 2, "hold"),
    (HOLD, state(2, "2024-01-10", "2025-01-01"), 0, 0, "2025-01-10", 2, "review"),
    (HOLD, state(2, "2024-01-10", "2025-01-01"), 0, 0, "2025-02-01", 0, "down"),
    (HOLD, state(2, "2024-01-01", "2024-12-01"), 0, 0, "2025-01-01", 0, "down"),
    (HOLD, state(2, "2024-01-10"), 3, 3, "2024-01-11", 3, "up"),
    (HOLD, state(2, "2024-02-29", "2025-02-01"), 0, 0, "2025-02-27", 2, "hold"),
    (HOLD, state(2, "2024-02-29", "2025-02-01"), 0, 0, "2025-03-01", 0, "down"),
    (HOLD, state(2, "2023-12-31", "2024-12-01"), 0, 0, "2025-01-01", 0, "down"),
    (HOLD, state(2, "2024-01-10"), 0, 2, "2025-02-01", 2, "stay"),
    # A keep threshold below the entry: between the two nothing happens.
    (STEP, state(3), 1, 3, "2024-06-01", 3, "stay"),
    (STEP, state(3), 1, 2, "2024-06-01", 2, "down"),
    # One level at a time.
    (STEP, state(3), 0, 0, "2024-06-01", 2, "down"),
    (STEP, state(2, "2024-06-01"), 0, 0, "2024-07-01", 1, "down"),
    (STEP, state(2, "2024-06-01"), 0, 0, "2024-06-30", 2, "review"),
    (STEP, state(1, "2024-07-01"), -1, -1, "2024-08-01", 0, "down"),
    (STEP, state(0), -1, -1, "2024-06-01", -1, "down"),
    (STEP, state(0), 3, 3, "2024-06-01", 3, "up"),
    # Two misses in a row.
    (TWICE, state(2), 0, 0, "2024-02-01", 2, "miss"),
    (TWICE, state(2, reviewed="2024-02-01", missed=1), 0, 0, "2024-03-01", 0, "down"),
    (TWICE, state(2, reviewed="2024-02-01", missed=1), 2, 2, "2024-03-01", 2, "stay"),
    (TWICE, state(2, reviewed="2024-02-01", missed=1), 0, 0, "2024-02-29", 2, "review"),
    (TWICE, state(2, reviewed="2024-02-01", missed=1), 0, 2, "2024-03-01", 2, "stay"),
    (replace(TWICE, hold_months=12), state(2), 0, 0, "2024-02-01", 2, "hold"),
    (
        replace(TWICE, hold_months=12),
        state(2, reviewed="2025-01-01", missed=0),
        0,
        0,
        "2025-02-01",
        2,
        "miss",
    ),
    # A notice thirty days before.
    (NOTICE, state(2, noticed="2024-03-02"), 0, 0, "2024-04-01", 0, "down"),
    (NOTICE, state(2, noticed="2024-03-03"), 0, 0, "2024-04-01", 2, "notice"),
    (NOTICE, state(2), 0, 0, "2024-04-01", 2, "notice"),
    (NOTICE, state(2, noticed="2024-03-02"), 2, 2, "2024-04-01", 2, "stay"),
    (NOTICE, state(2, reviewed="2024-04-01", noticed="2024-03-03"), 0, 0, "2024-07-01", 0, "down"),
    (NOTICE, state(2, noticed="2024-03-02"), 3, 3, "2024-04-01", 3, "up"),
    # Anniversaries of the entry.
    (BIRTHDAY, state(2, "2024-02-29"), 0, 0, "2025-02-27", 2, "review"),
    (BIRTHDAY, state(2, "2024-02-29"), 0, 0, "2025-02-28", 0, "down"),
    (BIRTHDAY, state(2, "2024-05-05", "2025-05-05"), 0, 0, "2026-05-04", 2, "review"),
    (BIRTHDAY, state(2, "2024-05-05", "2025-05-05"), 0, 0, "2026-05-05", 0, "down"),
    # Fixed dates, the turn of the year between.
    (
        Movement(review=Review("dates", ((12, 31),))),
        state(2, "2024-12-31"),
        0,
        0,
        "2025-12-30",
        2,
        "review",
    ),
    (
        Movement(review=Review("dates", ((12, 31),))),
        state(2, "2024-12-30"),
        0,
        0,
        "2025-01-02",
        0,
        "down",
    ),
    # Approval: asked instead of moved, in the directions that need it.
    (ASK_DOWN, state(-1), 2, 2, "2024-02-01", 2, "first"),
    (ASK_UP, state(-1), 2, 2, "2024-02-01", 2, "first"),
    (ASK_DOWN, state(2), 0, 0, "2024-01-31", 2, "review"),
    (ASK_DOWN, state(2), 0, 0, "2024-02-01", 2, "approval"),
    (ASK_DOWN, state(2), -1, -1, "2024-02-01", 2, "approval"),
    (ASK_DOWN, state(2), 3, 3, "2024-02-01", 3, "up"),
    (ASK_DOWN, state(2), 0, 2, "2024-02-01", 2, "stay"),
    (ASK_UP, state(1), 2, 2, "2024-01-20", 1, "approval"),
    (ASK_UP, state(1), 0, 0, "2024-02-01", 0, "down"),
    (ASK_BOTH, state(1), 2, 2, "2024-03-31", 1, "review"),
    (ASK_BOTH, state(1), 2, 2, "2024-04-01", 1, "approval"),
    (ASK_BOTH, state(1), 0, 0, "2024-04-01", 1, "approval"),
    (ASK_DAILY, state(1), 0, 0, "2024-04-02", 1, "approval"),
    (replace(WINDOW, approval="up"), state(1), 2, 2, "2024-05-01", 1, "window"),
    (
        replace(WINDOW, approval="up"),
        state(1, above="2024-05-01"),
        2,
        2,
        "2024-05-15",
        1,
        "approval",
    ),
    (replace(HOLD, approval="down"), state(2), 0, 0, "2024-02-01", 2, "hold"),
    (replace(TWICE, approval="down"), state(2), 0, 0, "2024-02-01", 2, "miss"),
    (
        replace(TWICE, approval="down"),
        state(2, reviewed="2024-02-01", missed=1),
        0,
        0,
        "2024-03-01",
        2,
        "approval",
    ),
    (
        replace(NOTICE, approval="down"),
        state(2, noticed="2024-03-02"),
        0,
        0,
        "2024-04-01",
        2,
        "approval",
    ),
    # Open between reviews as long as the figures ask for it.
    (ASK_DOWN, state(2, reviewed="2024-02-01", asked=0), 0, 0, "2024-02-15", 2, "approval"),
    (ASK_DOWN, state(2, reviewed="2024-02-01", asked=0), 1, 1, "2024-02-15", 2, "approval"),
    (ASK_DOWN, state(2, reviewed="2024-02-01", asked=0), 2, 2, "2024-02-15", 2, "stay"),
    (ASK_DOWN, state(2, reviewed="2024-02-01", asked=0), 3, 3, "2024-02-15", 3, "up"),
    (ASK_BOTH, state(1, reviewed="2024-04-01", asked=2), 2, 2, "2024-05-15", 1, "approval"),
    (ASK_BOTH, state(1, reviewed="2024-04-01", asked=2), 0, 0, "2024-05-15", 1, "review"),
    # A guarantee that was made longer meanwhile, or an approval that is no longer needed.
    (
        replace(ASK_DOWN, hold_months=3),
        state(2, reviewed="2024-02-01", asked=0),
        0,
        0,
        "2024-02-15",
        2,
        "hold",
    ),
    (STEP, state(2, reviewed="2024-02-01", asked=0), 0, 0, "2024-02-15", 2, "review"),
    # Refused: quiet until the next review, in the direction that was refused.
    (
        ASK_DOWN,
        state(2, reviewed="2024-02-01", asked=0, refused="2024-02-10"),
        0,
        0,
        "2024-02-11",
        2,
        "review",
    ),
    (
        ASK_DOWN,
        state(2, reviewed="2024-02-01", asked=0, refused="2024-02-10"),
        0,
        0,
        "2024-03-01",
        2,
        "approval",
    ),
    (ASK_UP, state(1, asked=2, refused="2024-01-20"), 2, 2, "2024-01-31", 1, "review"),
    (ASK_UP, state(1, asked=2, refused="2024-01-20"), 3, 3, "2024-01-31", 1, "review"),
    (ASK_UP, state(1, asked=2, refused="2024-01-20"), 2, 2, "2024-02-01", 1, "approval"),
    (ASK_BOTH, state(1, asked=2, refused="2024-04-02"), 0, 0, "2024-04-03", 1, "approval"),
    (ASK_DAILY, state(1, asked=0, refused="2024-04-02"), 0, 0, "2024-04-30", 1, "review"),
    (ASK_DAILY, state(1, asked=0, refused="2024-04-02"), 0, 0, "2024-05-01", 1, "approval"),
    # Refused on the day of the review, before it or after it.
    (ASK_DOWN, state(2, asked=0, refused="2024-02-01"), 0, 0, "2024-02-01", 2, "review"),
    (
        replace(BIRTHDAY, approval="down"),
        state(2, "2024-02-29", "2025-02-28", asked=0, refused="2025-03-10"),
        0,
        0,
        "2026-02-27",
        2,
        "review",
    ),
    (
        replace(BIRTHDAY, approval="down"),
        state(2, "2024-02-29", "2025-02-28", asked=0, refused="2025-03-10"),
        0,
        0,
        "2026-02-28",
        2,
        "approval",
    ),
]


def test_the_table_is_as_long_as_promised():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("policy", "before", "target", "kept", "today", "after", "why"), CASES)
def test_case(policy, before, target, kept, today, after, why):
    """Previous state, target, policy and date give the state and the reason that are written."""
    assert moved(before, target, kept, today, policy)[:2] == (after, why)


@pytest.mark.parametrize(
    ("policy", "before", "target", "seen", "today", "after", "why"),
    [
        # The review of 1 March was held by the night of that day, which had nothing to write.
        (HOLD, state(2, "2022-01-10", "2024-02-01"), 0, "2024-03-01", "2024-03-10", 2, "review"),
        (HOLD, state(2, "2022-01-10", "2024-02-01"), 0, "2024-03-09", "2024-03-10", 2, "review"),
        (HOLD, state(2, "2022-01-10", "2024-02-01"), 0, "2024-03-31", "2024-04-01", 0, "down"),
        (QUARTER, state(1), 2, "2024-04-01", "2024-04-02", 1, "review"),
        (QUARTER, state(1), 2, "2024-06-30", "2024-07-01", 2, "up"),
        # No night was there since.
        (HOLD, state(2, "2022-01-10", "2024-02-01"), 0, "2024-02-29", "2024-03-10", 0, "down"),
        (HOLD, state(2, "2022-01-10", "2024-02-01"), 0, None, "2024-03-10", 0, "down"),
        # The review that was written is later than the night.
        (HOLD, state(2, "2022-01-10", "2024-03-01"), 0, "2024-02-29", "2024-03-10", 2, "review"),
        # Every day is a review.
        (PLAIN, state(3), 0, "2024-05-01", "2024-05-01", 0, "down"),
    ],
)
def test_reviews_that_nights_held(policy, before, target, seen, today, after, why):
    """A review that found nothing to do was held again by whatever graded the customer next."""
    found, told = movement.move(
        before,
        np.array([target]),
        np.array([target]),
        policy,
        day(today),
        seen=np.array([number(seen)]),
    )
    assert (found.position[0], NAMES[int(told["reason"][0])]) == (after, why)


def test_a_review_without_anything_to_decide_writes_nothing():
    """On each first of a month, the row of every customer was another one than the day before."""
    before = state(2, "2022-01-10", "2024-02-01")
    _position, why, after, told = moved(before, 2, 2, "2024-03-01", HOLD)
    assert (why, after.reviewed[0]) == ("stay", number("2024-02-01"))
    assert told["review"][0] == number("2024-04-01")
    # Outside of nights, nothing else would tell that it was held.
    after, _told = movement.move(
        before, np.array([2]), np.array([2]), HOLD, day("2024-03-01"), alone=True
    )
    assert after.reviewed[0] == number("2024-03-01")
    # One that asks for another tier is written, whatever comes of it.
    _position, _why, after, _told = moved(before, 3, 3, "2024-03-01", HOLD, up=True)
    assert after.reviewed[0] == number("2024-03-01")


@pytest.mark.parametrize(
    ("target", "up", "down", "after", "why"),
    [
        (3, True, False, 1, "locked"),
        (3, False, True, 3, "up"),
        (0, False, True, 1, "locked"),
        (0, True, False, 0, "down"),
        (3, True, True, 1, "locked"),
        (0, True, True, 1, "locked"),
        (1, True, True, 1, "stay"),
    ],
)
def test_locks_hold_one_direction_or_both(target, up, down, after, why):
    """A customer who must not fall may still rise; the wish stays visible as the reason."""
    assert moved(state(1), target, target, "2024-05-01", PLAIN, up, down)[:2] == (after, why)


@pytest.mark.parametrize(
    ("policy", "before", "target", "asked"),
    [
        (ASK_DOWN, state(3), 1, 1),
        (replace(ASK_DOWN, one_level=True), state(3), 1, 2),
        (ASK_DOWN, state(3), -1, -1),
        (ASK_UP, state(1), 3, 3),
        (ASK_UP, state(1), 1, NOWHERE),
        # Another tier than the one asked for until now.
        (ASK_UP, state(1, asked=2), 3, 3),
        (ASK_DOWN, state(3, reviewed="2024-02-01", asked=1), 0, 0),
        # No longer asked for, or moved the other way.
        (ASK_DOWN, state(3, reviewed="2024-02-01", asked=1), 3, NOWHERE),
        (ASK_DOWN, state(2, reviewed="2024-02-01", asked=1), 3, NOWHERE),
        # A refusal is remembered until it has lapsed.
        (ASK_UP, state(1, asked=2, refused="2024-02-01"), 1, 2),
        (ASK_UP, state(1, asked=2, refused="2024-01-31"), 1, NOWHERE),
        (replace(ASK_DOWN, approval="none"), state(3), 1, NOWHERE),
    ],
)
def test_what_is_asked_for(policy, before, target, asked):
    """The list must show where the customer would go, and a question that nobody asks any more
    must not be answered."""
    _position, _why, after, _dates = moved(before, target, target, "2024-02-01", policy)
    assert after.asked[0] == asked


@pytest.mark.parametrize("lock", ["up", "down"])
def test_nobody_is_asked_about_a_locked_customer(lock):
    """Else somebody would agree to what the lock forbids."""
    target = 3 if lock == "up" else 0
    before = state(1, asked=target)
    position, why, after, _dates = moved(
        before, target, target, "2024-05-01", ASK_DAILY, lock == "up", lock == "down"
    )
    assert (position, why, after.asked[0]) == (1, "locked", NOWHERE)


def test_a_question_leaves_the_state_of_a_review():
    """The review took place: asking counts the miss once and waits for the next one."""
    before = state(2, reviewed="2024-02-01", missed=1)
    policy = replace(TWICE, approval="down")
    _position, _why, after, dates = moved(before, 0, 0, "2024-03-01", policy)
    assert (after.missed[0], after.reviewed[0]) == (2, number("2024-03-01"))
    assert after.entered[0] == before.entered[0]
    assert dates["review"][0] == number("2024-04-01")


def test_entry_into_a_tier_starts_everything_anew():
    """Misses, notices and windows of the old tier must not count against the new one."""
    before = state(2, above=None, missed=3, noticed="2024-03-01")
    for target in (0, 3):
        _position, _why, after, dates = moved(before, target, target, "2024-05-01", PLAIN)
        assert (after.missed[0], after.entered[0]) == (0, number("2024-05-01"))
        assert np.isnan(after.noticed[0])
        assert np.isnan(after.above[0])
        assert dates["review"][0] == number("2024-05-02")
    _position, _why, after, dates = moved(state(2), 3, 3, "2024-02-29", HOLD)
    # The last day on which it cannot be lost.
    assert dates["guaranteed"][0] == number("2025-02-27")
    assert dates["review"][0] == number("2024-03-01")


@pytest.mark.parametrize(
    ("before", "policy", "today", "due"),
    [
        (state(2), NOTICE, "2024-03-01", False),
        (state(2), NOTICE, "2024-03-02", True),
        (state(2), NOTICE, "2024-03-31", True),
        (state(2, noticed="2024-03-02"), NOTICE, "2024-03-20", False),
        # Within the hold there is nothing to warn of yet, …
        (state(2), replace(NOTICE, hold_months=12), "2024-03-10", False),
        # … but before the first review behind it there is.
        (
            state(2, "2024-01-10", "2025-01-01"),
            replace(NOTICE, hold_months=12),
            "2025-03-05",
            True,
        ),
        # A first of two misses costs nothing.
        (state(2), replace(NOTICE, misses=2), "2024-03-10", False),
        (state(2, missed=1), replace(NOTICE, misses=2), "2024-03-10", True),
        (state(2), PLAIN, "2024-03-31", False),
    ],
)
def test_notice_is_given_once_and_in_time(before, policy, today, due):
    """Too early it means nothing, too late it protects nobody, twice it annoys."""
    _position, _why, after, dates = moved(before, 0, 0, today, policy)
    if not policy.notice_days:
        assert not dates["notice"][0]
        return
    assert bool(dates["notice"][0]) == due
    assert (after.noticed[0] == day(today)) == due


def test_notice_that_is_no_longer_true_is_forgotten():
    """Who recovers and falls again gets a new notice, not a demotion on the strength of an old
    one."""
    before = state(2, noticed="2024-03-02")
    _position, _why, after, _dates = moved(before, 2, 2, "2024-03-20", NOTICE)
    assert np.isnan(after.noticed[0])
    assert moved(after, 0, 0, "2024-04-01", NOTICE)[:2] == (2, "notice")


def test_one_level_is_one_level_a_day():
    """Graded again after each of three orders, a customer must not fall three levels."""
    policy = Movement(one_level=True)
    _position, _why, after, _dates = moved(state(3), 0, 0, "2024-05-01", policy)
    assert moved(after, 0, 0, "2024-05-01", policy)[0] == 2
    assert moved(after, 0, 0, "2024-05-02", policy)[0] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"promotion": "never"},
        {"promotion_days": -1},
        {"hold_months": -1},
        {"misses": 0},
        {"notice_days": -3},
        {"approval": "sometimes"},
    ],
)
def test_policy_that_means_nothing_is_refused(wrong):
    """Read as another policy, it would move customers whom nobody wanted moved."""
    with pytest.raises(ValueError, match=r"promotion|approval|Periods"):
        Movement(**wrong)
    with pytest.raises(ValueError, match="at least one date"):
        Review("dates")
    with pytest.raises(ValueError, match="calendar"):
        Review("week")


NEW_WINDOW = replace(WINDOW, hold_months=12)
NEW_QUARTER = replace(QUARTER, hold_months=12)


@pytest.mark.parametrize(
    ("policy", "target", "today", "after", "why", "waiting"),
    [
        (PLAIN, 2, "2024-05-01", 2, "first", "stay"),
        (PLAIN, 0, "2024-05-01", 0, "first", "stay"),
        (PLAIN, -1, "2024-05-01", -1, "first", "stay"),
        # The window holds for who was not graded before: meanwhile in the lowest tier.
        (NEW_WINDOW, 2, "2024-05-01", 0, "window", "window"),
        (NEW_WINDOW, 0, "2024-05-01", 0, "first", "stay"),
        (NEW_WINDOW, -1, "2024-05-01", -1, "first", "stay"),
        (replace(NEW_WINDOW, promotion_days=0), 2, "2024-05-01", 2, "first", "stay"),
        # At the next review, and on the day of one at once.
        (NEW_QUARTER, 2, "2024-03-31", 0, "review", "review"),
        (NEW_QUARTER, 2, "2024-04-01", 2, "first", "stay"),
        (replace(BIRTHDAY, promotion="review"), 2, "2024-04-01", 0, "review", "review"),
        (Movement(promotion="review"), 2, "2024-04-01", 2, "first", "stay"),
        # Somebody has to agree.
        (ASK_UP, 2, "2024-05-01", 0, "approval", "approval"),
        (ASK_DOWN, 2, "2024-05-01", 2, "first", "stay"),
        (replace(NEW_WINDOW, approval="up"), 2, "2024-05-01", 0, "window", "window"),
    ],
)
def test_newcomers_rise_like_others(policy, target, today, after, why, waiting):
    """A brand-new customer was in the highest tier on the night of the first order, return window
    or not, and guaranteed for a year after everything had come back."""
    position, reason, rest = _newcomer(policy, target, today)
    assert (position, reason) == (after, why)
    assert NAMES[int(rest["waiting"][0])] == waiting
    again, reason, rest = _newcomer(policy, target, today, before=rest["state"])
    assert again == after, "graded twice on a day"
    assert NAMES[int(rest["waiting"][0])] == waiting


def _newcomer(policy, target, today, before=None, locked=False):
    after, why = movement.move(
        before or state(-1),
        np.array([target]),
        np.array([target]),
        policy,
        day(today),
        np.array([locked]),
        newcomers=np.array([True]),
    )
    return int(after.position[0]), NAMES[int(why["reason"][0])], {**why, "state": after}


def test_newcomer_at_the_end_of_the_window():
    """Day 14 of an unbroken wish is a promotion; what came back on day 5 leaves nothing behind."""
    _position, _why, rest = _newcomer(NEW_WINDOW, 2, "2024-05-01")
    assert rest["state"].above[0] == number("2024-05-01")
    assert moved(rest["state"], 2, 2, "2024-05-14", NEW_WINDOW)[:2] == (0, "window")
    assert moved(rest["state"], 2, 2, "2024-05-15", NEW_WINDOW)[:2] == (2, "up")
    _position, _why, after, _dates = moved(rest["state"], 0, 0, "2024-05-06", NEW_WINDOW)
    assert np.isnan(after.above[0])
    assert moved(after, 2, 2, "2024-05-15", NEW_WINDOW)[:2] == (0, "window")


def test_locked_newcomer():
    """A lock set before the first grading keeps from rising, too."""
    position, why, rest = _newcomer(PLAIN, 2, "2024-05-01", locked=True)
    assert (position, why, NAMES[int(rest["waiting"][0])]) == (0, "locked", "locked")


@pytest.mark.parametrize(
    ("policy", "kept", "after"),
    [
        (MONTH := Movement(review=Review("month")), 2, 2),
        (MONTH, 1, 1),
        (MONTH, 0, 0),
        (STEP, 2, 2),
        (STEP, 1, 2),
    ],
)
def test_falling_stops_where_the_tier_is_kept(policy, kept, after):
    """Gold was kept from 15,000, and Diamond's demotion led past it to Basic all the same."""
    assert moved(state(3), 0, kept, "2024-06-01", policy)[:2] == (after, "down")
    asking = replace(policy, approval="down")
    assert moved(state(3), 0, kept, "2024-06-01", asking)[2].asked[0] == after
