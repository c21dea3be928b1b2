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
    """Band numbers 1…k, the band with the most points being k (as RFM scores are written);
    bands with equal points share a number; 0 where the value is unknown."""
    ranks = np.unique(np.asarray(bands.points, dtype=float), return_inverse=True)[1] + 1
    index = band_index(bands, values)
    return np.where(index < 0, 0, ranks[index])


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
    """Bounds of ``count`` equally filled bands, proposed from known values.

    Linear interpolation between order statistics (Hyndman & Fan type 7). Ties may leave fewer
    distinct cuts than asked for: equal values are never split.

    :return: sorted list of at most ``count - 1`` distinct floats
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.arange(1, count) / count)
    # A cut at the minimum would leave the band below it empty.
    return [float(cut) for cut in np.unique(cuts) if cut > known.min()]
