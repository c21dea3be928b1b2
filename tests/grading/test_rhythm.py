"""Intervals between order days."""

import math
from collections import defaultdict
from itertools import pairwise
from statistics import fmean, median, pstdev

import numpy as np
import pandas as pd
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


def test_typical_interval_withstands_a_wrong_year():
    """One order dated years before all others made half of the history longer than all of it but
    that one interval, which became the rhythm of everybody."""
    days = np.array([0] + [1500 + 10 * n for n in range(37)])
    assert rhythm.typical_interval(np.zeros(38, dtype=int), days, as_of=1860) == 10.0


def _purchases(rows):
    return rhythm.Purchases(*np.array(rows, dtype=np.int64).T)


def test_rhythm_per_customer_and_category():
    """Categories that a customer buys at different times must not make one fast rhythm, and what
    it bought once or twice is no rhythm of its own."""
    cement = [(7, 1, day) for day in (0, 30, 60, 60, 90)]
    paint = [(7, 2, day) for day in (10, 210)]
    other = [(9, 1, day) for day in (5, 15, 25)]
    found = _purchases(paint + other + cement).rhythms(pd.Series({1: 20.0}), 100)
    rows = found[["customer", "category", "orders", "last_day"]].to_numpy().tolist()
    assert rows == [[7, 1, 4, 90], [7, 2, 2, 210], [9, 1, 3, 25]]
    expected = [(3 * 30 + 3 * 20) / 6, math.nan, (2 * 10 + 3 * 20) / 5]
    assert found["interval"].tolist() == pytest.approx(expected, nan_ok=True)
    assert found["cv"].tolist() == pytest.approx([0.0, math.nan, 0.0], nan_ok=True)


def test_rhythm_per_category_without_a_population():
    """Where nothing is frozen, nor known of all, the own median stands alone."""
    found = _purchases([(7, 1, 0), (7, 1, 10), (7, 1, 30)]).rhythms(pd.Series(dtype=float), None)
    assert found["interval"].tolist() == [15.0]


def test_typical_interval_of_each_category():
    """Fast and slow categories have their own; one with few intervals has none, as it would go
    before the customer's own rhythm; what began lately is not seen whole."""
    fast = [(1, 5, 7 * n) for n in range(60)]
    slow = [(2, 6, 25 * n) for n in range(24)]
    rare = [(3, 8, 10 * n) for n in range(5)]
    lately = [(customer, 6, 600 + day) for customer in range(10, 40) for day in (0, 1)]
    typical = _purchases(fast + slow + rare + lately).typical_intervals(as_of=620)
    assert typical.to_dict() == {5: 7.0, 6: 25.0}
    assert _purchases([(1, 1, 0)]).typical_intervals(as_of=9).empty


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
