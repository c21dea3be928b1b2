"""What would have to change for a score: from missing points back to a metric's value."""

from functools import singledispatch

import numpy as np

from . import points
from .policy import Bands, Linear


def shares(earned, weights):
    """How much each indicator adds to the score: ``p·w / Σ w`` over the known ones.

    :param earned: list of float arrays, points of one indicator each, NaN for unknown
    :param weights: one non-negative number per indicator
    :return: list of float arrays; they sum to the score, NaN where the points are unknown
    """
    known = _known_weight(earned, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return [
            np.round(np.where(known > 0, column * weight / known, np.nan), 4)
            for column, weight in zip(earned, weights, strict=True)
        ]


def levers(indicators, values, earned, score, target):
    """For each indicator the value that would lift the score to its target all by itself.

    :param indicators: sequence of ``policy.Indicator``
    :param values: frame of metric values
    :param earned: list of float arrays as for :func:`shares`
    :param score, target: float arrays, NaN for unknown or nothing to reach
    :return: list of float arrays, NaN where the indicator alone cannot do it. Of a rising scale
        the value is the least one that is enough, of a falling one the value to stay below (bands)
        or the largest one (straight line)
    """
    weights = [indicator.weight for indicator in indicators]
    known = _known_weight(earned, weights)
    result = []
    for indicator, column in zip(indicators, earned, strict=True):
        need = np.full(len(score), np.nan)
        if indicator.weight > 0:
            need = column + (target - score) * known / indicator.weight
        need[~(need <= 100)] = np.nan
        result.append(value_for(indicator.scale, values[indicator.metric].to_numpy(), need))
    return result


def _known_weight(earned, weights):
    size = len(earned[0]) if earned else 0
    known = np.zeros(size)
    for column, weight in zip(earned, weights, strict=True):
        known += ~np.isnan(column) * weight
    return known


@singledispatch
def value_for(scale, values, need):
    """The value nearest to the present one that earns the points needed; NaN for none."""
    raise TypeError(f"Unknown scale {scale!r}")


@value_for.register
def _(scale: Bands, values, need):
    index = points.band_index(scale, values)
    result = np.full(len(values), np.nan)
    for band in reversed(range(len(scale.points) - 1)):
        found = np.isnan(result) & (band < index) & (scale.points[band] >= need)
        result[found] = scale.bounds[band + 1]
    # A higher value goes before a lower one where both would do: more is asked for.
    for band in reversed(range(1, len(scale.points))):
        found = (band > index) & (index >= 0) & (scale.points[band] >= need)
        result[found] = scale.bounds[band]
    return result


@value_for.register
def _(scale: Linear, values, need):
    return np.where(np.isnan(values), np.nan, scale.zero + need / 100 * (scale.full - scale.zero))
