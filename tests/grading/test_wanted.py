"""Thresholds from the shares that somebody wants."""

import numpy as np
import pandas as pd
import pytest
from grading.findings import Figures
from grading.policy import Condition, Metric, Program, Tier
from grading.wanted import proposals, roundest
from grading.whatif import variant
from hypothesis import given
from hypothesis import strategies as st

BRONZE, SILVER, GOLD = 1, 2, 3


def program(**vals):
    tiers = (
        Tier(BRONZE),
        Tier(SILVER, conditions=(Condition("amount", ">=", 1.0),)),
        Tier(GOLD, conditions=(Condition("amount", ">=", 2.0),)),
    )
    return Program(1, **{"metrics": (Metric("amount", "amount", 12),), "tiers": tiers, **vals})


def figures(amounts, score=None):
    size = len(amounts)
    return Figures(
        pd.DataFrame({"amount": np.asarray(amounts, dtype=float)}),
        np.full(size, np.nan) if score is None else np.asarray(score, dtype=float),
        np.zeros(size, dtype=int),
    )


def counts(known, rules):
    at = known.places(rules)
    return [int((at == place).sum()) for place in range(len(rules.tiers))]


def test_wanted():
    """5 / 15 / 80 of a hundred; nobody has 19,473 as a threshold."""
    amounts = [*np.linspace(100, 900, 80), *np.linspace(2100, 4000, 15), *np.linspace(21e3, 5e4, 5)]
    changes = proposals(figures(amounts), program(), (0.8, 0.15, 0.05))
    assert [(one.id, one.value) for one in changes] == [(GOLD, 10_000), (SILVER, 1000)]
    assert counts(figures(amounts), variant(program(), changes)) == [80, 15, 5]


def test_widest_gap_nearby():
    """A cent more or less decides about customers who buy the same."""
    amounts = [*np.linspace(100, 900, 78), *np.linspace(1900, 4000, 22)]
    (gold, silver) = proposals(figures(amounts), program(), (0.75, 0.15, 0.1))
    assert silver.value == 1000, "behind 22, where they are apart, not within those behind 25"
    assert gold.value > silver.value


def test_equal_values():
    """Half of all customers bought exactly as much: no threshold divides them."""
    known = figures([*[500.0] * 90, *np.linspace(2000, 9000, 10)])
    changes = proposals(known, program(), (0.5, 0.4, 0.1))
    assert [(one.id, one.value) for one in changes] == [(GOLD, 1000)]


def test_score_and_keep():
    """Scores are compared by points, and what keeps a tier is no harder than what reaches it."""
    tiers = (Tier(BRONZE), Tier(SILVER, min_score=90.0, keep_score=80.0))
    known = figures(np.ones(100), [*np.linspace(0, 38, 80), *np.linspace(62, 99, 20)])
    changes = proposals(known, program(tiers=tiers), (0.8, 0.2))
    assert [(one.kind, one.value) for one in changes] == [("score", 50), ("keep_score", 0)]


def test_share_of_the_best():
    """A tier for the best percent asks for them as they are wanted, with those above."""
    rules = program()
    top = Tier(GOLD, top=Condition("amount", ">=", 8900.0))
    rules = program(tiers=(*rules.tiers[:2], top))
    changes = proposals(figures(np.arange(1, 101)), rules, (0, 0.9, 0.1))
    assert (changes[0].kind, changes[0].value) == ("top", 10)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (19_400, 20_500, 20_000),
        (950, 1010, 1000),
        (0, 7, 1),
        (1234.5, 1234.9, 1234.6),
        (61, 64, 62),
        (17_000, 19_473, 18_000),
    ],
)
def test_what_people_say(low, high, said):
    assert roundest(low, high) == said


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=60, unique=True))
def test_roundest_is_between(numbers):
    """A rounded threshold lets in somebody whom it was to leave out."""
    low, high = sorted(numbers)[:2]
    assert low < roundest(float(low), float(high)) <= high


@given(
    st.lists(st.floats(0, 1e6), min_size=3, max_size=200),
    st.tuples(st.integers(1, 90), st.integers(1, 9)),
)
def test_any(amounts, percents):
    """A proposal that contradicts itself, or that nobody can apply."""
    silver, gold = (percent / 100 for percent in percents)
    changes = proposals(figures(amounts), program(), (1 - silver - gold, silver, gold))
    values = {one.id: one.value for one in changes}
    if len(values) == 2:
        assert values[SILVER] < values[GOLD]
        variant(program(), changes)
