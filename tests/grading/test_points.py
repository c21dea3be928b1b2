"""From a metric's value to points."""

import math
from fractions import Fraction

import numpy as np
import pytest
from grading import points
from grading.policy import Bands, Linear
from hypothesis import example, given
from hypothesis import strategies as st

AMOUNT = Bands((0.0, 1000.0, 5000.0), (10.0, 40.0, 90.0))
RECENCY = Bands((0.0, 30.0, 90.0), (100.0, 50.0, 0.0))

values_or_none = st.lists(
    st.one_of(st.just(math.nan), st.integers(-50, 50).map(lambda n: n / 4)), max_size=20
)


@pytest.mark.parametrize(
    ("value", "earned", "number"),
    [
        (-1e12, 10.0, 1),
        (0.0, 10.0, 1),
        (999.99, 10.0, 1),
        (1000.0, 40.0, 2),
        (np.nextafter(5000.0, 0.0), 40.0, 2),
        (5000.0, 90.0, 3),
        (1e12, 90.0, 3),
        (math.nan, math.nan, 0),
    ],
)
def test_value_on_a_bound_belongs_to_the_higher_band(value, earned, number):
    """Bands are closed on the left; the first is open below, the last above; unknown stays
    unknown and is no band at all."""
    assert points.points(AMOUNT, [value]).tolist() == [pytest.approx(earned, nan_ok=True)]
    assert points.band_number(AMOUNT, [value]).tolist() == [number]


def test_band_numbers_run_from_worst_to_best_when_fewer_is_better():
    """Recency 5 is the most recent fifth, not the one with the most days."""
    days = [0.0, 29.0, 30.0, 90.0, 400.0, math.nan]
    assert points.band_number(RECENCY, days).tolist() == [3, 3, 2, 1, 1, 0]


def test_bands_with_equal_points_share_a_number():
    """Who earns the same is not ranked apart."""
    bands = Bands((0.0, 10.0, 20.0, 30.0), (0.0, 50.0, 50.0, 100.0))
    assert points.band_number(bands, [5.0, 15.0, 25.0, 35.0]).tolist() == [1, 2, 2, 3]


def test_one_band_takes_everything():
    """No bound to search among is still a scale."""
    assert points.points(Bands((0.0,), (70.0,)), [-3.0, 3.0]).tolist() == [70.0, 70.0]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (Linear(0.0, 200.0), [0.0, 0.0, 25.0, 100.0, 100.0]),
        (Linear(200.0, 0.0), [100.0, 100.0, 75.0, 0.0, 0.0]),
    ],
)
def test_linear_is_flat_beyond_its_ends_in_both_directions(scale, expected):
    """Points never leave 0 to 100, whichever end is the better one."""
    assert points.points(scale, [-50.0, 0.0, 50.0, 200.0, 300.0]).tolist() == expected
    assert math.isnan(points.points(scale, [math.nan])[0])


@pytest.mark.parametrize("scale", [AMOUNT, Linear(-40.0, 7000.0)])
@given(values=st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=20))
def test_more_never_earns_less_on_a_rising_scale(scale, values):
    """Points are a function of the value alone, and monotone where the scale is."""
    values = sorted(values)
    earned = points.points(scale, values)
    assert (np.diff(earned) >= 0).all()
    assert points.points(scale, values[::-1]).tolist() == earned[::-1].tolist()
    assert (points.points(scale, [values[0]] * 3) == earned[0]).all()


@st.composite
def _falling(draw):
    bounds = sorted(draw(st.lists(st.integers(-400, 400), min_size=1, max_size=8, unique=True)))
    earned = draw(st.lists(st.integers(0, 100), min_size=len(bounds), max_size=len(bounds)))
    return Bands(tuple(map(float, bounds)), tuple(map(float, sorted(earned, reverse=True))))


@given(scale=_falling(), values=st.lists(st.integers(-500, 500), min_size=1, max_size=20))
def test_less_never_earns_less_on_a_falling_scale(scale, values):
    """The other direction; a bound belongs to the band that it opens, and so do equal values."""
    values = sorted(map(float, [*values, *scale.bounds]))
    earned = points.points(scale, values)
    assert (np.diff(earned) <= 0).all()
    assert len(set(zip(values, earned, strict=True))) == len(set(values))
    assert points.points(scale, scale.bounds).tolist() == list(scale.points)
    below = np.nextafter(scale.bounds[1:], -np.inf)
    assert points.points(scale, below).tolist() == list(scale.points[:-1])


def test_an_unknown_kind_of_scale_is_refused():
    """Silence would grade everybody with nothing."""
    with pytest.raises(TypeError, match="Unknown scale"):
        points.points((0, 100), [1.0])


def test_cuts_of_a_hand_computed_example():
    """Type 7 on 1, 2, 3, 4 cuts at 1.75; type 6 would cut at 1.25, type 5 at 1.5."""
    assert points.quantile_cuts([4.0, 2.0, math.nan, 1.0, 3.0], 4) == [1.75, 2.5, 3.25]


@given(values=values_or_none, count=st.integers(2, 10))
def test_cuts_are_type_7_quantiles(values, count):
    """Position (n - 1)·i/k between order statistics, in exact fractions; repeated ones stay, for
    they are counted."""
    known = sorted(Fraction(value) for value in values if not math.isnan(value))
    expected = []
    for i in range(1, count) if known else ():
        position = Fraction((len(known) - 1) * i, count)
        low = known[math.floor(position)]
        cut = low + (known[math.ceil(position)] - low) * (position % 1)
        expected.append(round(float(cut), 9))
    cuts = points.quantile_cuts(values, count)
    assert [round(cut, 9) for cut in cuts] == expected


@given(values=values_or_none, count=st.integers(2, 5))
@example(values=[0.0] * 9 + [1.0], count=5)
def test_cuts_used_as_bounds_score_one_plus_the_cuts_not_above(values, count):
    """``score = 1 + #{cuts ≤ value}``: ties share a score, unlike NTILE and rank-based qcut."""
    cuts = points.quantile_cuts(values, count)
    distinct, numbers = points.numbered(cuts, count)
    bands = Bands((-math.inf, *distinct), tuple(map(float, numbers)), tuple(numbers))
    expected = [0 if math.isnan(v) else 1 + sum(cut <= v for cut in cuts) for v in values]
    assert points.band_number(bands, values).tolist() == expected


def test_numbers_of_bands_go_before_their_points():
    """Bands 1 and 5 of five, the others empty: a segment that asks for 4 or 5 found nobody when
    the second band was number 2."""
    bands = Bands((0.0, 2.0), (20.0, 100.0), (1, 5))
    assert points.band_number(bands, [1.0, 2.0, math.nan]).tolist() == [1, 5, 0]
    assert points.band_count(bands) == 5
    retuned = Bands((0.0, 2.0), (70.0, 70.0), (1, 5))
    assert points.band_number(retuned, [1.0, 2.0]).tolist() == [1, 5]


@pytest.mark.parametrize("numbers", [(1,), (0, 1)])
def test_bad_numbers_are_refused(numbers):
    """A band without a number would be graded as unknown."""
    with pytest.raises(ValueError, match="number"):
        Bands((0.0, 2.0), (20.0, 100.0), numbers)
