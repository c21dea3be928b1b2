"""The rhythm of each customer in each product category."""

import math
from collections import defaultdict
from itertools import pairwise
from statistics import median

import numpy as np
import pandas as pd
import pytest
from grading import rhythm
from hypothesis import given
from hypothesis import strategies as st

CUSTOMERS, CATEGORIES = [3, 7, 2**31 - 1], [1, 4, 9]
_rows = st.lists(
    st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(CATEGORIES), st.integers(19_000, 20_500)),
    max_size=40,
)
_cycles = st.dictionaries(st.sampled_from(CATEGORIES), st.integers(1, 400))
_typical = st.none() | st.integers(1, 400)


def _found(rows, cycles, typical):
    """Rhythms as dict (customer, category) → (orders, last day, interval)."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    frame = rhythm.Purchases(*columns).rhythms(pd.Series(cycles, dtype=float), typical)
    assert frame.columns.tolist() == [
        "customer",
        "category",
        "orders",
        "last_day",
        "cv",
        "interval",
    ]
    keys = list(zip(frame["customer"], frame["category"], strict=True))
    assert keys == sorted(keys)
    values = zip(frame["orders"], frame["last_day"], frame["interval"], strict=True)
    return dict(zip(keys, values, strict=True))


def _naive(rows, cycles, typical):
    days = defaultdict(set)
    for customer, category, day in rows:
        days[customer, category].add(day)
    result = {}
    for (customer, category), own in days.items():
        gaps = [b - a for a, b in pairwise(sorted(own))]
        around = cycles.get(category, typical)
        interval = math.nan
        if len(own) >= rhythm.CATEGORY_ORDERS:
            interval = median(gaps)
            if around is not None:
                interval = (len(gaps) * interval + 3 * around) / (len(gaps) + 3)
        result[customer, category] = (len(own), max(own), interval)
    return result


@given(_rows, _cycles, _typical)
def test_equals_the_naive_loop(rows, cycles, typical):
    """Days of one category must not count in another, nor those of one customer in another's;
    what is bought twice on a day is bought once."""
    found, expected = _found(rows, cycles, typical), _naive(rows, cycles, typical)
    assert found.keys() == expected.keys()
    for key, (orders, last_day, interval) in expected.items():
        assert found[key][:2] == (orders, last_day)
        assert found[key][2] == pytest.approx(interval, nan_ok=True)


@given(_rows, _cycles, _typical, st.randoms(use_true_random=False))
def test_order_and_company_do_not_matter(rows, cycles, typical, chance):
    """A customer graded alone must get what it gets among all, however its lines are read."""
    everybody = _found(rows, cycles, typical)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    alone = {}
    for customer in CUSTOMERS:
        own = [row for row in shuffled if row[0] == customer]
        alone |= _found(own, cycles, typical)
    assert alone.keys() == everybody.keys()
    for key, values in everybody.items():
        assert alone[key] == pytest.approx(values, nan_ok=True)


@given(_rows, st.integers(1, 400))
def test_cycle_of_the_category_pulls_the_own_rhythm(rows, cycle):
    """A cycle that somebody typed for a category stands for its population: the own rhythm comes
    nearer to it, the less is known the nearer, and never goes past it."""
    own = _found(rows, {}, None)
    pulled = _found(rows, dict.fromkeys(CATEGORIES, cycle), None)
    for key, (orders, _day, alone) in own.items():
        interval = pulled[key][2]
        if math.isnan(alone):
            assert math.isnan(interval)
        else:
            weight = (orders - 1) / (orders - 1 + rhythm.SHRINKAGE)
            assert min(alone, cycle) - 1e-9 <= interval <= max(alone, cycle) + 1e-9
            assert interval - cycle == pytest.approx(weight * (alone - cycle))


def test_typed_cycle_goes_before_the_measured_one():
    """Who types a cycle knows better than what few customers' orders say."""
    measured, typed = pd.Series({1: 20.0, 4: 50.0}), pd.Series({1: 90.0})
    rows = [(3, category, day) for category in (1, 4) for day in (0, 30, 60)]
    columns = np.array(rows, dtype=np.int64).T
    found = rhythm.Purchases(*columns).rhythms(typed.combine_first(measured), 10)
    assert found["interval"].tolist() == pytest.approx([(2 * 30 + 3 * 90) / 5, (60 + 3 * 50) / 5])
