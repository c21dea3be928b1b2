"""Whom the bands of an indicator are cut from: those who bought within what it looks at."""

from dataclasses import dataclass

import numpy as np

from .metrics import MEASURES
from .policy import ALWAYS_KNOWN, RATIO


@dataclass(frozen=True)
class Population:
    """Known values of some customers, without those who did not buy.

    :param values: rising floats
    :param unknown: number of those who bought but have no value
    :param idle: number of those who did not buy; they move no cut
    :param floor: the value that these have, see ``distribution.proposal``, or None
    :param months: how far back is looked, 0 for all history; None where having a value is
        enough, for it does not come from orders
    """

    values: np.ndarray
    unknown: int
    idle: int
    floor: float | None
    months: int | None


def populations(values, windows, indicators, metrics):
    """The populations of all indicators whose metric is among the values.

    The R, F and M of a programme look at the same customers, those who bought within the shortest
    of their windows: else a number of one would exclude numbers of another. For who did not buy
    in it, R is beyond the worst of these, and F and M are nothing.

    :param values: frame of ``metrics.compute``
    :param windows: the ``metrics.Windows`` that they were computed from
    :param indicators: all ``policy.Indicator`` of the programme
    :param metrics: the ``policy.Metric`` of these, in any order
    :return: dict of indicator id → ``Population``
    """
    by_code = {metric.code: metric for metric in metrics}
    parts = [_months(by_code[i.metric], by_code) for i in indicators if i.role]
    shared = _shortest(parts)
    return {
        i.id: _population(
            values[i.metric].to_numpy(),
            windows,
            shared if i.role else _months(by_code[i.metric], by_code),
            0.0 if by_code[i.metric].measure in ALWAYS_KNOWN else None,
        )
        for i in indicators
        if i.metric in values
    }


def _months(metric, by_code):
    """How far back a metric looks at orders, 0 for all history, None where at none."""
    if metric.measure == RATIO:
        return _shortest([_months(by_code[part], by_code) for part in metric.parts])
    return metric.months if metric.measure in MEASURES else None


def _shortest(windows):
    """The shortest of some windows in months, of which 0 is the longest; None without any."""
    known = [months for months in windows if months is not None]
    return min(known, key=lambda months: months or np.inf, default=None)


def _population(values, windows, months, floor):
    known = ~np.isnan(values)
    bought = np.ones(len(values), dtype=bool)
    if months is not None:
        bought = ~np.isnan(windows[months].last_day)
    return Population(
        np.sort(values[known & bought]),
        int((~known & bought).sum()),
        int((~bought).sum()),
        floor,
        months,
    )
