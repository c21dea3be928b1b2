"""Intervals between order days."""

import math
from collections import defaultdict
from itertools import pairwise
from statistics import fmean, median, pstdev

import numpy as np
import pytest
from grading import rhythm
from hypothesis import given
from hypothesis import strategies as st

SIZE = 4
_orders = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(19_000, 20_500)), max_size=40)


def _naive_gaps(orders):
    """Gaps per customer, the slow way."""
    days = defaultdict(set)
    for customer, day in orders:
        days[customer].add(day)
    return [[b - a for a, b in pairwise(sorted(days[customer]))] for customer in range(SIZE)]


@given(_orders)
def test_interval_statistics_equal_the_naive_loop(orders):
    """Same-day orders count once; no interval crosses from one customer to the next; unknown
    where there is no interval, and no variation to speak of with one."""
    columns = np.array(orders, dtype=np.int64).reshape(-1, 2)
    found = rhythm.intervals(*rhythm.order_days(columns[:, 0], columns[:, 1]))
    mean, cv = rhythm.mean_and_cv(*found, SIZE)
    middle, count = rhythm.median(*found, SIZE)
    for customer, gaps in enumerate(_naive_gaps(orders)):
        assert count[customer] == len(gaps)
        assert middle[customer] == pytest.approx(median(gaps) if gaps else math.nan, nan_ok=True)
        assert mean[customer] == pytest.approx(fmean(gaps) if gaps else math.nan, nan_ok=True)
        variation = pstdev(gaps) / fmean(gaps) if len(gaps) > 1 else math.nan
        assert cv[customer] == pytest.approx(variation, abs=1e-6, nan_ok=True)


def test_clockwork_customer_has_no_variation():
    """The rounding error of a variance must not become the root of a negative number."""
    owners, lengths = np.zeros(7, dtype=np.int64), np.full(7, 333)
    assert rhythm.mean_and_cv(owners, lengths, 1)[1].tolist() == [0.0]


@pytest.mark.parametrize(
    ("own", "count", "typical", "expected"),
    [
        (10.0, 2, 30.0, 22.0),
        (10.0, 3, 30.0, 20.0),
        (10.0, 297, 30.0, 10.2),
        (math.nan, 0, 30.0, 30.0),
        (10.0, 2, None, 10.0),
        (math.nan, 0, None, math.nan),
    ],
)
def test_own_median_is_shrunk_to_the_population(own, count, typical, expected):
    """``(n·m + 3·M) / (n + 3)``: one short interval is no rhythm yet, and without the one or the
    other the remaining number stands alone."""
    result = rhythm.expected_interval(np.array([own]), np.array([count]), typical)
    assert result.tolist() == [pytest.approx(expected, nan_ok=True)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [([7], None), ([0, 9], 9.0), ([0, 40, 43, 47], 4.0), ([0, 10, 22, 36, 126], 13.0)],
)
def test_typical_interval_is_the_median_in_whole_days(days, expected):
    """None, not NaN, when nobody has ordered twice: it is stored and shown."""
    days = np.array(days)
    customers = np.zeros(len(days), dtype=int)
    assert rhythm.typical_interval(customers, days, as_of=1000) == expected


def test_typical_interval_leaves_out_what_could_not_have_been_seen_whole():
    """Among intervals that began lately only the short ones are known by now, so they would
    make everybody look like a frequent buyer."""
    slow = [0, 100, 200, 300, 400]
    lately = [770, 775, 780, 785, 790, 795]
    days = np.array(slow + lately)
    customers = np.array([0] * len(slow) + [1] * len(lately))
    assert rhythm.typical_interval(customers, days, as_of=800) == 100.0
