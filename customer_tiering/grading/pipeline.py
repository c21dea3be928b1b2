"""Grading of a set of customers in one call: facts and a programme in, a table out."""

import numpy as np
import pandas as pd

from . import ladder, levers, metrics, points, rhythm, score


def grade(facts, program, as_of):
    """Grade every customer of the facts.

    The result depends on nothing but the arguments: not on the order of rows, on the other
    customers in the call, or on the clock.

    :param facts: ``metrics.Facts``
    :param program: ``policy.Program``
    :param as_of: ``datetime.date``; nothing dated later is looked at
    :return: frame indexed by customer id: ``tier`` and ``segment`` (ids, 0 for none), ``score``
        and ``coverage``, ``rfm_r/f/m`` (band numbers, 0 for unknown), ``last_day`` and
        ``next_day`` (day numbers, NaN for none), the columns of :func:`payment.standings`, and the
        reason: :func:`reason_columns`
    """
    windows = metrics.Windows(facts, as_of, program.credit)
    values = metrics.compute(facts, program.metrics, as_of, windows)
    earned = [points.points(i.scale, values[i.metric]) for i in program.indicators]
    total, coverage = _score(program, earned, len(values))
    rfm = _rfm(program, values)
    whole = windows[0]
    entry, entered = _entries(facts, program, whole)
    climbed = ladder.climb(program, values, total, entered)
    return pd.DataFrame(
        {
            "tier": climbed.pop("tier"),
            "score": total,
            "coverage": coverage,
            "last_day": whole.last_day,
            "next_day": _next_day(whole, program.typical_interval),
            "rfm_r": rfm["r"],
            "rfm_f": rfm["f"],
            "rfm_m": rfm["m"],
            "segment": score.segment_ids(program.segments, *rfm.values(), program.rfm_mode),
            **windows.payments,
            **{f"metric:{m.code}": values[m.code].to_numpy() for m in program.metrics},
            **_reason(program, values, earned, total, climbed),
            "lapse": _lapse_day(windows, program),
            "entry": entry,
        },
        index=values.index,
    )


def reason_columns(program):
    """Names of the columns of :func:`grade` that say why, all of them floats or integers.

    ``metric:<code>``: values; ``points:<indicator id>`` and ``share:<indicator id>``: what it
    earns and adds to the score; ``lever:<indicator id>``: :func:`levers.levers` for the score of
    the next tier; ``reached, veto, next, met, missing, gap:<n>``: :func:`ladder.climb`; ``lapse``:
    day number on which the oldest order leaves the shortest window; ``entry``: id of the rule by
    which a customer without orders entered, else 0. Values are NaN for unknown.
    """
    ids = [indicator.id for indicator in program.indicators]
    gaps = max((len(tier.requirements) for tier in program.tiers), default=0)
    return [
        *(f"metric:{metric.code}" for metric in program.metrics),
        *(f"{kind}:{id_}" for kind in ("points", "share", "lever") for id_ in ids),
        *("reached", "veto", "next", "met", "missing"),
        *(f"gap:{number}" for number in range(gaps)),
        "lapse",
        "entry",
    ]


def _entries(facts, program, whole):
    """Entry rule (id, 0 for none) and position of its tier (-1 for none) of each customer; rules
    are for who has not ordered."""
    if facts.entry is None:
        return np.zeros(whole.size, dtype=np.int64), np.full(whole.size, -1)
    positions = {tier.id: position for position, tier in enumerate(program.tiers)}
    ids = np.array([0] + [entry.id for entry in program.entries])
    order = np.argsort(ids)
    tiers = np.array([-1] + [positions[entry.tier_id] for entry in program.entries])
    rule = np.where(whole.order_count > 0, 0, facts.entry)
    return rule, tiers[order][np.searchsorted(ids[order], rule)]


def _score(program, earned, size):
    """Score and coverage; the score is unknown where too little is covered."""
    if not earned:
        return np.full(size, np.nan), np.zeros(size)
    weights = [indicator.weight for indicator in program.indicators]
    total, coverage = score.composite(np.column_stack(earned), weights)
    return np.where(coverage < program.min_coverage, np.nan, total), coverage


def _reason(program, values, earned, total, climbed):
    indicators = program.indicators
    target = ladder.target_score(program, climbed)
    added = levers.shares(earned, [indicator.weight for indicator in indicators])
    needed = levers.levers(indicators, values, earned, total, target)
    columns = {}
    for kind, arrays in (("points", earned), ("share", added), ("lever", needed)):
        for indicator, array in zip(indicators, arrays, strict=True):
            columns[f"{kind}:{indicator.id}"] = array
    return {**columns, **climbed}


def _lapse_day(windows, program):
    months = [m.months for m in program.metrics if m.measure in metrics.MEASURES and m.months]
    return windows[min(months, default=0)].lapse_day


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
