"""Weights from comparing pairs: the analytic hierarchy process (AHP).

A matrix ``a`` holds in ``a[i, j]`` how many times as important item i is as item j, so that
``a[j, i] = 1 / a[i, j]``. Source: T. L. Saaty, *The Analytic Hierarchy Process*, McGraw-Hill 1980;
*Decision making with the analytic hierarchy process*, Int. J. Services Sciences 1 (2008).
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np

# Mean CI of random matrices of size 3…10.
RANDOM_INDEX = dict(
    zip(range(3, 11), (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49), strict=True)
)
MAX_SIZE = max(RANDOM_INDEX)
# Saaty: from here on the judgements should be thought over again.
MAX_RATIO = 0.10
# A step k of the scale −8…8 says that the second of two items is k + 1 times as important as the
# first one; −k says it of the first one.
STEPS = np.arange(-8, 9)


class Contradiction(NamedTuple):
    """The comparison of items ``first`` and ``second`` and the step that the others ask for."""

    first: int
    second: int
    step: int


def ratio(step):
    """Importance of the first item divided by that of the second, 9 to 1/9, for a step."""
    return 1 / (step + 1) if step > 0 else float(1 - step)


_LOG_RATIOS = np.log([ratio(step) for step in STEPS])


def nearest_step(value):
    """The step whose ratio is nearest to a positive one, in proportion: 1/x is −(that of x)."""
    distance = np.round(np.abs(_LOG_RATIOS - np.log(value)), 9)
    # Of two equally near ones the milder, so that both directions agree.
    return int(min(zip(distance, np.abs(STEPS), STEPS, strict=True))[2])


def matrix(size, ratios):
    """The full matrix from its upper triangle, read by rows.

    :raise ValueError: not one ratio per pair
    """
    upper = np.triu_indices(size, 1)
    if len(ratios) != len(upper[0]):
        raise ValueError(f"{size} items have {len(upper[0])} pairs, not {len(ratios)}")
    result = np.ones((size, size))
    result[upper] = ratios
    result.T[upper] = 1 / np.asarray(ratios, dtype=float)
    return result


def weigh(comparisons):
    """Weights of the items and how far the comparisons contradict each other.

    The weights w are the principal eigenvector, ``a w = λmax w``, normalised to sum 1.
    ``CI = (λmax − n) / (n − 1)``, ``CR = CI / RI`` with the random index RI of Saaty 2008. Two
    items cannot contradict each other: CR 0.

    :param comparisons: matrix n × n
    :return: (weights, array of n; consistency ratio CR ≥ 0)
    :raise ValueError: not square, not positive, not reciprocal, empty or larger than 10
    """
    comparisons = _checked(comparisons)
    size = len(comparisons)
    weights, eigenvalue = _principal(comparisons)
    if size < 3:
        return weights, 0.0
    index = (eigenvalue - size) / (size - 1)
    # λmax ≥ n but for the last digits of a consistent matrix.
    return weights, max(0.0, index / RANDOM_INDEX[size])


def contradiction(comparisons):
    """The comparison that contradicts the others most and can be mended on the scale.

    That is the pair with the largest of ``a[i, j] / (w[i] / w[j])`` and its reciprocal (Saaty); of
    equal ones (three items all have the same) the first. What would fit is the ratio of the
    weights that the other comparisons give alone: without ``a[i, j]`` and ``a[j, i]``, and with 1
    more on the diagonal of i and j for it (P. T. Harker, *Incomplete pairwise comparisons in the
    analytic hierarchy process*, Mathematical Modelling 9, 1987).

    :param comparisons: matrix n × n
    :return: ``Contradiction`` or None when no pair would be better with another step
    :raise ValueError: as ``weigh``
    """
    comparisons = _checked(comparisons)
    weights, _ratio = weigh(comparisons)
    error = np.round(np.abs(np.log(comparisons * weights / weights[:, None])), 9)
    pairs = sorted(combinations(range(len(weights)), 2), key=lambda pair: -error[pair])
    for first, second in pairs:
        if not error[first, second] or len(weights) < 3:
            break
        step = nearest_step(_ratio_without(comparisons, first, second))
        if step != nearest_step(comparisons[first, second]):
            return Contradiction(first, second, step)
    return None


def steps_of(weights):
    """Steps, by pairs in the order of the upper triangle, that come nearest to given weights.

    :param weights: positive numbers
    """
    return [nearest_step(first / second) for first, second in combinations(weights, 2)]


def percentages(weights):
    """Weights as percentages of 2 decimals that sum up to 100.

    Rounded down to hundredths; what is then missing goes to the largest remainders.
    """
    exact = np.asarray(weights, dtype=float) / np.sum(weights) * 10000
    hundredths = np.floor(exact).astype(int)
    missing = 10000 - hundredths.sum()
    # Stable, so that of equal remainders the first is served.
    for position in np.argsort(hundredths - exact, kind="stable")[:missing]:
        hundredths[position] += 1
    return [int(number) / 100 for number in hundredths]


def _checked(comparisons):
    comparisons = np.asarray(comparisons, dtype=float)
    if comparisons.ndim != 2 or comparisons.shape[0] != comparisons.shape[1]:
        raise ValueError("a matrix of comparisons is square")
    if not 1 <= len(comparisons) <= MAX_SIZE:
        raise ValueError(f"1 to {MAX_SIZE} items can be compared, not {len(comparisons)}")
    if not (np.isfinite(comparisons) & (comparisons > 0)).all():
        raise ValueError("comparisons are positive")
    if not np.allclose(comparisons * comparisons.T, 1):
        raise ValueError("comparisons of both directions are not the reciprocals of each other")
    return comparisons


def _principal(comparisons):
    """The principal eigenvector of a non-negative matrix, normalised to sum 1, and λmax."""
    values, vectors = np.linalg.eig(comparisons)
    position = values.real.argmax()
    # One sign throughout (Perron, Frobenius), but not always plus.
    weights = np.abs(vectors[:, position].real)
    return weights / weights.sum(), float(values.real[position])


def _ratio_without(comparisons, first, second):
    rest = comparisons.copy()
    rest[first, second] = rest[second, first] = 0
    rest[first, first] = rest[second, second] = 2
    weights, _value = _principal(rest)
    return weights[first] / weights[second]
