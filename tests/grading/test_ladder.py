"""Which tier a customer has earned."""

import math

import numpy as np
import pandas as pd
import pytest
from grading import ladder
from grading.policy import Condition, Metric, Program, Tier, Veto
from hypothesis import given
from hypothesis import strategies as st

BIG = Condition("amount", ">=", 1000.0)
RECENT = Condition("days", "<=", 30.0)


def tier_of(tiers, score=math.nan, amount=math.nan, days=math.nan):
    values = pd.DataFrame({"amount": [amount], "days": [days]})
    program = Program(1, (), tiers=tuple(tiers))
    return ladder.climb(program, values, np.array([score]))["tier"].tolist()[0]


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [(">=", 0, 7, 7), (">", 0, 0, 7), ("<=", 7, 7, 0), ("<", 7, 0, 0)],
)
def test_conditions_compare_as_they_read(operator, below, equal, above):
    """Exactly on the threshold is where >= and > part."""
    tiers = [Tier(7, conditions=(Condition("amount", operator, 100.0),))]
    assert [tier_of(tiers, amount=a) for a in (99.99, 100.0, 100.01)] == [below, equal, above]


@pytest.mark.parametrize("operator", [">=", ">", "<=", "<"])
def test_unknown_value_never_meets_a_condition(operator):
    """Who never ordered is not "less than 30 days ago", nor "less than 100 spent"."""
    assert tier_of([Tier(7, conditions=(Condition("days", operator, 30.0),))]) == 0


def test_unknown_score_meets_no_minimum():
    """Nothing known about a customer is no reason for a tier, nor for an error."""
    tiers = [Tier(7, min_score=0.01)]
    assert [tier_of(tiers, score=s) for s in (math.nan, 0.0, 0.01)] == [0, 0, 7]


def test_highest_tier_wins_even_when_a_lower_one_is_not_met():
    """The ladder is not climbed step by step: gold needs what gold says, not silver's too."""
    silver, gold = Tier(8, conditions=(RECENT,)), Tier(3, min_score=80.0)
    assert tier_of([silver, gold], score=90.0, days=400.0) == 3
    assert tier_of([silver, gold], score=90.0, days=5.0) == 3
    assert tier_of([silver, gold], score=10.0, days=5.0) == 8
    assert tier_of([silver, gold], score=10.0, days=400.0) == 0


@pytest.mark.parametrize(
    ("score", "amount", "days", "met_all", "met_any"),
    [
        (60.0, 2000.0, 5.0, 7, 7),
        (60.0, 2000.0, 99.0, 0, 7),
        (40.0, 2000.0, 5.0, 0, 7),
        (60.0, 10.0, 99.0, 0, 7),
        (40.0, 10.0, math.nan, 0, 0),
    ],
)
def test_all_or_any_of_minimum_score_and_conditions(score, amount, days, met_all, met_any):
    """The minimum score is one requirement among the others."""
    for match_any, expected in ((False, met_all), (True, met_any)):
        tiers = [Tier(7, 50.0, (BIG, RECENT), match_any)]
        assert tier_of(tiers, score, amount, days) == expected


@pytest.mark.parametrize("match_any", [False, True])
def test_tier_without_requirements_takes_everybody(match_any):
    """The entry tier is for the unknown customer too; any of nothing must not mean nobody."""
    assert tier_of([Tier(7, match_any=match_any)]) == 7
    assert tier_of([]) == 0


SILVER, GOLD, DIAMOND = Tier(1), Tier(2, min_score=60.0), Tier(3, 80.0, (BIG,))
RISKY = Veto(41, Condition("days", ">", 90.0), 1)
SLOW = Veto(42, Condition("days", ">", 60.0), 2)


def climbed(score=math.nan, amount=math.nan, days=math.nan, tiers=None, vetoes=(), metrics=()):
    program = Program(1, metrics, tiers=tiers or (SILVER, GOLD, DIAMOND), vetoes=vetoes)
    values = pd.DataFrame({"amount": [amount], "days": [days]})
    row = ladder.climb(program, values, np.array([score]))
    return {name: column.tolist()[0] for name, column in row.items()}


@pytest.mark.parametrize(
    ("days", "tier", "veto"), [(60, 3, 0), (61, 2, 42), (91, 1, 41), (math.nan, 3, 0)]
)
def test_veto_caps_and_the_strictest_is_named(days, tier, veto):
    """“Credit score below 50: at most silver” holds however good the rest is, unknown is no
    offence, and the reason shown is the veto that decided."""
    for vetoes in ((RISKY, SLOW), (SLOW, RISKY)):
        row = climbed(90.0, 2000.0, days, vetoes=vetoes)
        assert (row["tier"], row["veto"], row["reached"]) == (tier, veto, 3)


def test_veto_that_takes_nothing_is_not_a_reason():
    """“Capped by …” on a customer who would not be higher anyway is wrong and annoys."""
    row = climbed(10.0, days=300.0, vetoes=(RISKY,))
    assert (row["tier"], row["veto"], row["reached"], row["next"]) == (1, 0, 1, 2)


def test_capped_customer_must_meet_the_lower_tier_too():
    """“At most gold” is no gift of gold to somebody who meets diamond alone."""
    tiers = (Tier(1), Tier(2, conditions=(RECENT,)), Tier(3, conditions=(BIG,)))
    veto = Veto(9, Condition("score", "<", 0.0), 2)
    values = pd.DataFrame({"amount": [5000.0], "days": [400.0], "score": [-1.0]})
    row = ladder.climb(Program(1, (), tiers=tiers, vetoes=(veto,)), values, np.array([50.0]))
    assert (row["tier"][0], row["reached"][0], row["veto"][0]) == (1, 3, 9)


def test_gap_says_what_is_missing_to_the_next_tier():
    """8 points and 999.50 are missing to diamond; nothing is missing at the top."""
    row = climbed(72.0, 0.5)
    assert (row["tier"], row["next"], row["met"], row["missing"]) == (2, 3, 1, 3)
    assert (row["gap:0"], row["gap:1"]) == (8.0, 999.5)
    row = climbed(72.0, 1000.0)
    assert (row["missing"], row["gap:0"]) == (1, 8.0)
    assert math.isnan(row["gap:1"])
    row = climbed(80.0, 1000.0)
    assert (row["tier"], row["next"], row["met"], row["missing"]) == (3, 0, 3, 0)


def test_gap_that_grows_by_itself_is_left_out():
    """Stored, it would make every night rewrite every customer."""
    tiers = (Tier(1), Tier(2, conditions=(RECENT,)))
    days = Metric("days", "recency_days")
    assert math.isnan(climbed(days=45.0, tiers=tiers, metrics=(days,))["gap:0"])
    assert climbed(days=45.0, tiers=tiers, metrics=(Metric("days", "amount"),))["gap:0"] == -15.0


def test_share_of_the_best_is_one_more_requirement():
    """The best five percent by amount, and a score: both, or with any one of them."""
    top = Condition("amount", ">=", 900.0)
    for match_any, tier in ((False, 1), (True, 2)):
        tiers = (Tier(1), Tier(2, 60.0, match_any=match_any, top=top))
        assert climbed(50.0, 900.0, tiers=tiers)["tier"] == tier


@pytest.mark.parametrize(
    ("values", "percent", "cut"),
    [
        (range(1, 101), 5, 96.0),
        (range(1, 101), 100, 1.0),
        ([1, 2, 3], 5, 3.0),
        ([7.0] * 10, 10, 7.0),
        ([1, math.nan, 2, math.nan], 50, 2.0),
        ([math.nan], 5, None),
        ([], 5, None),
    ],
)
def test_share_becomes_a_cut(values, percent, cut):
    """At least one is the best; unknown values are nobody's; 29 of 100 must not become 28 by the
    way 0.29 is stored."""
    assert ladder.cut_of_share(list(values), percent) == cut
    assert ladder.cut_of_share(range(100), 29) == 71.0


@given(st.lists(st.integers(0, 20), min_size=1), st.integers(1, 100))
def test_everybody_at_the_cut_is_among_the_best(values, percent):
    """Equal values are equal: the cut takes at least the share, and no value twice in and out."""
    cut = ladder.cut_of_share(values, percent)
    taken = sum(value >= cut for value in values)
    assert taken >= max(1, len(values) * percent // 100)
    assert sum(value > cut for value in values) < max(1, len(values) * percent / 100)


def test_direction():
    """History, messages and proposals all ask here; of those outside any tier nobody goes down."""
    moves = [
        # before, after, programme before, programme after
        (0, 0, 0, 0, "stay"),
        (2, 2, 7, 7, "stay"),
        (0, 1, 0, 7, "first"),
        (1, 0, 7, 0, "out"),
        (1, 2, 7, 7, "up"),
        (2, 1, 7, 7, "down"),
        (1, 2, 7, 8, "switch"),
        (2, 1, 7, 8, "switch"),
    ]
    *columns, expected = zip(*moves, strict=True)
    assert ladder.direction(*map(np.array, columns)).tolist() == list(expected)
    assert ladder.direction(1, 2, 7, 7).item() == "up"


def test_nearly():
    """“Within 10 % of Gold” is said of who is Gold, of who lacks a fifth, or of whom a veto keeps
    away for good."""
    tiers = (
        Tier(1),
        Tier(2, conditions=(Condition("amount", ">=", 1000),)),
        Tier(
            3,
            conditions=(
                Condition("amount", ">=", 5000),
                Condition("late", "<=", 10),
            ),
        ),
    )
    veto = Veto(1, Condition("late", ">", 50), 1)
    program = Program(id=1, metrics=(), tiers=tiers, vetoes=(veto,))
    values = pd.DataFrame(
        {
            "amount": [950.0, 800.0, 4600.0, 4600.0, 5000.0, np.nan, 950.0],
            "late": [0.0, 0.0, 10.0, 11.0, 0.0, 0.0, 60.0],
        }
    )
    found = ladder.nearly(program, values, np.zeros(7), 0.1)
    assert list(found) == [1, -1, 2, -1, -1, -1, -1]
