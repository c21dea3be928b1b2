"""Sums and quotients whose last digits do not depend on the order of things."""

import numpy as np


def rounded(totals, digits):
    """Round sums of floats so that the order of summation cannot show: a sum that lies on half
    a digit but for its last bits is first brought back onto it."""
    return np.round(np.round(totals, digits + 4), digits)


def quotient(numerator, denominator):
    """Elementwise quotient; unknown where the denominator is not positive, or unknown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def ratio(numerator, denominator):
    """Elementwise quotient in percent, rounded to two digits: the value of metrics that divide one
    by another; NaN where :func:`quotient` does not know it.

    :param numerator, denominator: numbers or arrays, NaN for unknown
    """
    numerator, denominator = (np.asarray(x, dtype=float) for x in (numerator, denominator))
    return np.round(quotient(numerator, denominator) * 100, 2)
