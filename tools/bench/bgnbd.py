"""The BG/NBD model, to compare with: orders come at random, at a rate of each customer's own, and
after each of them some stay away for good (Fader, Hardie & Lee, *Marketing Science* 24 (2005))."""

import math

import numpy as np

_lgamma = np.vectorize(math.lgamma, otypes=[float])
STEPS = 600


def fit(orders, last, observed):
    """The four parameters with the highest likelihood.

    :param orders: number of orders after the first, per customer
    :param last: days from the first to the last order
    :param observed: days from the first order to the as-of day
    :return: (r, alpha, a, b)
    """
    # Many have the same numbers.
    rows, weights = np.unique(np.stack([orders, last, observed], 1), axis=0, return_counts=True)
    found = _smallest(lambda logs: -_likelihood(np.exp(logs), *rows.T, weights), np.zeros(4))
    return np.exp(found)


def _likelihood(parameters, x, last, observed, weights):
    r, alpha, a, b = parameters
    if parameters.max() > 1e4 or parameters.min() < 1e-4:
        return -np.inf
    start = _lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
    start += math.lgamma(a + b) + _lgamma(b + x) - math.lgamma(b) - _lgamma(a + b + x)
    alive = -(r + x) * np.log(alpha + observed)
    gone = np.where(x > 0, math.log(a) - np.log(np.maximum(b + x - 1, 1e-9)), -np.inf)
    gone = gone - (r + x) * np.log(alpha + last)
    return (weights * (start + np.logaddexp(alive, gone))).sum()


def _smallest(function, start):
    """Nelder & Mead, *Computer Journal* 7 (1965)."""
    points = np.vstack([start, start + np.eye(len(start))])
    values = np.array([function(point) for point in points])
    for _step in range(STEPS):
        order = np.argsort(values)
        points, values = points[order], values[order]
        if values[-1] - values[0] < 1e-4:
            break
        middle = points[:-1].mean(0)
        tried = [middle + by * (points[-1] - middle) for by in (-1.0, -2.0, 0.5)]
        results = [function(point) for point in tried]
        best = int(np.argmin(results))
        if results[best] < values[-1]:
            points[-1], values[-1] = tried[best], results[best]
        else:
            points[1:] = (points[1:] + points[0]) / 2
            values[1:] = [function(point) for point in points[1:]]
    return points[0]


def days(parameters, orders, observed, share):
    """Days after an order by which a share (0–1) of such customers orders again; infinite where
    more than the rest stay away.

    :param orders: number of orders after the first, that one included
    :param observed: days from the first order to it
    """
    r, alpha, a, b = parameters
    back = 1.0 - a / (a + b + orders)
    with np.errstate(divide="ignore"):
        left = np.maximum(1.0 - share / back, 0.0) ** (-1.0 / (r + orders))
    return (alpha + observed) * (left - 1.0)
