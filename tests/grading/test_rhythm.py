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


def test_typical_interval_withstands_a_wrong_year():
    """One order dated years before all others made half of the history longer than all of it but
    that one interval, which became the rhythm of everybody."""
    days = np.array([0] + [1500 + 10 * n for n in range(37)])
    assert rhythm.typical_interval(np.zeros(38, dtype=int), days, as_of=1860) == 10.0


def test_preferred_interval_is_the_first_known():
    """A cycle typed by hand goes first, then what is nearest to this customer and category."""
    nan = math.nan
    known = {
        "product": [60, 0, nan, nan, nan, nan],
        "customer_category": [9, 50, nan, nan, nan, nan],
        "category": [9, 9, 40, nan, nan, nan],
        "customer": [9, 9, 9, 30, nan, nan],
        "all": [9, 9, 9, 9, 20, nan],
    }
    days, source = rhythm.preferred_interval(known)
    assert days.tolist() == pytest.approx([60, 50, 40, 30, 20, nan], nan_ok=True)
    assert source.tolist() == [0, 1, 2, 3, 4, -1]


def test_preferred_interval_takes_numbers_and_gaps():
    """The population's is one number for all, and not everything is always asked for."""
    days, source = rhythm.preferred_interval({"customer": [12.0, math.nan], "all": 30})
    assert (days.tolist(), source.tolist()) == ([12.0, 30.0], [3, 4])
    with pytest.raises(ValueError, match="nobody"):
        rhythm.preferred_interval({"nobody": 1})
