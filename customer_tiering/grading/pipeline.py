"""Grading of a set of customers in one call: facts and a programme in, a table out."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from . import ladder, levers, lifecycle, metrics, points, rhythm, score, years
from .policy import GIVEN, SCORE, YEAR, of_a_year, volatile

# A call is worth it where nothing would come for so long without one, as of so many (0–1) of those
# still silent.
STAY_AWAY_DAYS = 30
STAY_AWAY_SHARE = 0.8
# In the place of what :func:`_beside_tiers` finds.
NOTHING = ({}, {}, {})


def grade(facts, program, as_of, only_tiers=False):
    """Grade every customer of the facts.

    The result depends on nothing but the arguments: not on the order of rows, on the other
    customers in the call, or on the clock.

    :param facts: ``metrics.Facts``
    :param program: ``policy.Program``
    :param as_of: ``datetime.date``; nothing dated later is looked at
    :param only_tiers: without what tells nothing about tiers: how customers pay (where no metric
        asks for it), when they order next and their stage
    :return: frame indexed by customer id: ``tier`` and ``segment`` (ids, 0 for none), ``score``
        and ``coverage``, ``rfm_r/f/m`` (band numbers, 0 for unknown), ``last_day`` and
        those of :func:`_next_order` (day numbers, NaN for none), the columns of
        ``payment.standings`` and, where the programme has a lifecycle, of ``lifecycle.stages``,
        and the reason: :func:`reason_columns`. Where the programme looks at years of their own,
        everything about a customer is by the figures of the better one of two, see
        :func:`_grade_years`
    """
    windows = metrics.Windows(facts, as_of, credit=program.credit)
    if program.period != "rolling":
        return _grade_years(facts, program, as_of, windows, only_tiers)
    figures = _Figures.of(facts, program, windows)
    entry, entered = _entries(facts, program, windows[0])
    climbed = ladder.climb(program, figures.values, figures.score, entered)
    more = NOTHING if only_tiers else _beside_tiers(program, windows, windows[0], facts.since)
    return _table(program, figures, climbed, figures, windows, windows[0], entry, more)


def _grade_years(facts, program, as_of, rolling, only_tiers):
    """Grade everybody by the year that runs and by the last full one, as of its last day, and take
    the better result: the higher tier, of equal ones that without vetoes; of these the running
    year's unless only the last one has a score.

    The year before a customer's first order does not count. A veto on the figures of a year looks
    at that year; any other looks at the as-of day, whatever year the tier comes from, and so do
    the parts of RFM: who has not come back for months is no champion. What is missing to the next
    tier can only be done in the running year, so it is told by its figures.

    :param rolling: windows of the as-of day; how somebody pays is no matter of years, and taken
        from there
    :return: as :func:`grade`, with ``stays``: bits of the positions that either year keeps, and
        ``best:<code>`` (without a code the score): the higher value of the two years, which a
        share of the best compares
    """
    whole = rolling[0]
    entry, entered = _entries(facts, program, whole)
    year, now, (running, last), caps = _by_years(facts, program, as_of, rolling)
    climbed, stays = [], 0
    for figures, cap in zip((running, last), caps, strict=True):
        climbed.append(ladder.climb(program, figures.values, figures.score, entered, cap))
        staying = ladder.stays(program, figures.values, figures.score, cap)
        stays = stays | ladder.bits(staying)
    back = years.decided_by_last(program, climbed, running.score, last.score)
    chosen = last.where(back, running)
    climbed = {name: np.where(back, climbed[1][name], climbed[0][name]) for name in climbed[0]}
    reached = years.positions(program, climbed["reached"])
    climbed |= ladder.ahead(program, running.values, running.score, reached)
    more = NOTHING if only_tiers else _beside_tiers(program, now, whole, facts.since)
    table = _table(program, chosen, climbed, running, now, whole, entry, more)
    best = {
        f"best:{code}": np.fmax(*(figures.value(code) for figures in (running, last)))
        for code in {tier.top.metric for tier in program.tiers if tier.top}
    }
    extra = {**year.columns(back), **_so_far(program, running, back), **best, "stays": stays}
    return table.assign(**extra)


def _by_years(facts, program, as_of, rolling):
    """What everybody is graded by where years are their own, see :func:`_grade_years`. What came
    back is taken off the year in which it was bought: else an order of December that is sent back
    in January would count through the next year, and then be missing in that one's figures.

    :return: (``years.Years``; the windows of the running year; :class:`_Figures` of the running
        and of the last full year; what vetoes leave of each of them)
    """
    first = rolling[0].first_day
    year = years.Years.of(program.period, as_of, first)
    if "origin" in facts.orders:
        facts = facts.until(as_of).corrected()
    now = metrics.Windows(facts, as_of, year.since, payments=rolling.payments)
    running = _Figures.of(facts, program, now)
    then = metrics.Windows(
        facts, metrics.as_date(year.start - 1), year.since, last=True, payments=rolling.payments
    )
    last = _Figures.of(facts, program, then).where(~(first >= year.start), running)
    caps = [
        ladder.limits(program, _of_today(program, figures, running), figures.score)
        for figures in (running, last)
    ]
    return year, now, (running, last), caps


def targets(facts, program, days):
    """The positions that the figures asked for, each customer's on a day of its own.

    Only orders are looked at as of that day. Other numbers, such as how somebody pays, are taken
    as they come with the facts (``given``), by the metric's code.

    :param facts: ``metrics.Facts``
    :param program: ``policy.Program``
    :param days: float array of day numbers, along the customers; nothing dated later is looked at
    :return: int array, -1 for no tier
    """
    program = replace(program, metrics=tuple(map(_as_given, program.metrics)))
    # Nothing here asks for payments, and those of many days cannot be had at once.
    windows = metrics.Windows(facts, days, payments=pd.DataFrame())
    _entry, entered = _entries(facts, program, windows[0])
    if program.period == "rolling":
        figures = _Figures.of(facts, program, windows)
        return ladder.target(program, figures.values, figures.score, entered)
    _year, _now, both, caps = _by_years(facts, program, days, windows)
    return np.maximum(
        *(
            ladder.target(program, figures.values, figures.score, entered, cap)
            for figures, cap in zip(both, caps, strict=True)
        )
    )


def _as_given(metric):
    return replace(metric, measure=GIVEN) if metric.measure in metrics.PAYMENT_MEASURES else metric


@dataclass(frozen=True)
class _Figures:
    """What comes of some customers' windows before they climb: metric values (a frame), points per
    indicator, score and coverage."""

    values: pd.DataFrame
    earned: list
    score: np.ndarray
    coverage: np.ndarray

    @classmethod
    def of(cls, facts, program, windows):
        values = metrics.compute(facts, program.metrics, windows.as_of, windows)
        earned = [points.points(i.scale, values[i.metric]) for i in program.indicators]
        return cls(values, earned, *_score(program, earned, len(values)))

    def value(self, code):
        return self.values[code].to_numpy() if code else self.score

    def where(self, mask, other):
        """These where the mask is true, others elsewhere."""
        pairs = zip(self.earned, other.earned, strict=True)
        columns = {
            code: np.where(mask, self.values[code], other.values[code]) for code in self.values
        }
        return _Figures(
            pd.DataFrame(columns, index=self.values.index),
            [np.where(mask, mine, theirs) for mine, theirs in pairs],
            np.where(mask, self.score, other.score),
            np.where(mask, self.coverage, other.coverage),
        )


def _beside_tiers(program, windows, whole, since):
    """Columns of :func:`grade` that tell nothing about tiers: of the next order, of how customers
    pay and of stages.

    :param since: see ``metrics.Facts``
    """
    past = lifecycle.Past(*whole.days, whole.size, whole.as_of, rhythm.of_program(program))
    ahead = _next_order(past.now, whole.last_day)
    return ahead, windows.payments, _stages(past, program, since)


def _table(program, figures, climbed, ahead, windows, whole, entry, more):
    """The table of :func:`grade`.

    :param ahead: the figures that the distance to the next tier is told by, windows their own
    :param more: of :func:`_beside_tiers`
    """
    next_order, paying, stages = more
    values, rfm = figures.values, _rfm(program, _of_today(program, figures, ahead))
    return pd.DataFrame(
        {
            "tier": climbed.pop("tier"),
            "score": figures.score,
            "coverage": figures.coverage,
            "last_day": whole.last_day,
            **next_order,
            "rfm_r": rfm["r"],
            "rfm_f": rfm["f"],
            "rfm_m": rfm["m"],
            "segment": score.segment_ids(program.segments, *rfm.values(), program.rfm_mode),
            **paying,
            **{f"metric:{m.code}": values[m.code].to_numpy() for m in program.metrics},
            **_reason(program, figures, ahead, climbed),
            "lapse": _lapse_day(windows, program),
            "entry": entry,
            **stages,
        },
        index=values.index,
    )


def _next_order(foresight, last_day):
    """What is foreseen of the next order: the days by which half and four of five of such
    customers have ordered again, the window that four of five come in, of those who order too
    irregularly to be expected on a day, and what that rests on.

    Of customers who do not come back so often, ``late_share`` says which share have by the day.
    From ``call_day`` on, it is late and a call is worth it: ``stay_away`` is the probability that
    nothing comes for ``STAY_AWAY_DAYS`` from there, 0–1. ``own_interval`` is the customer's own
    mean interval in days (geometric), which weighs
    ``own_weight`` (0–1).
    """

    def day(days):
        return last_day + np.rint(days)

    regular, late = foresight.regular, foresight.late()
    first, last = (np.where(regular, np.nan, day(foresight.days(share))) for share in (0.1, 0.9))
    known = ~np.isnan(last_day) & ~np.isnan(late)
    silent = np.where(known, late, 1.0)
    call = foresight.worth_a_call(silent, STAY_AWAY_DAYS, STAY_AWAY_SHARE)
    own = np.where(foresight.count > 0, np.round(np.exp(foresight.centre), 2), np.nan)
    away = np.round(foresight.nothing(call, STAY_AWAY_DAYS), 3)
    return {
        "next_day": day(foresight.expected()),
        "late_day": day(late),
        "call_day": np.where(known, day(call), np.nan),
        "late_share": np.where(known, np.round(foresight.share(silent), 3), np.nan),
        "next_from": first,
        "next_until": last,
        "interval_count": foresight.count.astype(np.int64),
        "own_interval": own,
        "own_weight": np.round(np.where(regular, 1.0, foresight.own_weight), 3),
        "stay_away": np.where(known, away, np.nan),
    }


def _stages(past, program, since):
    if not program.lifecycle:
        return {}
    if since is not None:
        # Graded as of a day before it was entered, a customer is as old as that day.
        since = np.minimum(since, past.as_of)
    return lifecycle.stages(past, program.lifecycle, since=since)


def reason_columns(program):
    """Names of the columns of :func:`grade` that say why, all of them floats or integers.

    ``metric:<code>``: values; ``points:<indicator id>`` and ``share:<indicator id>``: what it
    earns and adds to the score; ``lever:<indicator id>``: :func:`levers.levers` for the score of
    the next tier; ``reached, veto, next, met, missing, gap:<n>``: :func:`ladder.climb`; ``lapse``:
    day number on which the oldest order leaves the shortest window; ``entry``: id of the rule by
    which a customer without orders entered, else 0. Values are NaN for unknown.

    Of years of their own also ``year:first`` and ``year:last``: first and last day of the year
    that decided, ``year:counts``: last day on which it counts, that of the following year,
    ``year:back``: 1 where it is over, else 0, and ``running:<code>`` (without a code the score):
    values of the running year where it did not decide.
    """
    ids = [indicator.id for indicator in program.indicators]
    gaps = max((len(tier.requirements) for tier in program.tiers), default=0)
    names = [
        *(f"metric:{metric.code}" for metric in program.metrics),
        *(f"{kind}:{id_}" for kind in ("points", "share", "lever") for id_ in ids),
        *("reached", "veto", "next", "met", "missing"),
        *(f"gap:{number}" for number in range(gaps)),
        "lapse",
        "entry",
    ]
    if program.period == "rolling":
        return names
    codes = [SCORE, *(metric.code for metric in program.metrics)]
    return names + years.COLUMNS + [f"running:{code}" for code in codes]


def lasting(frame, program):
    """The reason as it is kept: dict of arrays by :func:`reason_columns`, NaN where a value
    changes by itself every day, as that follows from the dates; of a year that is over it stays."""
    changing = np.ones(len(frame), dtype=bool)
    if "year:back" in frame:
        changing = frame["year:back"].to_numpy() == 0
    result = {name: frame[name].to_numpy() for name in reason_columns(program)}
    for code in volatile(program.metrics):
        name = f"metric:{code}"
        result[name] = np.where(changing, np.nan, result[name])
        if f"running:{code}" in result:
            result[f"running:{code}"] = np.full(len(frame), np.nan)
    return result


def _of_today(program, figures, running):
    """Values that are of a year as they are in these figures, the others as of the day."""
    if figures is running:
        return figures.values
    day = sorted(set(figures.values) - of_a_year(program.metrics))
    return figures.values.assign(**running.values[day])


def _so_far(program, running, back):
    codes = [SCORE, *(metric.code for metric in program.metrics)]
    return {f"running:{code}": np.where(back, running.value(code), np.nan) for code in codes}


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
    return np.where(program.is_covered(coverage), total, np.nan), coverage


def _reason(program, figures, ahead, climbed):
    indicators = program.indicators
    target = ladder.target_score(program, climbed)
    added = levers.shares(figures.earned, [indicator.weight for indicator in indicators])
    needed = levers.levers(indicators, ahead.values, ahead.earned, ahead.score, target)
    columns = {}
    for kind, arrays in (("points", figures.earned), ("share", added), ("lever", needed)):
        for indicator, array in zip(indicators, arrays, strict=True):
            columns[f"{kind}:{indicator.id}"] = array
    return {**columns, **climbed}


def _lapse_day(windows, program):
    months = [metric.months for metric in program.metrics if metric.has_window]
    if windows.since is None or not of_a_year(program.metrics):
        return windows[min(months, default=0)].lapse_day
    shortest = windows[min(set(months) - {YEAR}, default=0)]
    return np.fmin(windows[YEAR].lapse_day, shortest.lapse_day)


def _rfm(program, values):
    """Band numbers per role; 0 where the programme has no indicator in that role."""
    numbers = {role: np.zeros(len(values), dtype=np.int64) for role in "rfm"}
    for indicator in program.indicators:
        if indicator.role:
            numbers[indicator.role] = points.band_number(indicator.scale, values[indicator.metric])
    return numbers
