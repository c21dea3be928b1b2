"""Weights from comparing pairs."""

import math
from itertools import combinations

import numpy as np
import pytest
from grading import ahp
from hypothesis import assume, given
from hypothesis import strategies as st

# Saaty 2008, table 3: relative consumption of drinks in the USA.
DRINKS = ("coffee", "wine", "tea", "beer", "soda", "milk", "water")
DRINK_RATIOS = [
    *(9, 5, 2, 1, 1, 1 / 2),
    *(1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9),
    *(1 / 3, 1 / 4, 1 / 3, 1 / 9),
    *(1 / 2, 1, 1 / 3),
    *(2, 1 / 2),
    1 / 3,
]

_weights = st.lists(st.floats(0.01, 100), min_size=1, max_size=10).map(np.array)
_steps = st.sampled_from(ahp.STEPS.tolist())


@st.composite
def _judgements(draw, min_size=1, max_size=10):
    size = draw(st.integers(min_size, max_size))
    pairs = size * (size - 1) // 2
    steps = draw(st.lists(_steps, min_size=pairs, max_size=pairs))
    return ahp.matrix(size, [ahp.ratio(step) for step in steps])


def _consistent(weights):
    return weights[:, None] / weights


def test_published_example():
    """Saaty's drinks: the numbers a reader can look up."""
    weights, ratio = ahp.weigh(ahp.matrix(len(DRINKS), DRINK_RATIOS))
    assert np.round(weights, 3).tolist() == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(ratio, 3) == 0.022


def test_ratio_by_hand():
    """Three items in a circle, each twice the next: the weights are equal, and the eigenvalue is
    1 + 2 + 1/2, so CI = (3.5 − 3) / 2 and CR = 0.25 / 0.52."""
    weights, ratio = ahp.weigh([[1, 2, 0.5], [0.5, 1, 2], [2, 0.5, 1]])
    assert weights == pytest.approx([1 / 3] * 3)
    assert ratio == pytest.approx(0.25 / 0.52)


@given(_weights)
def test_comparisons_that_agree_give_their_weights_back(weights):
    """``a[i, j] = w[i] / w[j]`` gives w, and nothing contradicts."""
    found, ratio = ahp.weigh(_consistent(weights))
    np.testing.assert_allclose(found, weights / weights.sum(), rtol=1e-6)
    assert ratio == pytest.approx(0, abs=1e-8)
    assert ahp.contradiction(_consistent(weights)) is None


@given(_judgements(), st.randoms(use_true_random=False))
def test_order_of_the_items_does_not_matter(comparisons, random):
    """Dragging an indicator to another row must not change any weight."""
    order = list(range(len(comparisons)))
    random.shuffle(order)
    weights, ratio = ahp.weigh(comparisons)
    moved, moved_ratio = ahp.weigh(comparisons[np.ix_(order, order)])
    np.testing.assert_allclose(moved, weights[order], rtol=1e-6)
    assert moved_ratio == pytest.approx(ratio, abs=1e-8)


@given(_judgements())
def test_weights_are_positive_and_sum_to_one(comparisons):
    """However contradictory the answers, every indicator keeps a share; and answering all the
    other way round is just as consistent."""
    weights, ratio = ahp.weigh(comparisons)
    assert (weights > 0).all()
    assert weights.sum() == pytest.approx(1)
    assert ratio >= 0
    assert ahp.weigh(comparisons.T)[1] == pytest.approx(ratio, abs=1e-8)


@pytest.mark.parametrize("step", ahp.STEPS.tolist())
def test_two_items(step):
    """Two items never contradict each other, and share as compared."""
    comparisons = ahp.matrix(2, [ahp.ratio(step)])
    weights, ratio = ahp.weigh(comparisons)
    assert weights[0] / weights[1] == pytest.approx(ahp.ratio(step))
    assert ratio == 0
    assert ahp.contradiction(comparisons) is None


@pytest.mark.parametrize(
    ("comparisons", "message"),
    [
        (np.ones((2, 3)), "square"),
        (np.ones(4), "square"),
        (np.ones((0, 0)), "1 to 10"),
        (np.ones((11, 11)), "1 to 10"),
        ([[1, 0], [0, 1]], "positive"),
        ([[1, -2], [-0.5, 1]], "positive"),
        ([[1, math.nan], [math.nan, 1]], "positive"),
        ([[1, math.inf], [0, 1]], "positive"),
        ([[1, 2], [2, 1]], "reciprocal"),
        ([[2, 1], [1, 1]], "reciprocal"),
    ],
)
def test_refused(comparisons, message):
    """Weights of such a matrix would look plausible and mean nothing."""
    with pytest.raises(ValueError, match=message):
        ahp.weigh(comparisons)
    with pytest.raises(ValueError, match=message):
        ahp.contradiction(comparisons)


def test_pairs_are_complete():
    """A missing comparison must not silently count as “equal”."""
    with pytest.raises(ValueError, match="3 pairs"):
        ahp.matrix(3, [1, 2])


@pytest.mark.parametrize(
    ("value", "step"),
    [
        (1, 0),
        (2, -1),
        (1 / 2, 1),
        (9, -8),
        (1 / 9, 8),
        (1000, -8),
        (0.001, 8),
        (1.4, 0),
        (1.5, -1),
        (5 / 3, -1),
        (2 / 5, 2),
    ],
)
def test_nearest_step(value, step):
    """The scale stands for proportions: between 1 and 2 the border is √2, not 1.5."""
    assert ahp.nearest_step(value) == step


@given(_steps)
def test_scale_goes_both_ways(step):
    """+k says of the right one what −k says of the left one; each step finds itself again."""
    assert ahp.ratio(step) * ahp.ratio(-step) == pytest.approx(1)
    assert ahp.nearest_step(ahp.ratio(step)) == step


@given(st.floats(0.001, 1000))
def test_nearest_step_of_the_reciprocal(value):
    """Comparing the other way round mirrors the slider."""
    assert ahp.nearest_step(1 / value) == -ahp.nearest_step(value)


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=10))
def test_prefilled_steps_hardly_move_the_weights(weights):
    """Opening and confirming untouched: on the scale each comparison is at most √2 off, so no two
    weights drift apart by more than 2, and the dialog does not begin with a warning."""
    weights = np.array(weights)
    assume(weights.max() / weights.min() <= 9)
    steps = ahp.steps_of(weights)
    assert len(steps) == len(weights) * (len(weights) - 1) // 2
    found, ratio = ahp.weigh(ahp.matrix(len(weights), [ahp.ratio(step) for step in steps]))
    ratios = found * weights.sum() / weights
    assert ratios.max() / ratios.min() <= 2.0001
    assert ratio < ahp.MAX_RATIO


@given(
    st.lists(st.sampled_from([1, 2, 3]), min_size=4, max_size=10).map(np.array),
    st.data(),
)
def test_spoilt_comparison_is_found(weights, data):
    """One slider dragged to the wrong end among comparisons that agree: it is named, together
    with the step that it had."""
    comparisons = _consistent(weights.astype(float))
    first, second = data.draw(st.sampled_from(list(combinations(range(len(weights)), 2))))
    # The far end of the scale: nine times off or more.
    wrong = 9.0 if weights[first] <= weights[second] else 1 / 9
    comparisons[first, second], comparisons[second, first] = wrong, 1 / wrong
    step = ahp.nearest_step(weights[first] / weights[second])
    assert ahp.contradiction(comparisons) == (first, second, step)


def test_contradiction_among_three():
    """All three pairs are equally far off; the first is named and mends it all."""
    comparisons = ahp.matrix(3, [2.0, 1 / 2, 2.0])
    assert ahp.contradiction(comparisons) == (0, 1, 3)
    assert ahp.weigh(ahp.matrix(3, [1 / 4, 1 / 2, 2.0]))[1] == pytest.approx(0, abs=1e-8)


def test_contradiction_beyond_the_scale():
    """9 × 9 does not fit on the scale: “9 instead of 9” would be no advice, so another of the
    three is named."""
    assert ahp.contradiction(ahp.matrix(3, [9.0, 9.0, 9.0])) == (0, 1, 0)


@given(_judgements(min_size=3))
def test_advice_is_another_step(comparisons):
    """What the warning proposes is never what is there already."""
    found = ahp.contradiction(comparisons)
    if found:
        assert found.first < found.second
        assert found.step != ahp.nearest_step(comparisons[found.first, found.second])
        assert found.step in ahp.STEPS


@given(_weights)
def test_percentages(weights):
    """33.33 three times is 99.99: the missing hundredth is given to one of them."""
    result = ahp.percentages(weights)
    assert sum(round(share * 100) for share in result) == 10000
    for share, weight in zip(result, weights / weights.sum() * 100, strict=True):
        assert share == round(share, 2)
        assert abs(share - weight) < 0.01 + 1e-9


def test_percentages_of_thirds():
    """Of equal remainders the first is served, always the same."""
    assert ahp.percentages([1, 1, 1]) == [33.34, 33.33, 33.33]
