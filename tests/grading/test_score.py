"""The composite score and the RFM segments."""

import math

import numpy as np
import pytest
from grading import score
from grading.policy import Segment
from hypothesis import given
from hypothesis import strategies as st

_points = st.one_of(st.just(math.nan), st.integers(0, 10_000).map(lambda n: n / 100))


@st.composite
def _rows_and_weights(draw):
    size = draw(st.integers(1, 5))
    row = st.lists(_points, min_size=size, max_size=size)
    weights = st.lists(st.sampled_from([0.0, 0.1, 1, 3, 40]), min_size=size, max_size=size)
    return np.array(draw(st.lists(row, min_size=1, max_size=6))), draw(weights)


@pytest.mark.parametrize(
    ("earned", "weights", "expected", "coverage"),
    [
        ([80.0, 50.0, 10.0], [3, 1, 4], 41.25, 1.0),
        ([80.0, 50.0, math.nan], [3, 1, 4], 72.5, 0.5),
        ([math.nan, 0.0, math.nan], [3, 1, 4], 0.0, 0.125),
        ([100.0, 100.0, 0.0], [1, 1, 1], 66.67, 1.0),
        ([math.nan] * 3, [3, 1, 4], math.nan, 0.0),
        ([90.0, math.nan, math.nan], [0, 1, 4], math.nan, 0.0),
        ([90.0, 80.0, 70.0], [0, 0, 0], math.nan, 0.0),
    ],
)
def test_score_is_the_mean_of_what_is_known_weighted_anew(earned, weights, expected, coverage):
    """``S = Σ w·p / Σ w`` over known indicators; the missing share shows in the coverage, and
    nothing known is unknown, not 0."""
    total, covered = score.composite([earned], weights)
    assert total.tolist() == [pytest.approx(expected, nan_ok=True)]
    assert covered.tolist() == [coverage]


@given(_rows_and_weights())
def test_score_lies_between_the_lowest_and_the_highest_points(case):
    """So within 0 to 100, never above the best indicator."""
    rows, weights = case
    total, coverage = score.composite(rows, weights)
    assert ((coverage >= 0) & (coverage <= 1)).all()
    for row, value in zip(rows, total, strict=True):
        known = [p for p, w in zip(row, weights, strict=True) if w > 0 and not math.isnan(p)]
        if known:
            assert min(known) - 0.01 <= value <= max(known) + 0.01
            assert 0 <= value <= 100
        else:
            assert math.isnan(value)


@given(_rows_and_weights(), st.sampled_from([0.01, 3, 1000]))
def test_only_the_proportion_of_the_weights_matters(case, factor):
    """3 : 1 and 75 % : 25 % are the same programme (up to a rounded half)."""
    rows, weights = case
    for one, other in zip(
        score.composite(rows, weights),
        score.composite(rows, [weight * factor for weight in weights]),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=0, atol=0.0101)


@pytest.mark.parametrize("size", [2, 3, 8, 37])
def test_equal_customers_score_equal_wherever_they_stand(size):
    """A matrix product may sum a row differently with its position and with the number of rows;
    40.835 then becomes 40.83 for one customer and 40.84 for another."""
    for row, weights in (([66.67, 15.0], [0.1, 0.1]), ([3.37, 11.7, 59.18], [1, 1, 20])):
        alone = score.composite([row], weights)[0][0]
        assert score.composite([row] * size, weights)[0].tolist() == [alone] * size


CHAMPIONS = Segment(71, r=(4, 5), f=(4, 5), m=(4, 5))
LOYAL = Segment(72, r=(2, 5), f=(3, 5), m=(1, 5))
RECENT = Segment(73, r=(5, 5), f=(1, 5), m=(1, 5))


@pytest.mark.parametrize(
    ("r", "f", "m", "segment"),
    [
        (5, 5, 5, 71),
        (4, 4, 4, 71),
        (3, 4, 4, 72),
        (2, 3, 1, 72),
        (5, 2, 1, 73),
        (1, 1, 1, 0),
        (0, 5, 5, 0),
        (5, 0, 5, 0),
        (5, 5, 0, 0),
    ],
)
def test_first_segment_whose_box_holds_all_three_numbers_wins(r, f, m, segment):
    """Boxes overlap and their bounds are inclusive; a customer with an unknown number is in no
    segment, not in the worst one."""
    numbers = (np.array([number]) for number in (r, f, m))
    assert score.segment_ids((CHAMPIONS, LOYAL, RECENT), *numbers).tolist() == [segment]


def test_unknown_numbers_stay_out_of_a_box_that_starts_at_zero():
    """0 means unknown, whatever the box says."""
    everyone = Segment(71, (0, 5), (0, 5), (0, 5))
    r, f, m = np.array([[0, 5, 5, 5], [5, 0, 5, 5], [5, 5, 0, 5]])
    assert score.segment_ids((everyone,), r, f, m).tolist() == [0, 0, 0, 71]
