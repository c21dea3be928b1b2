"""Which R, F and M one customer can have at the same time, as far as the metrics tell."""

from itertools import combinations, pairwise
from math import ceil, inf

import numpy as np

from .points import band_count, band_number
from .policy import COUNTS, VOLATILE_MEASURES, YEAR

ROLES = "rfm"


def possible(program, scales):
    """Combinations of band numbers that customers can have.

    Known are: who bought within so many months was here at most so many days ago, and the other
    way round; more months hold no fewer orders; one metric has one value. All else is possible.

    :param program: ``policy.Program`` with an indicator for each of R, F and M
    :param scales: dict of role → its ``Bands``
    :return: int array (3 × combinations)
    """
    metrics = {metric.code: metric for metric in program.metrics}
    metrics = {i.role: metrics[i.metric] for i in program.indicators if i.role}
    sizes = {role: band_count(scales[role]) for role in ROLES}
    both = np.ones([sizes[role] for role in ROLES], dtype=bool)
    for one, other in combinations(ROLES, 2):
        pairs = np.zeros((sizes[one], sizes[other]), dtype=bool)
        for number, interval in _intervals(scales[one]):
            for second, beside in _intervals(scales[other]):
                met = _meet(metrics[one], interval, metrics[other], beside, program.period)
                pairs[number - 1, second - 1] |= met
        both &= np.expand_dims(pairs, ({*range(3)} - {*map(ROLES.index, (one, other))}).pop())
    return np.argwhere(both).T + 1


def _intervals(bands):
    """Number and half-open interval of each band."""
    bounds = [-inf, *bands.bounds[1:], inf]
    numbers = band_number(bands, bands.bounds).tolist()
    return list(zip(numbers, pairwise(bounds), strict=True))


def _meet(one, interval, other, beside, period):
    """Whether a customer can have a value of each of two metrics in these intervals."""
    if one.code == other.code:
        return max(interval[0], beside[0]) < min(interval[1], beside[1])
    own_year = period != "rolling" and YEAR in (one.months, other.months)
    if own_year:
        # Begins anew, and the year before may stand in for it.
        return True
    kinds = [_kind(one), _kind(other)]
    if kinds == ["recency", "count"]:
        return _recent_and_often(one.months, interval, other.months, beside)
    if kinds == ["count", "recency"]:
        return _recent_and_often(other.months, beside, one.months, interval)
    if kinds == ["count", "count"] and one.measure == other.measure:
        longer = _reach(one.months) >= _reach(other.months)
        more, fewer = (interval, beside) if longer else (beside, interval)
        return ceil(max(fewer[0], 0)) < more[1]
    return True


def _kind(metric):
    if metric.measure in VOLATILE_MEASURES:
        return "recency"
    return "count" if metric.measure in COUNTS else ""


def _reach(months):
    return months or inf


def _recent_and_often(known_for, days, months, count):
    """Whether the last order can be so many days ago with so many orders within some months.

    :param known_for: months within which the last order is looked for, 0 for all history
    """
    first, latest = _first_whole(days[0], 0), _most_days(known_for)
    if first >= days[1] or first > latest:
        return False
    ordered = _first_whole(count[0], 1) < count[1] and first <= _most_days(months)
    idle = count[0] <= 0 < count[1] and months
    return ordered or bool(idle and max(first, _least_days(months)) < min(days[1], latest + 1))


def _first_whole(number, least):
    return least if number <= least else ceil(number)


def _most_days(months):
    return months // 12 * 366 + months % 12 * 31 if months else inf


def _least_days(months):
    return months // 12 * 365 + months % 12 * 28
