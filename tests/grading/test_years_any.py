"""Years of their own: what holds of any programme and any history."""

from dataclasses import replace
from datetime import date, timedelta
from math import nan

import numpy as np
import pytest
from builders import (
    AS_OF,
    CUSTOMERS,
    TODAY,
    assert_same,
    facts,
    histories,
    programs,
    select,
    shuffled,
    until,
)
from grading import metrics, pipeline, years
from grading.policy import (
    YEAR,
    Bands,
    Condition,
    Indicator,
    Metric,
    Program,
    Tier,
    Veto,
)
from hypothesis import given
from hypothesis import strategies as st
from test_years import GOLD, LADDER, LOW, PERIODS, SILVER


@given(histories, programs(), PERIODS)
def test_reason_adds_up(known, program, period):
    """The row of a customer is one computation: shares sum to the score that is shown, and the
    next tier is the one above what is reached."""
    program = replace(program, period=period)
    table = pipeline.grade(known, program, AS_OF)
    assert set(pipeline.reason_columns(program)) <= set(table)
    parts = table[[c for c in table if c.startswith("share:")]].sum(axis=1)
    scored = table["score"].notna()
    assert np.allclose(parts[scored], table["score"][scored], atol=0.01)
    assert ((table["veto"] > 0) == (table["tier"] != table["reached"])).all()
    assert ((table["missing"] > 0) == (table["next"] > 0)).all()
    order = [0, *(tier.id for tier in program.tiers)]
    for row in table.itertuples():
        if row.next:
            assert order.index(row.next) == order.index(row.reached) + 1
    assert (table["year:first"] <= table["year:last"]).all()
    back = table["year:back"] == 1
    assert (table["year:last"][back] < TODAY).all()
    assert (table["year:last"][~back] >= TODAY).all()
    assert (table["year:counts"] >= TODAY).all()
    assert table[[f"running:{m.code}" for m in program.metrics]][~back].isna().all(axis=None)


@given(histories, programs(), PERIODS, st.integers(0, 99))
def test_row_order_changes_nothing(known, program, period, seed):
    """A database returns rows in any order."""
    program = replace(program, period=period)
    table = pipeline.grade(known, program, AS_OF)
    assert_same(pipeline.grade(shuffled(known, seed), program, AS_OF), table)


@given(histories, programs(), PERIODS, st.sets(st.sampled_from(CUSTOMERS)))
def test_one_customer_alone_is_graded_as_among_all(known, program, period, some):
    """Years are those of the customer, whoever is graded along."""
    program = replace(program, period=period)
    together = pipeline.grade(known, program, AS_OF)
    for part in (some, set(CUSTOMERS) - some):
        alone = pipeline.grade(select(known, sorted(part)), program, AS_OF)
        assert_same(alone, together.loc[alone.index])


@given(
    histories,
    programs(),
    st.sampled_from(["rolling", "calendar", "anniversary"]),
    st.integers(0, 60),
)
def test_lines_before_the_start_are_not_missed(known, program, period, days):
    """Lines that are too old to count are not read from the database; a day too few would take
    products away, a window of all history read as a year would take most of them."""
    whole = program.metrics
    for kept in (whole, tuple(replace(m, months=m.months or 6) for m in whole)):
        rules = replace(program, period=period, metrics=kept)
        start = metrics.lines_start([rules], AS_OF - timedelta(days=days))
        assert (start is None) == (kept is whole)
        if start is not None:
            cut = replace(known, lines=known.lines[known.lines["day"] > start])
            for as_of in (AS_OF, AS_OF - timedelta(days=days)):
                expected = pipeline.grade(known, rules, as_of)
                assert_same(pipeline.grade(cut, rules, as_of), expected)


@given(st.dates(date(2001, 1, 1), date(2060, 1, 1)), st.integers(1, 4000), st.integers(1, 36))
def test_lines_of_the_last_full_year_are_read(as_of, ago, months):
    """The last full year began up to two years ago, and months that roll end with it too."""
    rules = Program(1, (Metric("breadth", "product_count", months),), period="anniversary")
    start = metrics.lines_start([rules], as_of)
    year = years.Years.of("anniversary", as_of, np.array([metrics.day_number(as_of) - ago]))
    assert start < year.last_start[0] or months < YEAR
    assert start <= metrics.day_before_window(year.start - 1, months)[0]


@given(histories, programs(), PERIODS, st.integers(0, 400))
def test_grading_the_past_sees_what_was_known_then(known, program, period, days):
    """Nothing later is looked at, not even for the day on which a year begins."""
    program = replace(program, period=period)
    as_of = AS_OF - timedelta(days=days)
    back_then = pipeline.grade(until(known, TODAY - days), program, as_of)
    assert_same(pipeline.grade(known, program, as_of), back_then)


_codes = ("amount", "orders", "mean")
_requirements = st.builds(
    Condition, st.sampled_from(_codes), st.sampled_from([">=", "<"]), st.integers(0, 3000)
)
_ladders = st.builds(
    lambda conditions, score: Program(
        1,
        (
            Metric("amount", "amount", 12),
            Metric("orders", "order_count", 12),
            Metric("mean", "average_order", 12),
        ),
        (Indicator(4, "mean", 1, Bands((0, 500, 2000), (0, 50, 100))),),
        (
            Tier(LOW),
            Tier(SILVER, conditions=tuple(conditions)),
            Tier(GOLD, min_score=score),
        ),
        vetoes=(Veto(80, Condition("orders", ">", 3), SILVER),),
    ),
    st.lists(_requirements, max_size=2),
    st.sampled_from([40.0, 60.0]),
)


@given(histories, _ladders, st.integers(0, 400))
def test_better_of_two_gradings(known, rolling, days):
    """The tier is the higher one of two plain gradings, told apart here in another way: of last
    year as of its last day, and of today without the orders of the years before."""
    as_of = AS_OF - timedelta(days=days)
    new_year = date(as_of.year, 1, 1)
    start = metrics.day_number(new_year)
    this_year = replace(known, orders=known.orders[known.orders["day"] >= start])
    running = pipeline.grade(this_year, rolling, as_of)
    last = pipeline.grade(known, rolling, new_year - timedelta(days=1))
    counted = known.orders[known.orders["frequent"] & (known.orders["day"] <= start + 400)]
    counted = counted[counted["day"] <= metrics.day_number(as_of)]
    first = counted.groupby("customer")["day"].min().reindex(CUSTOMERS)
    table = pipeline.grade(known, replace(rolling, period="calendar"), as_of)
    for customer in CUSTOMERS:
        tiers = [running["tier"][customer]]
        if not first[customer] >= start:
            tiers.append(last["tier"][customer])
        assert table["tier"][customer] == max(tiers)
        source = last if table["year:back"][customer] else running
        for name in ("tier", "score", "metric:amount", "points:4", "share:4", "met", "veto"):
            ours, theirs = table[name][customer], source[name][customer]
            assert ours == theirs or (np.isnan(ours) and np.isnan(theirs))


@given(histories, programs())
def test_rolling_programmes_have_nothing_of_it(known, program):
    """Numbers on file, and the night's run time, stay what they are."""
    table = pipeline.grade(known, program, AS_OF)
    assert not [name for name in table if name.startswith(("year:", "running:", "stays"))]


def test_what_is_kept_of_the_reason():
    """What changes by itself every day would write every customer every night; of a year that is
    over it does not change."""
    for orders, amount, since in (
        ([("2026-02-01", 5000.0)], 5000, nan),
        ([("2025-03-01", 5000.0), ("2026-02-01", 300.0)], 5000, 305),
    ):
        known = facts([(7, *order) for order in orders])
        table = pipeline.grade(known, LADDER, date(2026, 6, 30))
        kept = pipeline.lasting(table, LADDER)
        assert list(kept) == pipeline.reason_columns(LADDER)
        assert kept["metric:amount"].tolist() == [amount]
        assert np.array_equal(kept["metric:since"], [since], equal_nan=True)
        assert np.isnan(kept["running:since"]).all()
        later = pipeline.lasting(pipeline.grade(known, LADDER, date(2026, 12, 31)), LADDER)
        assert all(np.array_equal(kept[name], later[name], equal_nan=True) for name in kept)


def test_unknown_period_is_refused():
    """A typing error must not grade everybody by another rule."""
    with pytest.raises(ValueError, match="period"):
        replace(LADDER, period="fiscal")
