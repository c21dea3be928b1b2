"""The spread of graded customers, which advice is given by."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import AS_OF, histories, programs
from grading import lint, pipeline
from grading.policy import Indicator, Linear, Tier
from grading.spread import Spread, lopsided, misfits
from hypothesis import given
from hypothesis import strategies as st
from test_lint import _program

_SPREAD_PROGRAM = _program(
    indicators=tuple(Indicator(id_, f"m{id_}", 1, Linear(0, 9)) for id_ in (43, 41, 42)),
    tiers=(Tier(5), Tier(2)),
)
_earned = st.sampled_from([math.nan, 0.0, 37.5, 100.0])
_rows = st.lists(
    st.tuples(st.sampled_from([0, 2, 5, 99]), st.tuples(_earned, _earned, _earned), st.booleans()),
    max_size=9,
)


def _table(rows):
    """Graded customers as far as a spread looks at them; the third of a row tells the chunk."""
    columns = {f"points:{i.id}": n for n, i in enumerate(_SPREAD_PROGRAM.indicators)}
    return pd.DataFrame(
        {
            "tier": np.array([tier for tier, *_rest in rows], dtype=np.int64),
            # Who is in the first chunk has not bought.
            "metric:orders": np.array([float(not chunk) for *_rest, chunk in rows]),
            **{
                name: np.array([earned[n] for _tier, earned, _chunk in rows], dtype=float)
                for name, n in columns.items()
            },
        }
    )


@given(_rows)
def test_spread_of_chunks_adds_up(rows):
    """A long run goes in chunks, and what it says must not depend on where they were cut, nor on
    which came first; nor on having been stored in between."""
    one, other, whole = (
        Spread.of(_table([row for row in rows if row[2] in chunks]), _SPREAD_PROGRAM)
        for chunks in ([True], [False], [True, False])
    )
    assert one.merge(other) == other.merge(one) == whole
    assert Spread().merge(whole) == whole
    assert Spread.from_json(json.loads(json.dumps(whole.to_json()))) == whole


@given(_rows, st.randoms(use_true_random=False))
def test_spread_is_what_counting_one_by_one_gives(rows, random):
    """In any order of customers."""
    mixed = random.sample(rows, len(rows))
    spread = Spread.of(_table(mixed), _SPREAD_PROGRAM)
    tiers = [tier for tier, *_rest in rows]
    assert (spread.customers, spread.tiers) == (len(rows), {5: tiers.count(5), 2: tiers.count(2)})
    bought = [tier for tier, _points, chunk in rows if not chunk]
    assert spread.buyers == {5: bought.count(5), 2: bought.count(2)}
    earned = {
        i.id: [points[n] for _tier, points, _chunk in rows]
        for n, i in enumerate(_SPREAD_PROGRAM.indicators)
    }
    for id_, column in earned.items():
        known = [number for number in column if not math.isnan(number)]
        extremes = (min(known), max(known)) if known else (None, None)
        assert spread.points[id_] == (len(known), *extremes)
    assert set(spread.differing) == {(41, 42), (41, 43), (42, 43)}
    for (a, b), count in spread.differing.items():
        assert count == sum(map(str.__ne__, map(str, earned[a]), map(str, earned[b])))


def test_spread_kept_before_buyers_were_counted():
    """After an upgrade, nothing is said about whom nothing is known of."""
    kept = {"customers": 99, "tiers": {"5": 99}, "points": {}, "differing": {}}
    spread = Spread.from_json(kept)
    assert (spread.tiers, spread.buyers) == ({5: 99}, {})
    assert spread.merge(Spread()).to_json() == {**kept, "buyers": {}}


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([100, 0, 0, 0], True),
        ([96, 4, 0, 0], True),
        ([95, 5, 0, 0], False),
        ([92, 4, 4], True),
        ([0, 9], False),
        ([0, 10], True),
        ([50], False),
        ([], False),
    ],
)
def test_tiers_that_tell_hardly_anybody_apart(counts, told):
    """Everybody in one tier, or nearly so; of fewer than ten customers nothing is said."""
    assert lopsided(counts) == told


def test_tiers_that_nobody_is_in():
    """The lowest is for who bought little or nothing: it may be empty."""
    assert misfits([90, 10, 0])
    assert misfits([96, 4, 0])
    assert not misfits([0, 50, 50])
    assert not misfits([5, 4, 0])


@given(histories, programs())
def test_any_graded_table_has_a_spread(known, program):
    """The columns are those that grading gives, and customers in no tier are in none here."""
    table = pipeline.grade(known, program, AS_OF)
    spread = Spread.of(table, program)
    assert set(spread.points) == {indicator.id for indicator in program.indicators}
    assert sum(spread.tiers.values()) == (table["tier"] > 0).sum()
    lint.findings(program, replace(spread, customers=lint.ENOUGH))
