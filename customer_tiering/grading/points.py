"""From a metric's value to points (0–100) and band numbers.

A customer exactly on a bound belongs to the higher band; equal values always get equal points.
"""

from functools import singledispatch

import numpy as np

from .policy import Bands, Linear


def band_index(bands, values):
    """Position of each value's band, counted from the lowest; -1 where the value is unknown."""
    values = np.asarray(values, dtype=float)
    index = np.searchsorted(np.asarray(bands.bounds[1:], dtype=float), values, side="right")
    return np.where(np.isnan(values), -1, index)


def band_number(bands, values):
    """Band numbers 1…k, the best band being k (as RFM scores are written); 0 where the value is
    unknown. They are those of the bands, or else follow the points: the band with the most is k,
    bands with equal points share a number."""
    numbers = np.asarray(bands.numbers, dtype=np.int64)
    if not bands.numbers:
        numbers = np.unique(np.asarray(bands.points, dtype=float), return_inverse=True)[1] + 1
    index = band_index(bands, values)
    return np.where(index < 0, 0, numbers[index])


def band_count(bands):
    """How many band numbers there are: the highest that :func:`band_number` gives."""
    return int(band_number(bands, bands.bounds).max())


@singledispatch
def points(scale, values):
    """Points 0–100 for an array of values, NaN where the value is NaN."""
    raise TypeError(f"Unknown scale {scale!r}")


@points.register
def _(scale: Bands, values):
    index = band_index(scale, values)
    return np.where(index < 0, np.nan, np.asarray(scale.points, dtype=float)[index])


@points.register
def _(scale: Linear, values):
    values = np.asarray(values, dtype=float)
    share = (values - scale.zero) / (scale.full - scale.zero)
    return np.round(np.clip(share, 0.0, 1.0) * 100, 2)


def quantile_cuts(values, count):
    """Cuts that divide known values into ``count`` parts as equal as they can be.

    Linear interpolation between order statistics (Hyndman & Fan type 7).

    :return: rising list of ``count - 1`` floats, equal ones where many values are equal; empty
        where nothing is known
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return []
    return np.quantile(known, np.arange(1, count) / count).tolist()


def numbered(cuts, count, direction="high"):
    """Bands between cuts, of which some may be equal.

    ``number = 1 + #{cuts ≤ value}``, so that a repeated cut leaves out the numbers of the bands
    that are empty for it; with ``low``, where less is better, ``count − #{cuts ≤ value}``.

    :param cuts: rising floats, ``count - 1`` of them or none
    :return: (the distinct cuts, rising; the numbers of the bands from the lowest values on, one
        more)
    """
    distinct, repeats = np.unique(np.asarray(cuts, dtype=float), return_counts=True)
    below = [0, *np.cumsum(repeats).tolist()]
    numbers = [count - n if direction == "low" else 1 + n for n in below]
    return distinct.tolist(), numbers


def number_points(number, count):
    """Points of a band by its number: ``100 · number / count``, rounded to 2 digits."""
    return round(100 * number / count, 2)
