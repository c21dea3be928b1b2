"""The day on which a customer is looked at again: whoever is not due need not be graded."""

import sys
from datetime import timedelta

import numpy as np
import pytest
from crowds import Nights, anything_before, crowd, lean
from grading import metrics
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
skipped = {"nights": 0, "looks": 0, "refreshed": 0}


@pytest.fixture(scope="module", autouse=True)
def _told():
    yield
    if skipped["nights"]:
        share = 1 - skipped["looks"] / skipped["nights"]
        sys.stdout.write(
            f"\nSkipped {share:.1%} of {skipped['nights']:,} customer-days; of these, "
            f"{skipped['refreshed']:,} looked only at what is overdue\n"
        )


@proof
@given(programs(), st.sampled_from(DAYS), st.integers(0, 2**31))
def test_who_is_not_due_need_not_be_graded(program, first, seed):
    """A night that skipped somebody left a tier, stage, score or date that grading everybody would
    have changed."""
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
                f"but was {kept.loc[customer, column]}; columns {wrong.loc[customer].sum()}"
            )
        assert not rest[["expired", "notice", "corrected"]].any(axis=None), as_of
    skipped["nights"] += nights.nights * len(facts.customers)
    skipped["looks"] += int(nights.looked)
    skipped["refreshed"] += nights.refreshed
