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


def segment_ids(segments, r, f, m):
    """Id of the first RFM segment whose box holds the band numbers; 0 for none or unknown.

    :param segments: sequence of ``policy.Segment`` in order
    """
    result = np.zeros(len(r), dtype=np.int64)
    known = (r > 0) & (f > 0) & (m > 0)
    for segment in reversed(segments):
        inside = known.copy()
        for numbers, (low, high) in ((r, segment.r), (f, segment.f), (m, segment.m)):
            inside &= (numbers >= low) & (numbers <= high)
        result[inside] = segment.id
    return result
