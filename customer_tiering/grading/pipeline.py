"""Grading of a set of customers in one call: facts and a programme in, a table out."""

import numpy as np
import pandas as pd

from . import ladder, metrics, points, rhythm, score


def grade(facts, program, as_of):
    """Grade every customer of the facts.

    The result depends on nothing but the arguments: not on the order of rows, on the other
    customers in the call, or on the clock.

    :param facts: ``metrics.Facts``
    :param program: ``policy.Program``
    :param as_of: ``datetime.date``; nothing dated later is looked at
    :return: frame indexed by customer id: ``tier`` and ``segment`` (ids, 0 for none), ``score``
        and ``coverage``, ``rfm_r/f/m`` (band numbers, 0 for unknown), ``last_day`` and
        ``next_day`` (day numbers, NaN for none), ``metric:<code>`` per metric and
        ``points:<indicator id>`` per indicator (NaN for unknown)
    """
    windows = metrics.Windows(facts, as_of)
    values = metrics.compute(facts, program.metrics, as_of, windows)
    earned = {i.id: points.points(i.scale, values[i.metric]) for i in program.indicators}
    weights = [i.weight for i in program.indicators]
    if earned:
        total, coverage = score.composite(np.column_stack(list(earned.values())), weights)
    else:
        total, coverage = np.full(len(values), np.nan), np.zeros(len(values))
    rfm = _rfm(program, values)
    whole = windows[0]
    return pd.DataFrame(
        {
            "tier": ladder.highest(program.tiers, values, total),
            "score": total,
            "coverage": coverage,
            "last_day": whole.last_day,
            "next_day": _next_day(whole, program.typical_interval),
            "rfm_r": rfm["r"],
            "rfm_f": rfm["f"],
            "rfm_m": rfm["m"],
            "segment": score.segment_ids(program.segments, *rfm.values(), program.rfm_mode),
            **{f"metric:{code}": values[code].to_numpy() for code in values},
            **{f"points:{id_}": array for id_, array in earned.items()},
        },
        index=values.index,
    )


def _rfm(program, values):
    """Band numbers per role; 0 where the programme has no indicator in that role."""
    numbers = {role: np.zeros(len(values), dtype=np.int64) for role in "rfm"}
    for indicator in program.indicators:
        if indicator.role:
            numbers[indicator.role] = points.band_number(indicator.scale, values[indicator.metric])
    return numbers


def _next_day(window, typical):
    """Day number on which the next order is expected, NaN without an order or a rhythm."""
    own, count = rhythm.median(*window.intervals, window.size)
    return window.last_day + np.rint(rhythm.expected_interval(own, count, typical))
