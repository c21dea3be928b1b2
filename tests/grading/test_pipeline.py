"""Grading as a whole: one example by hand, and what holds for any programme and history."""

from datetime import timedelta
from math import nan

import numpy as np
import pandas as pd
import pytest
from builders import (
    AS_OF,
    CUSTOMERS,
    METRICS,
    ORDER_TYPES,
    TODAY,
    assert_same,
    day,
    facts,
    histories,
    programs,
    select,
    shuffled,
    until,
)
from grading import metrics, pipeline, points
from grading.policy import (
    Bands,
    Condition,
    Indicator,
    Linear,
    Metric,
    Program,
    Segment,
    Tier,
)
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

PROGRAM = Program(
    id=1,
    metrics=(
        Metric("spent", "amount", 12),
        Metric("orders", "order_count", 12),
        Metric("since", "recency_days"),
    ),
    indicators=(
        Indicator(31, "since", 2, Bands((0, 30, 90), (100, 50, 0)), "r"),
        Indicator(32, "orders", 1, Bands((0, 2), (0, 100)), "f"),
        Indicator(33, "spent", 1, Bands((0, 1000), (0, 100)), "m"),
        Indicator(34, "spent", 1, Linear(0, 1000)),
    ),
    tiers=(
        Tier(5),
        Tier(2, min_score=40),
        Tier(9, min_score=60, conditions=(Condition("spent", ">=", 1000),)),
    ),
    segments=(Segment(71, (3, 3), (2, 2), (2, 2)), Segment(72, (1, 3), (1, 2), (1, 2))),
    typical_interval=31.0,
)


def test_table_of_a_hand_computed_example():
    """A: 5 + 65 days apart, spent 1,000 this year. B: one old order. C: none, and so unknown
    recency, coverage 3/5, no expected order, no segment."""
    known = facts(
        [
            (4, "2025-04-11", 400.0),
            (4, "2025-04-16", 100.0),
            (4, "2025-06-20", 500.0),
            (8, "2024-01-15", 5000.0),
        ],
        customers=[4, 8, 15],
    )
    last, old = day("2025-06-20"), day("2024-01-15")
    expected = pd.DataFrame(
        {
            "tier": [9, 5, 5],
            "score": [100.0, 0.0, 0.0],
            "coverage": [1.0, 1.0, 0.6],
            "last_day": [last, old, nan],
            # (5 · 65 · 31³)^(1/5) = 24.95
            "next_day": [last + 25, old + 31, nan],
            # Nothing else is known: e^0.842, and for the window e^±1.282, times that.
            "late_day": [last + 58, old + 72, nan],
            # By then two of three order nothing for 30 more days, and four of five some steps of
            # a tenth later: 58 · 1.1⁸ and 72 · 1.1⁸ days.
            "call_day": [last + 124, old + 154, nan],
            "late_share": [0.8, 0.8, nan],
            "next_from": [last + 7, old + 9, nan],
            "next_until": [last + 90, old + 112, nan],
            "interval_count": [2, 0, 0],
            # (5 · 65)^(1/2)
            "own_interval": [18.03, nan, nan],
            "own_weight": [0.4, 0.0, 0.0],
            # Nothing is seen beyond the last twentieth.
            "stay_away": [0.9, 0.9, nan],
            "rfm_r": [3, 1, 0],
            "rfm_f": [2, 1, 1],
            "rfm_m": [2, 1, 1],
            "segment": [71, 72, 0],
            "credit_score": [nan] * 3,
            "credit_band": [0, 0, 0],
            "days_beyond_terms": [nan] * 3,
            "on_time_share": [nan] * 3,
            "worst_delay": [nan] * 3,
            "overdue_amount": [0.0] * 3,
            "credit_invoice_count": [0, 0, 0],
            "metric:spent": [1000.0, 0.0, 0.0],
            "metric:orders": [3.0, 0.0, 0.0],
            "metric:since": [10.0, 532.0, nan],
            "points:31": [100.0, 0.0, nan],
            "points:32": [100.0, 0.0, 0.0],
            "points:33": [100.0, 0.0, 0.0],
            "points:34": [100.0, 0.0, 0.0],
            # Two fifths and one fifth of the weights.
            "share:31": [40.0, 0.0, nan],
            "share:32": [20.0, 0.0, 0.0],
            "share:33": [20.0, 0.0, 0.0],
            "share:34": [20.0, 0.0, 0.0],
            # B needs 40·5/2 = 100 points from the recency alone; nothing else can do it.
            "lever:31": [nan, 30.0, nan],
            "lever:32": [nan, nan, nan],
            "lever:33": [nan, nan, nan],
            "lever:34": [nan, nan, nan],
            "reached": [9, 5, 5],
            "veto": [0, 0, 0],
            "next": [0, 2, 2],
            "met": [3, 0, 0],
            "missing": [0, 1, 1],
            "gap:0": [nan, 40.0, 40.0],
            "gap:1": [nan, nan, nan],
            "lapse": [day("2026-04-11"), nan, nan],
            "entry": [0, 0, 0],
        },
        index=pd.Index([4, 8, 15], name="customer"),
    )
    assert_frame_equal(pipeline.grade(known, PROGRAM, AS_OF), expected)
    first = list(expected).index("metric:spent")
    assert list(expected)[first:] == pipeline.reason_columns(PROGRAM)


def test_score_and_tier_between_the_extremes():
    """(2·50 + 0 + 0 + 60) / 5 = 32 misses 40; with a second order (…+ 100) it is 52, and the
    condition on the amount keeps it from the highest tier."""
    rows = [(1, "2025-05-01", 600.0)]
    for orders, score, tier in ((rows, 32.0, 5), ([*rows, (1, "2025-05-02", 0.0)], 52.0, 2)):
        table = pipeline.grade(facts(orders), PROGRAM, AS_OF)
        assert table[["score", "tier"]].to_dict("list") == {"score": [score], "tier": [tier]}


def test_rfm_is_unknown_without_all_three_roles():
    """Two letters of RFM must not be read as a segment."""
    program = Program(1, PROGRAM.metrics, PROGRAM.indicators[:2], (), PROGRAM.segments)
    table = pipeline.grade(facts([(1, "2025-06-01", 5.0)]), program, AS_OF)
    assert table[["rfm_r", "rfm_f", "rfm_m", "segment"]].to_numpy().tolist() == [[3, 1, 0, 0]]


def test_programme_without_indicators_grades_by_conditions():
    """No score is NaN with coverage 0, and tiers still work."""
    buyers = Tier(3, conditions=(Condition("orders", ">", 0),))
    program = Program(1, PROGRAM.metrics, tiers=(buyers,))
    table = pipeline.grade(facts([(1, "2025-06-01", 5.0)]), program, AS_OF)
    assert np.isnan(table["score"][1])
    assert table[["coverage", "tier"]].to_numpy().tolist() == [[0.0, 3.0]]


@pytest.mark.parametrize("customers", [[], [7]])
@pytest.mark.parametrize("typed", [True, False])
def test_no_orders_and_no_customers_are_graded_like_any_others(customers, typed):
    """The first night of a new company: an empty query gives a frame whose columns have no
    types, and an empty table must still have all its columns."""
    orders = facts().orders if typed else pd.DataFrame([], columns=list(ORDER_TYPES))
    known = metrics.Facts(np.array(customers, dtype=np.int64), orders)
    table = pipeline.grade(known, PROGRAM, AS_OF)
    usual = pipeline.grade(facts([(7, "2025-01-01", 5.0)]), PROGRAM, AS_OF)
    assert table.index.tolist() == customers
    assert table.dtypes.to_dict() == usual.dtypes.to_dict()
    assert set(table["tier"]) <= {5}


@given(histories, programs())
def test_any_history_can_be_graded_by_any_programme(known, program):
    """Scores are within 0 to 100 or unknown, and unknown exactly when too little is covered; ids
    are those of the programme; no order is expected of who never ordered."""
    table = pipeline.grade(known, program, AS_OF)
    score, coverage = table["score"], table["coverage"]
    assert table.index.tolist() == list(CUSTOMERS)
    assert (score.isna() | score.between(0, 100)).all()
    assert coverage.between(0, 1).all()
    assert (score.isna() == ((coverage == 0) | (coverage < program.min_coverage))).all()
    assert set(table["tier"]) <= {0, *(tier.id for tier in program.tiers)}
    assert set(table["segment"]) <= {0, *(segment.id for segment in program.segments)}
    assert not (table["last_day"] > TODAY).any()
    assert not (table["last_day"].isna() & table["next_day"].notna()).any()
    assert not (table["next_day"] <= table["last_day"]).any()
    assert {f"metric:{metric.code}" for metric in METRICS} <= set(table)


@given(histories, programs())
def test_reason_adds_up(known, program):
    """What is said about a grade must be what made it: contributions sum to the score, the tier
    is the one reached unless a veto took it, and something is missing to every next tier."""
    table = pipeline.grade(known, program, AS_OF)
    parts = table[[c for c in table if c.startswith("share:")]].sum(axis=1)
    scored = table["score"].notna()
    assert np.allclose(parts[scored], table["score"][scored], atol=0.01)
    assert ((table["veto"] > 0) == (table["tier"] != table["reached"])).all()
    assert ((table["missing"] > 0) == (table["next"] > 0)).all()
    order = [0, *(tier.id for tier in program.tiers)]
    for row in table.itertuples():
        assert order.index(row.tier) <= order.index(row.reached)
        if row.next:
            assert order.index(row.next) == order.index(row.reached) + 1
        else:
            assert row.reached == order[-1]


@given(histories, programs())
def test_lever_is_enough_by_itself(known, program):
    """A customer who does what the screen says must get what it promises; a promise that is a
    cent short is a complaint."""
    table = pipeline.grade(known, program, AS_OF)
    weights = {i.id: i.weight for i in program.indicators}
    for indicator in program.indicators:
        lever = table[f"lever:{indicator.id}"]
        for customer in table.index[lever.notna()]:
            row = table.loc[customer]
            value = lever[customer]
            if value < row[f"metric:{indicator.metric}"] and isinstance(indicator.scale, Bands):
                value = np.nextafter(value, -np.inf)
            gain = float(points.points(indicator.scale, [value])[0]) - row[f"points:{indicator.id}"]
            weight = sum(w for id_, w in weights.items() if not np.isnan(row[f"points:{id_}"]))
            (target,) = [tier.min_score for tier in program.tiers if tier.id == row["next"]]
            assert row["score"] + gain * indicator.weight / weight >= target - 0.02


@given(histories, programs(), st.integers(0, 99))
def test_row_order_and_repetition_change_nothing(known, program, seed):
    """A database returns rows in any order, and a preview is confirmed by grading again: the
    customer must get the tier that was shown, and the facts must not be written to."""
    orders, lines = known.orders.copy(), known.lines.copy()
    first = pipeline.grade(known, program, AS_OF)
    assert_same(pipeline.grade(known, program, AS_OF), first)
    assert_same(known.orders, orders)
    assert_same(known.lines, lines)
    mixed = pipeline.grade(shuffled(known, seed), program, AS_OF)
    assert_same(mixed, first)


@given(histories, programs(), st.sets(st.sampled_from(CUSTOMERS)))
def test_customer_is_graded_the_same_in_any_company(known, program, some):
    """Nobody's score moves because others joined, and slices of a long run equal one run."""
    together = pipeline.grade(known, program, AS_OF)
    others = set(CUSTOMERS) - some
    parts = [pipeline.grade(select(known, sorted(part)), program, AS_OF) for part in (some, others)]
    for part in parts:
        assert_same(part, together.loc[part.index])


@given(histories, programs(), st.integers(0, 400))
def test_grading_the_past_sees_what_was_known_then(known, program, days):
    """A replay must not know the future."""
    as_of = AS_OF - timedelta(days=days)
    replay = pipeline.grade(known, program, as_of)
    back_then = pipeline.grade(until(known, TODAY - days), program, as_of)
    assert_same(replay, back_then)


def test_only_tiers():
    """What tells nothing about tiers costs half of a what-if, or its lack changes a tier."""
    known = facts([(4, "2025-06-01", 600.0), (8, "2023-12-16", 9.0), (15, "2025-01-01", -5.0)])
    whole = pipeline.grade(known, PROGRAM, AS_OF)
    tiers = pipeline.grade(known, PROGRAM, AS_OF, only_tiers=True)
    assert_frame_equal(tiers, whole[list(tiers)])
    assert "next_day" not in tiers
    assert "credit_band" not in tiers
