"""Months and reviews on day numbers."""

from datetime import date, timedelta

import numpy as np
import pytest
from builders import day
from dateutil.relativedelta import relativedelta
from grading import dates
from grading.metrics import EPOCH
from grading.policy import Review
from hypothesis import given
from hypothesis import strategies as st

nan = pytest.approx(float("nan"), nan_ok=True)
_days = st.dates(date(1968, 1, 1), date(2040, 12, 31))


def number(value):
    return float((value - EPOCH).days)


def as_date(value):
    return EPOCH + timedelta(days=int(value))


@given(_days, st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_the_month(start, months):
    """A hold of twelve months from 29 February must end somewhere."""
    (later,) = dates.add_months([number(start)], months)
    assert as_date(later) == start + relativedelta(months=months)


def test_no_day_stays_none():
    """Who never entered a tier has no hold, not one from 1970."""
    for result in (
        dates.add_months([np.nan], 12),
        dates.next_review(Review("month"), [np.nan], [np.nan]),
        dates.next_review(Review("anniversary"), [5.0], [np.nan]),
        dates.next_review(Review("dates", ((7, 1),)), [np.nan], [5.0]),
    ):
        assert result.tolist() == [nan]


@pytest.mark.parametrize(
    ("review", "after", "entered", "expected"),
    [
        (Review("day"), "2024-02-28", "2024-01-01", "2024-02-29"),
        (Review("month"), "2024-01-31", "2024-01-01", "2024-02-01"),
        (Review("month"), "2024-12-31", "2024-01-01", "2025-01-01"),
        (Review("month"), "2024-02-01", "2024-01-01", "2024-03-01"),
        (Review("quarter"), "2024-03-31", "2024-01-01", "2024-04-01"),
        (Review("quarter"), "2024-10-01", "2024-01-01", "2025-01-01"),
        (Review("year"), "2024-01-01", "2024-01-01", "2025-01-01"),
        (Review("year"), "2024-12-31", "2024-01-01", "2025-01-01"),
        (Review("dates", ((6, 30), (12, 31))), "2024-06-30", "2024-01-01", "2024-12-31"),
        (Review("dates", ((6, 30), (12, 31))), "2024-12-31", "2024-01-01", "2025-06-30"),
        (Review("dates", ((2, 29),)), "2023-01-01", "2022-01-01", "2023-02-28"),
        (Review("dates", ((2, 29),)), "2024-01-01", "2022-01-01", "2024-02-29"),
        (Review("anniversary"), "2023-05-05", "2023-05-05", "2024-05-05"),
        (Review("anniversary"), "2024-05-04", "2023-05-05", "2024-05-05"),
        (Review("anniversary"), "2024-05-05", "2023-05-05", "2025-05-05"),
        (Review("anniversary"), "2024-02-29", "2024-02-29", "2025-02-28"),
        (Review("anniversary"), "2027-03-01", "2024-02-29", "2028-02-29"),
        (Review("anniversary"), "2024-01-01", "1990-01-02", "2024-01-02"),
    ],
)
def test_next_review_is_strictly_after(review, after, entered, expected):
    """A review on its own day would be due again the same night."""
    (found,) = dates.next_review(review, [float(day(after))], [float(day(entered))])
    assert as_date(found).isoformat() == expected


@given(
    st.sampled_from(
        [Review("day"), Review("month"), Review("quarter"), Review("year"), Review("anniversary")]
        + [Review("dates", ((2, 29), (8, 31)))]
    ),
    _days,
    st.integers(0, 4000),
)
def test_reviews_come_within_a_year(review, entered, later):
    """No calendar may leave a gap, and none may skip a date that lies between."""
    after = number(entered) + later
    (found,) = dates.next_review(review, [after], [number(entered)])
    assert after < found <= after + 366
    (between,) = dates.next_review(review, [(after + found) // 2], [number(entered)])
    assert between == found or (after + found) // 2 >= found
    if review.every == "day":
        return
    (again,) = dates.next_review(review, [found - 1], [number(entered)])
    assert again == found
