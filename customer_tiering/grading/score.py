"""The composite score and RFM segments."""

import numpy as np


def composite(points, weights):
    """``S = Σ w·p / Σ w`` over the indicators whose points are known.

    :param points: array (customers × indicators), NaN where unknown
    :param weights: one non-negative number per indicator
    :return: (score 0–100, NaN when nothing with weight is known; coverage = known share of
        the weights, 0–1)
    """
    weights = np.asarray(weights, dtype=float)
    points = np.asarray(points, dtype=float).reshape(-1, len(weights))
    weighted, weight = np.zeros(len(points)), np.zeros(len(points))
    # Column by column: a matrix product sums in an order that depends on the number of rows,
    # and a customer's score must not depend on who else is graded.
    for column, factor in zip(points.T, weights, strict=True):
        known = ~np.isnan(column)
        weighted += np.where(known, column, 0.0) * factor
        weight += known * factor
    total = weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(weight > 0, weighted / weight, np.nan)
    coverage = weight / total if total > 0 else np.zeros(len(points))
    return np.round(score, 2), np.round(coverage, 4)


def rfm_axes(r, f, m, mode):
    """What the bounds of RFM segments are compared with: axis → array of numbers.

    Either the three band numbers, or R and the mean of F and M rounded half up, which takes the
    place of F (the two-dimensional grid in which R × F × M is often drawn).

    :param mode: ``three`` or ``mean``
    """
    return {"r": r, "f": (f + m + 1) // 2} if mode == "mean" else {"r": r, "f": f, "m": m}


def segment_ids(segments, r, f, m, mode="three"):
    """Id of the first RFM segment whose box holds the band numbers; 0 for none or unknown.

    :param segments: sequence of ``policy.Segment`` in order
    :param mode: see :func:`rfm_axes`
    """
    result = np.zeros(len(r), dtype=np.int64)
    known = (r > 0) & (f > 0) & (m > 0)
    axes = rfm_axes(r, f, m, mode)
    for segment in reversed(segments):
        inside = known.copy()
        for axis, numbers in axes.items():
            low, high = getattr(segment, axis)
            inside &= (numbers >= low) & (numbers <= high)
        result[inside] = segment.id
    return result
