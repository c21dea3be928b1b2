"""From missing points back to a value, and what each indicator adds to a score."""

import math

import numpy as np
import pytest
from grading import levers
from grading.policy import Bands, Linear

nan = pytest.approx(math.nan, nan_ok=True)
RISING = Bands((0, 100, 500), (0, 50, 100))
FALLING = Bands((0, 30, 90), (100, 50, 0))
VALLEY = Bands((0, 10, 20), (100, 0, 100))


@pytest.mark.parametrize(
    ("scale", "value", "need", "wanted"),
    [
        (RISING, 20.0, 30.0, 100.0),
        (RISING, 20.0, 50.0, 100.0),
        (RISING, 20.0, 50.1, 500.0),
        (RISING, 20.0, 100.1, nan),
        (RISING, math.nan, 50.0, nan),
        (FALLING, 200.0, 10.0, 90.0),
        (FALLING, 200.0, 60.0, 30.0),
        (FALLING, 45.0, 60.0, 30.0),
        # More is asked for rather than less, where both would do.
        (VALLEY, 15.0, 60.0, 20.0),
        (Linear(0, 200), 20.0, 75.0, 150.0),
        (Linear(100, 0), 80.0, 75.0, 25.0),
        (Linear(0, 200), math.nan, 75.0, nan),
    ],
)
def test_value_that_earns_the_points_needed(scale, value, need, wanted):
    """The nearest band that is enough, reached from where the customer stands."""
    assert levers.value_for(scale, np.array([value]), np.array([need])).tolist() == [wanted]


def test_shares_are_those_of_the_known_weights():
    """(2·50 + 1·80) / 3 = 33.33 + 26.67: the unknown third one adds nothing and takes nothing."""
    earned = [np.array([50.0]), np.array([80.0]), np.array([math.nan])]
    first, second, third = levers.shares(earned, [2.0, 1.0, 5.0])
    assert (first[0], second[0], third[0]) == (33.3333, 26.6667, nan)
