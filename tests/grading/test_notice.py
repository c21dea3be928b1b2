"""The day that a notice names is the day on which the tier is lost."""

import numpy as np
import pytest
from builders import day
from grading.movement import State, decision_day, move
from grading.policy import Movement, Review
from hypothesis import given
from hypothesis import strategies as st

NONE = np.array([np.nan])


@pytest.mark.parametrize(
    ("every", "noticed", "entered", "hold", "lost"),
    [
        ("month", "2025-02-15", "2024-01-10", 0, "2025-03-01"),
        ("month", "2025-02-16", "2024-01-10", 0, "2025-04-01"),
        ("quarter", "2025-02-15", "2024-01-10", 0, "2025-04-01"),
        ("day", "2025-02-15", "2024-01-10", 0, "2025-03-01"),
        ("month", "2025-02-15", "2024-03-05", 12, "2025-04-01"),
        ("anniversary", "2025-02-15", "2024-03-05", 12, "2025-03-05"),
    ],
)
def test_decision_day(every, noticed, entered, hold, lost):
    """A fortnight's notice: the first review from then on that the guarantee does not cover."""
    policy = Movement(notice_days=14, hold_months=hold, review=Review(every))
    found = decision_day(policy, [day(noticed)], [day(entered)])
    assert found.tolist() == [day(lost)]
    assert np.isnan(decision_day(policy, NONE, [day(entered)])).all()


@given(
    st.sampled_from(["day", "month", "quarter", "year", "anniversary"]),
    st.integers(1, 60),
    st.integers(0, 14),
    st.integers(1, 3),
    st.integers(0, 700),
)
def test_lost_on_the_day_named(every, notice, hold, misses, start):
    """Graded every day and below for good, a customer is noticed once and falls on that day; else
    the mail would name the wrong one."""
    policy = Movement(notice_days=notice, hold_months=hold, misses=misses, review=Review(every))
    entered, named = day("2024-01-10"), None
    state = State.entering(np.array([1]), entered)
    for today in range(entered + 1, entered + 5 * 366):
        low = np.array([0 if today > entered + start else 1])
        after, why = move(state, low, low, policy, today)
        if why["notice"][0]:
            assert named is None
            named = decision_day(policy, after.noticed, after.entered)[0]
        if after.position[0] == 0:
            assert named == today
            return
        state = after
    raise AssertionError("never lost")
