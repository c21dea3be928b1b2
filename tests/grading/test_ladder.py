"""Which tier a customer has earned."""

import math

import numpy as np
import pandas as pd
import pytest
from grading import ladder
from grading.policy import Condition, Tier

BIG = Condition("amount", ">=", 1000.0)
RECENT = Condition("days", "<=", 30.0)


def tier_of(tiers, score=math.nan, amount=math.nan, days=math.nan):
    values = pd.DataFrame({"amount": [amount], "days": [days]})
    return ladder.highest(tiers, values, np.array([score])).tolist()[0]


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
