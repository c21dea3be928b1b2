"""What a customer buys again, and what it may buy for the first time."""

from itertools import pairwise
from math import isclose

import numpy as np
import pytest
from grading import baskets
from hypothesis import given
from hypothesis import strategies as st

lines = st.lists(
    st.tuples(
        st.integers(-5, 40),
        st.integers(1, 12),
        st.sampled_from([-3.0, -1.0, 0.0, 0.5, 1.0, 2.0, 7.0]),
    ),
    max_size=80,
)


def _columns(rows):
    return [[row[column] for row in rows] for column in range(3)]


def _products(found):
    return [usual.product for usual in found]


def test_frequency_goes_before_anything_else():
    """Coffee on three of four days, tea on two, a cup once: the newest is not the likeliest."""
    days = [1, 2, 3, 3, 4, 4]
    found = baskets.usual(days, ["coffee", "coffee", "coffee", "tea", "tea", "cup"], [1] * 6)
    assert _products(found) == ["coffee", "tea", "cup"]
    coffee, tea, cup = found
    assert (coffee.count, coffee.days, coffee.last, coffee.habit) == (3, 4, 3, True)
    assert (tea.count, tea.habit) == (2, True)
    assert not cup.habit


def test_what_others_buy_again_breaks_ties():
    """Both were bought once, the machine last; who buys a machine does not buy a second one."""
    days, products = [1, 2], ["beans", "machine"]
    assert _products(baskets.usual(days, products, [1, 1])) == ["machine", "beans"]
    again = {"beans": 0.5, "machine": 0.01}
    assert _products(baskets.usual(days, products, [1, 1], again)) == ["beans", "machine"]


def test_who_has_ordered_little_has_habits_of_one():
    """Of a customer with three orders nothing would be ticked."""
    assert all(found.habit for found in baskets.usual([1, 2, 3], ["a", "b", "c"], [1, 1, 1]))


def test_quantity_is_the_usual_one():
    """One order for a party, ten times as large, is proposed for ever; or half a piece is."""
    days = range(1, 8)
    (found,) = baskets.usual(days, ["a"] * 7, [90, 90, 4, 5, 50, 5, 6])
    assert found.quantity == 5
    (found,) = baskets.usual([1, 2], ["a", "a"], [2, 3])
    assert found.quantity == 2
    # Two lines of one day are one purchase.
    (found,) = baskets.usual([1, 1], ["a", "a"], [2, 3])
    assert (found.count, found.quantity) == (1, 5)


def test_only_the_last_order_days_count():
    """What was given up years ago stays on the list, as it was bought so often then."""
    old, new = list(range(50)), list(range(100, 112))
    found = baskets.usual(old + new, ["old"] * 50 + ["new"] * 12, [1] * 62)
    assert _products(found) == ["new"]
    assert (found[0].count, found[0].days) == (12, 12)


def test_what_came_back_was_not_bought():
    """A wrong delivery that was returned is proposed again."""
    found = baskets.usual([1, 1, 2], ["wrong", "wrong", "right"], [5, -5, 1])
    assert _products(found) == ["right"]
    assert found[0].days == 1


def test_nothing_bought_is_nothing_proposed():
    assert baskets.usual([], [], []) == []
    assert baskets.profile([], []) == {}
    assert baskets.new_products({}, []) == []


@given(lines, st.dictionaries(st.integers(1, 12), st.floats(0, 1)))
def test_usual_products_of_anybody(rows, again):
    """Whatever was bought: no product twice, none that was not bought, never more than asked for,
    counts that fit the days, a quantity that was bought once, the same in any order."""
    found = baskets.usual(*_columns(rows), again)
    assert len({usual.product for usual in found}) == len(found) <= baskets.USUAL_SIZE
    for usual in found:
        assert 1 <= usual.count <= usual.days <= baskets.USUAL_DAYS
        assert usual.quantity > 0
        assert any(row[:2] == (usual.last, usual.product) and row[2] > 0 for row in rows)
    for before, after in pairwise(found):
        assert before.count >= after.count
        # What one would miss never stands below what one would not.
        assert before.habit >= after.habit
    assert baskets.usual(*_columns(rows[::-1]), again) == found


@given(lines, st.integers(1, 30))
def test_longer_lists_begin_like_shorter_ones(rows, size):
    """On the dialog, which shows more, other products come first than in the message."""
    assert baskets.usual(*_columns(rows), size=30)[:size] == baskets.usual(
        *_columns(rows), size=size
    )


def test_repeat_shares_by_hand():
    """(30 + 100 · 0.1) / (100 + 100) = 0.2: of all chances, 40 of 400 were taken."""
    shares = baskets.repeat_shares([30, 10, 0], [100, 200, 100])
    assert shares.tolist() == pytest.approx([0.2, 20 / 300, 10 / 200])
    assert baskets.repeat_shares([0], [0]).tolist() == [0.0]


def test_affinity_by_hand():
    """Ten have both; they first bought the other product 6 times weighted; 40 and 90 buyers:
    6 / (40^0.9 · 90^0.1) · 10 / 30. Four customers in common say nothing."""
    kept, scores = baskets.affinities([1, 1], [2, 3], [10, 4], [6, 4], [40, 40], [90, 5])
    assert kept.tolist() == [0]
    power, other = baskets.OWN_POWER, baskets.OTHER_POWER
    assert scores[0] == pytest.approx(6 / (40**power * 90**other) * 10 / 30)


def test_affinities_are_few_and_in_order():
    """A table that grows with the square of the catalogue."""
    size = 3 * baskets.KEPT
    product = np.repeat([7, 3], size)
    other = np.tile(np.arange(100, 100 + size), 2)
    weight = np.tile(np.arange(size, 0, -1), 2)
    same = np.full(2 * size, 50)
    kept, scores = baskets.affinities(product, other, same, weight, same, same)
    assert product[kept].tolist() == [3] * baskets.KEPT + [7] * baskets.KEPT
    assert (np.diff(scores[: baskets.KEPT]) <= 0).all()
    assert other[kept[: baskets.KEPT]].tolist() == list(range(100, 100 + baskets.KEPT))


def test_profile_by_hand():
    """Coffee on two days, last one order day ago: √2 · 0.95; the others once, today."""
    weights = baskets.profile([1, 5, 9, 9, 5], ["a", "a", "b", "c", "a"])
    assert weights == {"a": pytest.approx(2**0.5 * baskets.FADING), "b": 1.0, "c": 1.0}


def test_new_products_say_why():
    """Two products that point to the same one add up; the stronger of them is named."""
    weights = {1: 1.0, 2: 0.5}
    rows = [(1, 9, 0.2), (2, 9, 0.6), (1, 8, 0.4), (1, 2, 0.9), (3, 7, 0.9), (2, 6, 0.9)]
    assert baskets.new_products(weights, rows, excluded={6}) == [(9, 2), (8, 1)]


pairs = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 20), st.floats(0, 1)), max_size=60)


@given(st.dictionaries(st.integers(1, 9), st.floats(0.01, 1)), pairs, st.sets(st.integers(1, 20)))
def test_new_products_of_anybody(weights, rows, excluded):
    """Nothing that the customer has, nothing excluded, nothing without a reason of its own."""
    found = baskets.new_products(weights, rows, excluded, size=50)
    assert len({product for product, _why in found}) == len(found)
    for product, why in found:
        assert product not in weights and product not in excluded
        assert why in weights
        assert any(row[:2] == (why, product) for row in rows)
    again = baskets.new_products(weights, rows[::-1], excluded, size=50)
    totals = {}
    for product, other, score in rows:
        totals[other] = totals.get(other, 0.0) + weights.get(product, 0.0) * score
    # Sums of the same parts in another order may differ in the last digit.
    assert {product for product, _why in again} == {product for product, _why in found}
    for (left, _), (right, _) in zip(found, again, strict=True):
        assert isclose(totals[left], totals[right], abs_tol=1e-9)
