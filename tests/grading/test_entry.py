"""Entry tiers of who has not ordered: the rule that fits, and what it does to the ladder."""

from dataclasses import replace

import numpy as np
import pandas as pd
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
)
from grading import pipeline, settle
from grading.entry import Origins
from grading.policy import Condition, Entry, Metric, Movement, Program, Tier, Veto
from hypothesis import given
from hypothesis import strategies as st

PROGRAM = Program(
    id=1,
    metrics=(Metric("amount", "amount", 12), Metric("risk", "given")),
    tiers=(
        Tier(5),
        Tier(2, conditions=(Condition("amount", ">=", 100),)),
        Tier(9, conditions=(Condition("amount", ">=", 1000),)),
    ),
    vetoes=(Veto(81, Condition("risk", ">", 5), 2),),
    entries=(Entry(40, 9, follow_up_days=7), Entry(30, 2)),
)


def grade(entry, orders=(), given=None, program=PROGRAM):
    """Customers 1, 2, … to whom the rules of these ids apply."""
    customers = range(1, len(entry) + 1)
    known = facts(orders, customers=customers, given=given)
    return pipeline.grade(replace(known, entry=np.array(entry)), program, AS_OF)


# Criteria


@pytest.mark.parametrize(
    ("entry", "fitting"),
    [
        (Entry(1, 5), {1, 2, 3}),
        (Entry(1, 5, medium=7), {1, 2}),
        (Entry(1, 5, source=4), {1, 2}),
        (Entry(1, 5, medium=7, source=4), {1}),
        (Entry(1, 5, tags=(20, 21)), {2, 3}),
        (Entry(1, 5, countries=(60,)), {3}),
        (Entry(1, 5, countries=()), set()),
        (Entry(1, 5, metric="judged", value=50), {1, 2}),
        (Entry(1, 5, metric="judged", value=50.5), {1}),
        (Entry(1, 5, metric="unknown", value=-1), set()),
        (Entry(1, 5, medium=7, tags=(21,)), {2}),
    ],
)
def test_criteria(entry, fitting):
    """Everything that a rule names must hold, medium and source in one inquiry: customer 2 came
    by medium 7 and, another time, from source 4."""
    origins = Origins(
        ways=[(1, 7, 4), (2, 7, 0), (2, 8, 4), (3, 0, 0)],
        tags=[(2, 21), (3, 20), (3, 99)],
        countries=[(1, 50), (3, 60)],
        values={"judged": [(1, 80.0), (2, 50.0), (3, 20.0)]},
    )
    assert set(origins.first_fit([entry], [1, 2, 3])) == fitting
    assert set(origins.first_fit([entry], [2])) == fitting & {2}


def test_first_rule_that_fits_wins():
    """A later rule for everybody must not take back what an earlier one gave."""
    origins = Origins(tags=[(1, 20), (2, 21)])
    rules = [Entry(7, 5, tags=(20,)), Entry(8, 5, tags=(20, 21)), Entry(9, 5)]
    fits = origins.first_fit(rules, [1, 2, 3])
    assert {who: rule.id for who, rule in fits.items()} == {1: 7, 2: 8, 3: 9}
    assert origins.first_fit([], [1]) == {}


def test_a_country_shows_no_interest():
    """Every supplier in the address book has a country; a rule for Europe must not grade them."""
    origins = Origins([(1, 0, 0)], [(2, 20)], [(3, 60)], {"judged": [(4, 1.0)]})
    assert origins.people == {1, 2, 4}


# Grading


def test_entry_tier_of_who_never_ordered():
    """Customer 1 enters at the top by rule 40, 2 in the middle by rule 30, 3 by no rule; 4 has
    ordered for 500, so rule 40 does not lift it; an order of 0 of customer 5 is none."""
    orders = [(4, "2025-06-01", 500.0), (5, "2025-06-01", 0.0, False)]
    table = grade([40, 30, 0, 40, 30], orders)
    assert table["tier"].tolist() == [9, 2, 5, 2, 2]
    assert table["entry"].tolist() == [40, 30, 0, 0, 30]
    # Not earned by any requirement; the next tier asks for what it asks everybody.
    assert table["met"].tolist() == [0, 0, 0, 1, 0]
    assert table["next"].tolist() == [0, 9, 2, 9, 9]
    assert table["gap:0"].tolist()[1:] == [1000, 100, 500, 1000]


def test_order_of_tomorrow_is_no_order_yet():
    """A replay of yesterday must find a prospect."""
    table = grade([40], [(1, TODAY + 1, 500.0)])
    assert table[["tier", "entry"]].to_numpy().tolist() == [[9, 40]]


def test_veto_caps_an_entry_tier():
    """A bad risk does not become Gold by a good talk at a fair."""
    table = grade([40, 40, 30], given={"risk": {1: 6.0, 2: 5.0, 3: 6.0}})
    assert table["tier"].tolist() == [2, 9, 2]
    assert table["reached"].tolist() == [9, 9, 2]
    assert table["veto"].tolist() == [81, 0, 0]


def test_rule_below_what_figures_would_give():
    """Where it came from decides, and no step is announced that needs nothing."""
    judged = Tier(9, conditions=(Condition("risk", ">=", 1), Condition("amount", ">=", 9)))
    judged = replace(judged, match_any=True)
    program = replace(PROGRAM, tiers=(*PROGRAM.tiers[:2], judged), vetoes=())
    table = grade([30, 0], given={"risk": {1: 3.0, 2: 3.0}}, program=program)
    assert table["tier"].tolist() == [2, 9]
    assert table["next"].tolist() == [0, 0]
    assert table["missing"].tolist() == [0, 0]


def test_rules_in_any_order_of_ids():
    """Ids are those of the database, positions those of the programme."""
    program = replace(PROGRAM, entries=PROGRAM.entries[::-1])
    assert_same(grade([40, 30, 0]), grade([40, 30, 0], program=program))


@given(histories, programs(), st.lists(st.sampled_from([0, 60, 61]), min_size=5, max_size=5))
def test_nobody_with_an_order_is_touched(known, program, entry):
    """For any programme: customers who ordered are graded as if there were no rules, each of the
    others is at its entry tier or, by a veto, below, and alone as among all."""
    if not program.tiers:
        return
    ends = (program.tiers[0].id, program.tiers[-1].id)
    program = replace(program, entries=(Entry(61, ends[0]), Entry(60, ends[1])))
    prospects = replace(known, entry=np.array(entry))
    table = pipeline.grade(prospects, program, AS_OF)
    usual = pipeline.grade(known, program, AS_OF)
    order = {tier.id: position for position, tier in enumerate(program.tiers)}
    ordered = table["entry"] == 0
    assert_same(table[ordered], usual[ordered])
    frequent = known.orders[known.orders["frequent"] & (known.orders["day"] <= TODAY)]
    assert not set(table.index[~ordered]) & set(frequent["customer"])
    for row in table[~ordered].itertuples():
        entered = ends[61 - row.entry]
        assert row.reached == entered
        assert order[row.tier] <= order[entered]
        assert (row.tier < 0) or (row.veto > 0) == (row.tier != entered)
    alone = [
        pipeline.grade(
            replace(select(known, [who]), entry=np.array([entry[place]])), program, AS_OF
        )
        for place, who in enumerate(CUSTOMERS)
    ]
    for part in alone:
        assert_same(part, table.loc[part.index])


# After the grading


@pytest.mark.parametrize(
    ("days_ago", "days_ahead"), [(0, 7), (1, 6), (6, 1), (7, 0), (8, 6), (700, 0)]
)
def test_follow_up(days_ago, days_ahead):
    """Every seven days from entering the tier, today included."""
    previous = {**settle.PREVIOUS, "program": 1, "tier": 9, "computed": 9}
    previous |= {"entered": TODAY - days_ago, "reviewed": TODAY - days_ago}
    stored = pd.DataFrame([previous] * 3, index=pd.Index([1, 2, 3], name="customer"))
    table = settle.settle(grade([40, 30, 40], [(3, "2025-06-01", 5000.0)]), stored, PROGRAM, AS_OF)
    # Rule 30 asks for none, and customer 3 has ordered.
    assert (table["follow_up"] - TODAY).fillna(-1).tolist() == [days_ahead, -1, -1]


def test_first_order_ends_the_entry_tier_like_any_other():
    """What a prospect was given is guaranteed for the hold, and lost after it by its figures."""
    program = replace(PROGRAM, movement=Movement(hold_months=12))
    previous = {**settle.PREVIOUS, "program": 1, "tier": 9, "computed": 9}
    order = [(1, "2025-06-01", 500.0)]
    for entered, tier in ((TODAY - 30, 9), (TODAY - 400, 2)):
        stored = pd.DataFrame(
            [previous | {"entered": entered, "reviewed": entered}],
            index=pd.Index([1], name="customer"),
        )
        table = settle.settle(grade([40], order, program=program), stored, program, AS_OF)
        assert table["target"].tolist() == [2]
        assert table["tier"].tolist() == [tier]
