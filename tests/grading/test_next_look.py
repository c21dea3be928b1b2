"""The day on which a customer is looked at again: whoever is not due need not be graded."""

import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from crowds import Nights, anything_before, crowd, lean
from grading import debts, metrics, policy
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import DAYS, programs

# In the long profile 200 programmes with 50 customers each go through 400 nights.
LONG = settings.default.max_examples > 100
SIZE, NIGHTS = (50, 400) if LONG else (25, 120)
proof = settings(
    max_examples=200 if LONG else 6,
    suppress_health_check=list(HealthCheck),
    deadline=None,
    # A failing example takes minutes to make smaller.
    phases=(Phase.explicit, Phase.generate),
)
skipped = Counter()


@pytest.fixture(scope="module", autouse=True)
def _told():
    yield
    if skipped["nights"]:
        share = 1 - skipped["looks"] / skipped["nights"]
        sys.stdout.write(
            f"\n{skipped['programs']} programmes: skipped {share:.1%} of "
            f"{skipped['nights']:,} customer-days; of these, "
            f"{skipped['refreshed']:,} looked only at what is overdue\n"
        )


def test_who_is_not_due_need_not_be_graded():
    """A night that skipped somebody left a tier, stage, score or date that grading everybody would
    have changed."""
    examples = []

    @proof
    @given(programs(), st.sampled_from(DAYS), st.integers(0, 2**31))
    def draw(program, first, seed):
        examples.append((program, first, seed))

    draw()
    # Each is independent of the others, and nights of few customers take one processor each.
    processes = min(len(examples), os.cpu_count() or 1)
    with ProcessPoolExecutor(processes, get_context("fork")) as pool:
        for nights in pool.map(_prove, examples):
            skipped.update(nights)


def _prove(example):
    """Nights of one programme.

    :return: dict as ``skipped``
    """
    program, first, seed = example
    rng, today = np.random.default_rng(seed), metrics.day_number(first)
    program = lean(rng, program)
    facts = crowd(rng, program, today, SIZE)
    nights = Nights(facts, program, anything_before(rng, program, facts.customers, today))
    for night in range(NIGHTS):
        as_of = first + timedelta(days=night)
        table, kept, rest = nights.night(as_of)
        if not np.array_equal(table.to_numpy(), kept.to_numpy(), equal_nan=True):
            wrong = ~((table == kept) | (table.isna() & kept.isna()))
            customer = wrong.any(axis=1).idxmax()
            column = wrong.loc[customer].idxmax()
            raise AssertionError(
                f"{as_of}, customer {customer}: {column} is {table.loc[customer, column]}, "
                f"but was {kept.loc[customer, column]}; columns {wrong.loc[customer].sum()}; "
                f"seed {seed}, first {first}, {program}"
            )
        assert not rest[["expired", "notice", "corrected"]].any(axis=None), (as_of, example)
    return {
        "programs": 1,
        "nights": nights.nights * len(facts.customers),
        "looks": int(nights.looked),
        "refreshed": nights.refreshed,
    }


def test_what_is_lost_against_no_debt_of_its_own():
    """An entry that brought no money was set against a debt that had been open, and the days that
    this is late grew every day, while nobody looked."""
    first, rng = date(2024, 11, 1), np.random.default_rng(1)
    today = metrics.day_number(first)
    program = policy.Program(
        id=1,
        metrics=(
            policy.Metric("amount", "amount", 12),
            policy.Metric("order_count", "order_count"),
        ),
        indicators=(),
        tiers=(policy.Tier(1, 0.0),),
        credit=policy.Credit(min_invoices=1),
    )
    facts = crowd(rng, program, today, 1)
    unpaid = {"customer": facts.customers[0], "begun": today - 40.0, "due": today - 3.0}
    unpaid |= {"debt": 1, "invoice": 1, "source": debts.INVOICE, "paid": np.nan, "by": 0}
    unpaid |= {"amount": 100.0, "total": 100.0, "kind": debts.PAID, "counts": True}
    lost = {**unpaid, "debt": 0, "source": 0, "invoice": 0, "due": np.nan, "kind": debts.LOST}
    lost |= {"begun": today - 9.0, "paid": today - 9.0, "by": 5}
    payments = pd.DataFrame([unpaid, lost]).astype(debts.TYPES)
    nights = Nights(
        replace(facts, payments=payments),
        program,
        anything_before(rng, program, facts.customers[:0], today),
    )
    for night in range(5):
        table, kept, _rest = nights.night(first + timedelta(days=night))
        assert table["worst_delay"].iloc[0] == night + 3
        assert kept["worst_delay"].iloc[0] == night + 3
