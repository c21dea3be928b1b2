"""Programmes and histories of any kind through the whole of grading, movement included.

For a long search: ``FUZZ_EXAMPLES=20000 python -m pytest tests/grading/test_fuzz.py``.
"""

import os
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from builders import assert_same, examples
from grading import lint, metrics, pipeline
from grading.lifecycle import STAGES
from grading.movement import REASONS
from grading.replay import by_month, replay, reversals
from grading.settle import asked, settle
from grading.spread import Spread
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import CUSTOMERS, cases, stored

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
if EXAMPLES:
    # Another search each time, where the usual one is the same on every machine.
    fuzz = settings(
        max_examples=EXAMPLES,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
else:
    fuzz = settings(examples(0.5), suppress_health_check=list(HealthCheck))

# Told of the grading itself and not of the customer: how things were before it.
OF_THE_RUN = ["before", "known", "expired", "stage_was", "notice"]
# Days further away cannot be stored as dates, nor shown.
LAST_DAY = 2_900_000


def graded(case):
    program, known, previous, as_of = case
    return settle(pipeline.grade(known, program, as_of), previous, program, as_of)


@fuzz
@given(cases())
def test_anything_can_be_graded_and_stored(case):
    """A night that ends with an error leaves everybody with old tiers; a number that no column
    holds does the same."""
    program, known, _previous, _as_of = case
    table = graded(case)
    assert table.index.tolist() == known.customers.tolist()
    for name in ("score", "credit_score", *(f"points:{i.id}" for i in program.indicators)):
        assert (table[name].isna() | table[name].between(0, 100)).all(), name
    assert table["coverage"].between(0, 1).all()
    ladder = {0, *(tier.id for tier in program.tiers)}
    assert set(table["computed"]) <= ladder
    assert set(table["target"]) <= ladder
    assert set(table["proposed"]) <= ladder
    assert set(table["segment"]) <= {0, *(segment.id for segment in program.segments)}
    assert set(table["waiting"]) <= {0, *range(REASONS["hold"], len(REASONS))}
    assert set(table["stage"]) <= {0, *STAGES.values()}
    assert set(table["entry"]) <= {0, *(entry.id for entry in program.entries)}
    for name, column in table.items():
        assert not np.isinf(column.to_numpy(dtype=float)).any(), name
    days = ["last_day", "next_day", "next_from", "next_until", "entered", "reviewed", "review"]
    days += ["guaranteed", "above", "noticed", "refused", "follow_up", "lapse"]
    days += [name for name in ("stage_entered", "stage_next") if name in table]
    assert not (table[days].abs() > LAST_DAY).any(axis=None)
    for values in pipeline.lasting(table, program).values():
        assert values.astype(float).shape == (len(table),)


@fuzz
@given(cases())
def test_graded_again_nobody_changes(case):
    """Confirming a second order on a day, a run that is repeated or taken up again: with what was
    stored by the first grading, the second one on that day finds nothing to do."""
    program, known, previous, as_of = case
    first = graded(case)
    second = graded((program, known, stored(first, previous), as_of))
    assert (second["before"] == first["tier"]).all()
    assert not second["expired"].any()
    assert not second["notice"].any()
    assert_same(second.drop(columns=OF_THE_RUN), first.drop(columns=OF_THE_RUN))


@fuzz
@given(cases(), st.integers(0, 99))
def test_order_of_rows_does_not_matter(case, seed):
    """A database returns rows in any order."""
    program, known, previous, as_of = case

    def mixed(frame):
        return frame.sample(frac=1, random_state=seed)

    names = ("orders", "lines", "given", "given_last", "payments")
    frames = {n: mixed(getattr(known, n)) for n in names if getattr(known, n) is not None}
    again = graded((program, replace(known, **frames), mixed(previous), as_of))
    assert_same(again, graded(case))


def _part(known, customers):
    inside = np.isin(known.customers, customers)
    frames = {
        name: frame[frame["customer"].isin(customers)]
        for name in ("orders", "lines", "payments")
        if (frame := getattr(known, name)) is not None
    }
    columns = {n: c[inside] for n in ("entry", "since") if (c := getattr(known, n)) is not None}
    return replace(known, customers=known.customers[inside], **frames, **columns)


@fuzz
@given(cases(), st.sets(st.sampled_from(CUSTOMERS)))
def test_chunks_do_not_matter(case, some):
    """However a run is cut into chunks, and whoever is graded alone, the result is one."""
    program, known, previous, as_of = case
    whole = graded(case)
    for inside in (True, False):
        chosen = [c for c in known.customers.tolist() if (c in some) == inside]
        part = graded((program, _part(known, chosen), previous, as_of))
        assert_same(part, whole.loc[part.index])


@fuzz
@given(cases())
def test_what_is_said_of_any_programme(case):
    """Advice, counts and replays are looked at for the same programmes and must not break
    either."""
    program, known, _previous, as_of = case
    table = graded(case)
    spread = Spread.of(table, program)
    assert Spread.from_json(spread.to_json()) == spread
    assert all(finding.code for finding in lint.findings(program, spread))
    waiting = asked(table, program)
    assert sum(waiting.values()) == (table["waiting"] == REASONS["approval"]).sum()
    moves = replay(known, program, [as_of - timedelta(days=days) for days in (400, 31, 1, 0)])
    assert reversals(moves) <= len(moves) == sum(by_month(moves).values())
    assert set(moves["customer"]) <= set(known.customers.tolist())
    assert isinstance(moves, pd.DataFrame)


@fuzz
@given(cases())
def test_next_day_is_no_surprise(case):
    """Without a new fact a customer does not rise for having ordered less, and what is set by
    hand counts to its last day."""
    program, known, previous, as_of = case
    first = graded(case)
    tomorrow = as_of + timedelta(days=1)
    today = metrics.day_number(as_of)
    before = stored(first, previous)
    second = graded((program, known, before, tomorrow))
    over = before["manual_until"] <= today
    by_hand = (before["manual"] > 0) & ~over
    assert (second["tier"][by_hand] == before["manual"][by_hand]).all()
    held = (first["guaranteed"] > today + 1) & (first["computed"] > 0)
    order = {0: 0} | {tier.id: rank for rank, tier in enumerate(program.tiers, start=1)}
    ranks = [table["computed"].map(order) for table in (first, second)]
    assert (ranks[1][held] >= ranks[0][held]).all()
