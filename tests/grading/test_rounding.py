"""Quotients of what may be unknown."""

from math import isnan, nan

import numpy as np
from grading.rounding import ratio


def test_ratio_in_percent():
    assert ratio(1.0, 3.0) == 33.33
    assert ratio(np.array([1.0, 5.0]), np.array([8.0, 2.0])).tolist() == [12.5, 250]


def test_ratio_is_unknown_where_one_side_is():
    """A ratio to nothing is no number, and a metric without a value meets no condition."""
    for numerator, denominator in ((5.0, 0.0), (5.0, -1.0), (nan, 1.0), (1.0, nan)):
        assert isnan(ratio(numerator, denominator))
