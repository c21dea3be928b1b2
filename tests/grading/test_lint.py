"""Advice on programmes: what is found, and that nothing is found that is not so."""

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from builders import AS_OF, facts, histories, programs
from conftest import CORE
from grading import lint, metrics, pipeline, points, score, together
from grading.lint import Finding
from grading.policy import (
    SCORE,
    Bands,
    Condition,
    Indicator,
    Linear,
    Metric,
    Program,
    Segment,
    Tier,
    Veto,
)
from grading.spread import Spread
from hypothesis import given
from hypothesis import strategies as st

METRICS = (
    Metric("spent", "amount", 12),
    Metric("orders", "order_count", 12),
    Metric("since", "recency_days"),
)
ALL = (1, 9)


def _bands(*earned):
    return Bands(tuple(range(len(earned))), earned)


def _rfm(*sizes):
    """Indicators of the three roles with so many bands; ids are no positions."""
    roles = zip("rfm", ("since", "orders", "spent"), sizes, strict=True)
    return tuple(
        Indicator(30 + n, code, 1, _bands(*range(1, size + 1)), role)
        for n, (role, code, size) in enumerate(roles)
    )


def _segments(*boxes):
    """Segments from boxes; ids fall, so that none of them is a position."""
    return tuple(Segment(90 - n, *box) for n, box in enumerate(boxes))


def _program(**parts):
    return Program(1, METRICS, **parts)


def _found(program, spread=None, code=None):
    return [f for f in lint.findings(program, spread) if code in (None, f.code)]


# RFM segments

_bound = st.tuples(st.integers(1, 5), st.integers(0, 3)).map(lambda pair: (pair[0], sum(pair)))
_boxes = st.lists(st.tuples(_bound, _bound, _bound), min_size=1, max_size=7)
_sizes = st.tuples(*[st.integers(1, 4)] * 3)
_modes = st.sampled_from(["three", "mean"])


def _cells(sizes):
    """Every combination of band numbers, listed without the linter's help."""
    return np.array(list(np.ndindex(*sizes))).T + 1


@given(_boxes, _sizes, _modes)
def test_gap_is_found_exactly_where_customers_get_no_segment(boxes, sizes, mode):
    """An unnoticed gap leaves customers out of every campaign; a false one sends people
    searching. The example must be one, and the count that of the cells people see."""
    program = _program(indicators=_rfm(*sizes), segments=_segments(*boxes), rfm_mode=mode)
    cells = _cells(sizes)
    missed = score.segment_ids(program.segments, *cells, mode) == 0
    gaps = _found(program, code="gap")
    assert bool(gaps) == bool(missed.any())
    if gaps:
        axes = list(score.rfm_axes(*cells[:, missed], mode).values())
        empty = set(zip(*(axis.tolist() for axis in axes), strict=True))
        count, *example = gaps[0].values
        assert count == len(empty)
        assert tuple(example) in empty


@given(_boxes, _sizes, _modes)
def test_dead_segment_is_one_whose_removal_changes_nothing(boxes, sizes, mode):
    """Advice to delete a segment that somebody is in would move customers."""
    program = _program(indicators=_rfm(*sizes), segments=_segments(*boxes), rfm_mode=mode)
    cells = _cells(sizes)
    whole = score.segment_ids(program.segments, *cells, mode)
    unused = set()
    for segment in program.segments:
        others = [s for s in program.segments if s is not segment]
        if (score.segment_ids(others, *cells, mode) == whole).all():
            unused.add(segment.id)
    dead = {f.subjects[0] for f in _found(program, code="dead")}
    outside = [id_ for f in _found(program, code="outside") for id_ in f.subjects]
    assert dead | set(outside) == unused
    assert len(outside) == len(set(outside)) == len(unused - dead)


@given(_boxes, _sizes, _modes)
def test_what_covers_a_dead_segment_stands_above_it_and_is_used(boxes, sizes, mode):
    """“It is taken by X above it” must be true of X."""
    program = _program(indicators=_rfm(*sizes), segments=_segments(*boxes), rfm_mode=mode)
    used = set(score.segment_ids(program.segments, *_cells(sizes), mode).tolist())
    order = [segment.id for segment in program.segments]
    for finding in _found(program, code="dead"):
        segment, *covering = finding.subjects
        assert covering
        for other in covering:
            assert order.index(other) < order.index(segment)
            assert other in used


def test_bounds_beyond_the_bands():
    """Quantile bands may be fewer than asked for, as equal values stay together: then segments
    for band 5 are for nobody, and those from 3 to 5 mean the best."""
    boxes = (
        ((1, 3), (4, 5), (1, 2)),
        ((1, 3), (3, 5), (1, 2)),
        ((4, 4), (4, 5), (1, 2)),
        ((1, 3), (1, 3), (1, 2)),
    )
    program = _program(indicators=_rfm(3, 3, 2), segments=_segments(*boxes))
    assert _found(program) == [
        Finding("outside", (88,), ("r", 3)),
        Finding("outside", (90,), ("f", 3)),
        Finding("bounds", (89,), ("f", 3)),
    ]


def test_mean_has_bounds_in_the_place_of_f_and_none_of_m():
    """With 5 bands of F and 2 of M their mean reaches 4 (3.5 rounded up), and M bounds that are
    left over from the other way of cutting must not matter."""
    boxes = (((1, 2), (1, 4), (7, 9)),)
    program = _program(indicators=_rfm(2, 5, 2), segments=_segments(*boxes), rfm_mode="mean")
    assert _found(program) == []
    short = replace(program, segments=_segments(((1, 2), (1, 3), (1, 5))))
    assert _found(short) == [Finding("gap", (), (2, 2, 4))]


def test_letters_without_an_indicator():
    """Segments that nobody can ever be in; they are faulty for one reason, not for many."""
    program = _program(indicators=_rfm(3, 3, 3)[1:2], segments=_segments((ALL, ALL, ALL)))
    assert _found(program) == [Finding("letters", (), ("r", "m"))]
    assert _found(replace(program, segments=())) == []


def test_bands_with_equal_points_count_once():
    """As they share a band number, the highest number is 2."""
    r, f, _m = _rfm(3, 3, 3)
    m = Indicator(32, "spent", 1, _bands(20, 20, 80), "m")
    program = _program(indicators=(r, f, m), segments=_segments(((1, 3), (1, 3), (1, 3))))
    assert _found(program) == [Finding("bounds", (90,), ("m", 2))]


def _cut_rfm(since, orders, spent, numbers=None, months=(0, 12, 12)):
    """R, F and M with bands at these cuts, days falling."""
    metrics_of = ("recency_days", "order_count", "amount")
    indicators = []
    for n, (role, cuts) in enumerate(zip("rfm", (since, orders, spent), strict=True)):
        earned = tuple(float(k) for k in range(len(cuts) + 1))
        earned = earned[::-1] if role == "r" else earned
        given = (numbers or {}).get(role, ())
        bands = Bands((-math.inf, *cuts), earned, given)
        indicators.append(Indicator(30 + n, metrics_of[n], 1, bands, role))
    measured = tuple(
        Metric(name, name, length) for name, length in zip(metrics_of, months, strict=True)
    )
    return replace(_program(indicators=tuple(indicators)), metrics=measured)


def test_numbers_that_exclude_each_other():
    """The lowest F band was “no order in a year”, so nobody who bought within 30 days was in it:
    “New Customers” were sought for years. Lost ones, of whom that is true, are left alone."""
    program = _cut_rfm([30, 90, 400], [1, 4], [500])
    boxes = [((4, 4), (1, 1), (1, 2)), ((1, 1), (1, 1), (1, 2)), ((3, 3), (1, 1), (1, 1))]
    rest = ((1, 4), (1, 3), (1, 2))
    program = replace(program, segments=_segments(*boxes, rest))
    assert _found(program, code="apart") == [
        Finding("apart", (90,), (("r", 4, 4), ("f", 1, 1))),
        Finding("apart", (88,), (("r", 3, 3), ("f", 1, 1))),
    ]
    # With “less than two orders” new customers are found.
    retuned = _cut_rfm([30, 90, 400], [2, 4], [500])
    assert _found(replace(retuned, segments=program.segments), code="apart") == []


def test_numbers_that_no_band_has():
    """Where most bought once, the bands in between are empty, and so are their segments: one
    finding for all of them."""
    program = _cut_rfm([30, 90], [2], [500], numbers={"f": (1, 5)})
    boxes = [((1, 2), (2, 3), (1, 2)), ((3, 3), (2, 3), (1, 1)), ((1, 3), (1, 5), (1, 2))]
    program = replace(program, segments=_segments(*boxes))
    found = _found(program)
    assert Finding("apart", (90, 89), (("f", 2, 3),)) in found
    assert [f.code for f in found] == ["apart"]


@pytest.mark.parametrize(
    ("since", "orders", "months", "apart"),
    [
        # The window of the last order is none longer than that of the orders.
        ([30], [1], (12, 12), True),
        ([366], [1], (0, 12), False),
        ([365], [1], (0, 12), True),
        # All history: who has no order at all has no R.
        ([400], [1], (0, 0), True),
        ([400], [1], (0, 24), True),
        ([900], [1], (0, 24), False),
    ],
)
def test_how_long_ago_nobody_ordered(since, orders, months, apart):
    """One day off, and a segment that has customers would be said to have none."""
    program = _cut_rfm(since, orders, [500], months=(*months, 12))
    segments = _segments(((2, 2), (1, 1), (1, 2)), ((1, 2), (1, 2), (1, 2)))
    found = _found(replace(program, segments=segments), code="apart")
    assert bool(found) == apart


@given(histories, programs())
def test_nobody_has_what_cannot_be_together(known, program):
    """Advice that a segment is empty would be wrong where somebody is in it."""
    roles = dict(zip("rfm", ("recency_days", "order_count", "amount"), strict=True))
    by_role = {}
    for indicator in program.indicators:
        if indicator.role and isinstance(indicator.scale, Bands):
            by_role[indicator.role] = indicator
    if set(by_role) != set("rfm"):
        return
    for months in (0, 12):
        indicators = tuple(
            replace(by_role[role], metric=f"{name}_{months if role != 'r' else 0}")
            for role, name in roles.items()
        )
        rules = replace(program, indicators=indicators, tiers=(), vetoes=())
        table = pipeline.grade(known, rules, AS_OF)
        numbers = table[["rfm_r", "rfm_f", "rfm_m"]].to_numpy()
        seen = {tuple(row) for row in numbers.tolist() if all(row)}
        cells = together.possible(rules, {i.role: i.scale for i in indicators})
        assert seen <= set(map(tuple, cells.T.tolist()))


# Tiers

_POINTS = Indicator(41, "spent", 3, _bands(0, 60))


@pytest.mark.parametrize(
    ("indicators", "highest"),
    [
        ((), math.nan),
        ((replace(_POINTS, weight=0),), math.nan),
        ((_POINTS,), 60.0),
        # (3·60 + 1·100) / 4
        ((_POINTS, Indicator(42, "orders", 1, Linear(0, 9))), 70.0),
        # Recency may be unknown, and then its 20 points do not pull the score down.
        ((_POINTS, Indicator(42, "since", 1, _bands(0, 20))), 60.0),
        ((_POINTS, Indicator(42, "since", 1, _bands(0, 80))), 65.0),
        ((Indicator(42, "since", 1, _bands(0, 20)), Indicator(43, "x", 1, _bands(0, 80))), 80.0),
    ],
)
def test_highest_score(indicators, highest):
    """Too high a guess hides a tier that nobody reaches, too low a one calls others so."""
    assert lint.highest_score(_program(indicators=indicators)) == pytest.approx(
        highest, nan_ok=True
    )


@given(histories, programs())
def test_nobody_scores_more_than_the_highest_score(known, program):
    """Nor is anybody in a tier of which it is said that nobody can be."""
    table = pipeline.grade(known, program, AS_OF)
    highest = lint.highest_score(program)
    assert not (table["score"] > highest).any()
    lost = {f.subjects[0] for f in lint.findings(program) if f.code in lint.LOST_TIER}
    assert not set(table["tier"]) & lost


def test_measures_that_everybody_has():
    """Even a customer without orders has a value for those that are counted on."""
    codes = [Metric(name, name, 12) for name in metrics.MEASURES]
    values = metrics.compute(facts(lines=(), customers=[7]), codes, AS_OF)
    assert set(values.columns[values.notna().all()]) >= lint.ALWAYS_KNOWN


@pytest.mark.parametrize(
    ("tier", "finding"),
    [
        (Tier(5, 60), None),
        (Tier(5, 61), Finding("score", (5,), (61, 60.0))),
        (Tier(5, 61, (Condition("spent", ">", 9),), match_any=True), None),
        (Tier(5, 61, (Condition("spent", ">", 9),)), Finding("score", (5,), (61, 60.0))),
        (Tier(5, 61, match_any=True), Finding("score", (5,), (61, 60.0))),
    ],
)
def test_tier_beyond_the_highest_score(tier, finding):
    """It would be promised to customers and given to nobody, unless conditions are enough."""
    program = _program(indicators=(_POINTS,), tiers=(tier,))
    assert _found(program) == ([finding] if finding else [])


def test_tier_asks_for_a_score_where_there_is_none():
    assert _found(_program(tiers=(Tier(5, 10),))) == [Finding("no_score", (5,))]


@pytest.mark.parametrize(
    ("low", "high", "possible"),
    [
        ((">=", 10), ("<", 5), False),
        ((">=", 10), ("<=", 10), True),
        ((">", 10), ("<=", 10), False),
        ((">=", 10), ("<", 10), False),
        ((">", 9), ("<", 10), True),
    ],
)
def test_conditions_that_exclude_each_other(low, high, possible):
    """Only on one metric, and only where all of them must hold."""
    conditions = (Condition("spent", *low), Condition("orders", ">", 99), Condition("spent", *high))
    tier = Tier(5, conditions=conditions)
    assert _found(_program(tiers=(tier,))) == (
        [] if possible else [Finding("contradiction", (5,), ("spent",))]
    )
    assert _found(_program(tiers=(replace(tier, match_any=True),))) == []


@pytest.mark.parametrize(
    ("low", "high", "possible"),
    [
        ((">", 3), ("<", 4), False),
        ((">=", 3.5), ("<", 4), False),
        ((">", 3), ("<=", 4), True),
        ((">=", 4), ("<", 4.5), True),
        ((">=", 4), ("<=", 4), True),
    ],
)
def test_numbers_of_orders_that_do_not_exist(low, high, possible):
    """More than three orders and fewer than four: nobody has that, and nobody was told."""
    tier = Tier(5, conditions=(Condition("orders", *low), Condition("orders", *high)))
    assert _found(_program(tiers=(tier,))) == (
        [] if possible else [Finding("contradiction", (5,), ("orders",))]
    )


_ONE, _MORE = Condition("spent", ">=", 10), Condition("orders", ">", 2)
_TOP = Condition("spent", ">=", 50)


@pytest.mark.parametrize(
    ("lower", "upper", "shadowed"),
    [
        (Tier(5), Tier(2), True),
        (Tier(5, 0, (_ONE,)), Tier(2), True),
        (Tier(5), Tier(2, 0, (_ONE,)), False),
        (Tier(5, 0, (_ONE,)), Tier(2, 0, (_ONE,)), True),
        (Tier(5, 0, (_ONE, _MORE)), Tier(2, 0, (_MORE,)), True),
        (Tier(5, 0, (_ONE,)), Tier(2, 0, (_ONE, _MORE)), False),
        (Tier(5, 0, (_ONE,)), Tier(2, 0, (_ONE, _MORE), True), True),
        (Tier(5, 0, (_ONE, _MORE), True), Tier(2, 0, (_ONE, _MORE), True), True),
        (Tier(5, 0, (_ONE, _MORE), True), Tier(2, 0, (_ONE,)), False),
        (Tier(5, 0, (_ONE,)), Tier(2, 0, (Condition("spent", ">", 10),)), False),
        (Tier(5, 0, (Condition("spent", ">", 10),)), Tier(2, 0, (_ONE,)), True),
        (
            Tier(5, 0, (Condition("spent", "<", 5),)),
            Tier(2, 0, (Condition("spent", "<=", 5),)),
            True,
        ),
        (
            Tier(5, 0, (Condition("spent", "<", 9),)),
            Tier(2, 0, (Condition("spent", "<", 5),)),
            False,
        ),
        # Where the best begin changes, so it is not compared with a condition.
        (Tier(5, 0, (_ONE,)), Tier(2, 0, (_ONE,), top=_TOP), False),
        (Tier(5, 0, (_ONE,), top=_TOP), Tier(2, 0, (_ONE,)), True),
        (Tier(5, top=_TOP), Tier(2, top=_TOP), True),
        (Tier(5, 40), Tier(2, 40), True),
        (Tier(5, 40), Tier(2, 50), False),
    ],
)
def test_tier_below_one_that_is_as_easy_to_reach(lower, upper, shadowed):
    """Everybody goes on to the higher one, so nobody stays."""
    indicators = (Indicator(41, "spent", 1, Linear(0, 9)),)
    program = _program(indicators=indicators, tiers=(lower, upper))
    assert _found(program) == ([Finding("shadowed", (5, 2))] if shadowed else [])


# Indicators


def test_indicators_that_change_nothing():
    """A weight of 0 is all right for a part of RFM."""
    r, *_others = _rfm(2, 2, 2)
    idle = Indicator(42, "orders", 0, _bands(0, 60))
    program = _program(
        indicators=(replace(r, weight=0), idle, Indicator(43, "spent", 1, _bands(50)))
    )
    assert _found(program) == [Finding("weightless", (42,)), Finding("flat", (43,), (50,))]


def test_twins():
    """The same metric on the same scale counts double; on another scale it may be meant."""
    other = replace(_POINTS, id=43, weight=1)
    assert _found(_program(indicators=(_POINTS, other))) == [Finding("twins", (41, 43))]
    assert _found(_program(indicators=(_POINTS, replace(other, scale=Linear(0, 9))))) == []


def _spread(count=20, tiers=None, points=None, differing=None):
    return Spread(count, tiers or {}, points or {}, differing or {})


def test_empty_tier():
    """Said once: not of a tier that is known to be out of reach, nor of one that is newer than
    the grading."""
    tiers = (Tier(5), Tier(6, 61), Tier(7, 10), Tier(8, 20), Tier(9, 30), Tier(4, 30))
    program = _program(indicators=(_POINTS,), tiers=tiers)
    spread = _spread(tiers={5: 1, 6: 0, 7: 0, 9: 0, 4: 19})
    found = _found(program, spread)
    assert [f for f in found if f.code == "empty"] == [Finding("empty", (7,), (20,))]
    assert Finding("shadowed", (9, 4)) in found


def test_everybody_in_one_tier():
    """5,000 in a currency in which that is a day's turnover, or a year's: of those who bought all
    are in one tier, and contacts who did not are no news."""
    tiers = (Tier(5), Tier(6, 40), Tier(7, 50))
    program = _program(indicators=(_POINTS,), tiers=tiers)
    counts = {5: 990, 6: 8, 7: 2}
    spread = replace(_spread(1000, tiers=counts), buyers={5: 0, 6: 97, 7: 3})
    assert _found(program, spread) == [Finding("lopsided", (6,), (97, 100))]
    spread = replace(spread, buyers={5: 20, 6: 8, 7: 2})
    assert _found(program, spread) == []


def test_few_customers_prove_nothing():
    """A shop with three customers has empty tiers and nothing to be told about it."""
    program = _program(indicators=(_POINTS,), tiers=(Tier(5),))
    assert _found(program, _spread(lint.ENOUGH - 1, {5: 0}, {41: (9, 60.0, 60.0)})) == []
    assert _found(program, Spread.from_json(None)) == []


@pytest.mark.parametrize(
    ("known", "finding"),
    [
        ((0, None, None), Finding("unknown", (41,), (0, 200))),
        ((9, 0.0, 60.0), Finding("unknown", (41,), (9, 200))),
        ((10, 0.0, 60.0), None),
        ((10, 60.0, 60.0), Finding("constant", (41,), (60.0,))),
        ((1, 60.0, 60.0), Finding("unknown", (41,), (1, 200))),
    ],
)
def test_indicator_that_tells_nobody_apart(known, finding):
    program = _program(indicators=(_POINTS,))
    found = _found(program, _spread(200, points={41: known}))
    assert found == ([finding] if finding else [])


def test_constant_is_said_once_of_a_single_band():
    program = _program(indicators=(replace(_POINTS, scale=_bands(50)),))
    found = _found(program, _spread(points={41: (20, 50.0, 50.0)}))
    assert found == [Finding("flat", (41,), (50,))]


def test_indicators_alike():
    """Each surplus indicator is named once, and not again where the rules tell it already;
    constant ones are alike by chance."""
    indicators = tuple(
        Indicator(id_, f"m{id_}", 1, _bands(0, 60)) for id_ in (43, 42, 41, 44, 45)
    ) + (Indicator(46, "m41", 1, _bands(0, 60)),)
    ids = [41, 42, 43, 44, 45, 46]
    pairs = {(a, b): 0 for a in ids for b in ids if a < b}
    pairs.update({pair: 7 for pair in pairs if 44 in pair})
    ranges = {id_: (20, 0.0, 60.0) for id_ in ids} | {45: (20, 0.0, 0.0)}
    found = _found(_program(indicators=indicators), _spread(points=ranges, differing=pairs))
    assert found == [
        Finding("twins", (41, 46)),
        Finding("alike", (43, 42)),
        Finding("alike", (43, 41)),
        Finding("constant", (45,), (0.0,)),
    ]


@given(programs(), st.randoms(use_true_random=False))
def test_order_of_indicators_does_not_change_what_is_found(program, random):
    """Dragging indicators about must not make advice come and go."""
    indicators = list(program.indicators)
    random.shuffle(indicators)

    def told(rules):
        found = _found(rules)
        twins = {frozenset(f.subjects) for f in found if f.code == "twins"}
        return twins, {f for f in found if f.code != "twins"}

    mixed = replace(program, indicators=tuple(indicators))
    assert told(program)[1] == told(mixed)[1]
    assert len(told(program)[0]) == len(told(mixed)[0])


def test_number_of_bands_is_the_highest_band_number():
    bands = _bands(20, 80, 20, 50)
    assert points.band_count(bands) == 3
    assert points.band_number(bands, [0, 1, 2, 3]).max() == 3


def test_opening_a_programme_does_not_load_pandas():
    """Every web worker that shows one would carry it from then on."""
    code = "import sys; import grading.lint, grading.spread; print('pandas' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(CORE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_capped_customers_fill_a_tier_that_is_as_easy_as_the_next():
    """Tiers that differ by vetoes alone are no mistake."""
    tiers = (Tier(5), Tier(3, 0, (_ONE,)), Tier(2, 0, (_ONE,)))
    for cap, found in ((5, True), (3, False)):
        veto = Veto(8, Condition("since", ">", 90), cap)
        shadowed = _found(_program(tiers=tiers, vetoes=(veto,)), code="shadowed")
        assert shadowed == ([Finding("shadowed", (3, 2))] if found else [])


def test_veto_at_the_highest_tier():
    """It caps nobody, whatever its author believes."""
    tiers = (Tier(5), Tier(2, 0, (_ONE,)))
    vetoes = tuple(Veto(8 + n, _MORE, tier_id) for n, tier_id in enumerate((5, 2)))
    assert _found(_program(tiers=tiers, vetoes=vetoes)) == [Finding("idle", (9,))]


@pytest.mark.parametrize(
    ("tier", "veto", "vetoed"),
    [
        (Tier(3, 0, (_ONE,)), Condition("spent", ">", 5), True),
        (Tier(3, 0, (_ONE,)), _ONE, True),
        (Tier(3, 0, (_ONE,)), Condition("spent", ">", 10), False),
        (Tier(3, 0, (_ONE,)), Condition("spent", "<", 50), False),
        (Tier(3, 0, (_ONE, _MORE)), _MORE, True),
        # One of them is enough to reach it, and not to meet the veto.
        (Tier(3, 0, (_ONE, _MORE), True), _MORE, False),
        (Tier(3, 0, (_ONE,), True), _ONE, True),
        (Tier(3), _ONE, False),
        (Tier(3, 40), Condition(SCORE, ">=", 30), True),
    ],
)
def test_tier_whose_customers_are_all_capped(tier, veto, vetoed):
    """Whoever reached it met a veto of the same programme, and nobody was told why it is empty."""
    indicators = (Indicator(41, "spent", 1, Linear(0, 9)),)
    tiers = (Tier(5), tier, Tier(2, 90))
    program = _program(indicators=indicators, tiers=tiers, vetoes=(Veto(8, veto, 5),))
    found = _found(program, code="vetoed")
    expected = [Finding("vetoed", (3,), (8,))] if vetoed else []
    if veto.metric == SCORE:
        expected.append(Finding("vetoed", (2,), (8,)))
    assert found == expected


def test_tier_that_capped_customers_come_to():
    """Whoever is capped at it need not have reached it."""
    tiers = (Tier(5), Tier(3, 0, (_ONE,)), Tier(2, 0, (_MORE,)))
    vetoes = (Veto(8, _ONE, 5), Veto(9, Condition("since", ">", 90), 3))
    assert _found(_program(tiers=tiers, vetoes=vetoes), code="vetoed") == []
