"""What other rules would come to, on customers whose answers were worked out by hand and on any."""

import json
from collections import Counter
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import AS_OF, TODAY, examples, facts
from grading import metrics, pipeline, whatif
from grading.movement import REASONS
from grading.policy import Condition, Indicator, Linear, Metric, Movement, Program, Review, Tier
from grading.replay import grading_days
from grading.settle import PREVIOUS, settle
from grading.whatif import Change, Comparison, Year, compare, variant, year
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from strategies import cases

BRONZE, SILVER, GOLD = 1, 2, 3
FOUND = settings(examples(0.3), suppress_health_check=list(HealthCheck))


def program(**vals):
    """Silver from 1,000 (kept from 800) and Gold from 5,000 in 12 months."""
    tiers = (
        Tier(BRONZE),
        Tier(SILVER, conditions=(Condition("amount", ">=", 1000, 800),)),
        Tier(GOLD, conditions=(Condition("amount", ">=", 5000),)),
    )
    amount = Metric("amount", "amount", 12)
    return Program(1, (amount,), **{"tiers": tiers, **vals})


def stored(rows):
    """What is stored about customers who are in a tier since a day number."""
    index = pd.Index(rows, name="customer", dtype=np.int64)
    columns = {name: [value] * len(rows) for name, value in PREVIOUS.items()}
    frame = pd.DataFrame(columns, index=index)
    tiers, entered = zip(*rows.values(), strict=True) if rows else ((), ())
    return frame.assign(
        program=1, tier=list(tiers), computed=list(tiers), entered=entered, reviewed=entered
    )


def tried(known, rules, other, previous=None, **more):
    """The comparison of a variant with the rules, as of the usual day."""
    previous = stored({}) if previous is None else previous
    now, then = (pipeline.grade(known, each, AS_OF) for each in (rules, other))
    return compare(now, then, settle(then, previous, other, AS_OF), other, **more)


class TestVariant:
    """Rules with some of them changed."""

    def test_every_kind(self):
        """A change that lands at another rule is a variant that nobody has asked for."""
        points = Indicator(7, "amount", 1.0, Linear(0, 100))
        rules = program(indicators=(points, replace(points, id=8)))
        top = Condition("amount", ">=", 90.0)
        other = variant(
            rules,
            [
                Change("threshold", 2000.0, SILVER, 0),
                Change("keep", 1500.0, SILVER, 0),
                Change("score", 60.0, GOLD),
                Change("keep_score", 50.0, GOLD),
                Change("top", top, GOLD),
                Change("weight", 3.0, 8),
                Change("hold_months", 6),
                Change("review", Review("quarter")),
                Change("one_level", True),
            ],
        )
        assert other.tiers[0] == rules.tiers[0]
        assert other.tiers[1].conditions == (Condition("amount", ">=", 2000.0, 1500.0),)
        assert other.tiers[2] == replace(rules.tiers[2], min_score=60.0, keep_score=50.0, top=top)
        assert [indicator.weight for indicator in other.indicators] == [1.0, 3.0]
        assert other.movement == Movement(hold_months=6, review=Review("quarter"), one_level=True)
        assert rules == program(indicators=rules.indicators), "the programme itself is as it was"

    def test_keep_of_nothing_is_no_keep(self):
        """A keep of 0 would let everybody stay in the tier for ever."""
        other = variant(program(), [Change("keep", 0.0, SILVER, 0)])
        assert other.tiers[1].conditions[0].keep is None

    @pytest.mark.parametrize(
        "change",
        [
            Change("threshold", 1.0, 99, 0),
            Change("threshold", 1.0, SILVER, 1),
            Change("threshold", 700.0, SILVER, 0),
            Change("threshold", float("nan"), GOLD, 0),
            Change("score", 1.0, 99),
            Change("keep_score", 10.0, 99),
            Change("weight", 1.0, 99),
            Change("weight", -1.0, 7),
            Change("weight", 0.0, 7),
            Change("hold_months", -1),
        ],
    )
    def test_what_no_programme_can_have(self, change):
        """A variant that contradicts itself gives numbers that look like any others."""
        rules = program(indicators=(Indicator(7, "amount", 1.0, Linear(0, 100)),))
        with pytest.raises(ValueError, match="[a-z]"):
            variant(rules, [change])

    @FOUND
    @given(cases())
    def test_no_change_is_the_programme(self, case):
        """Typing what is there already shows customers that move."""
        rules = case[0]
        same = [Change("hold_months", rules.movement.hold_months)]
        same += [
            Change("threshold", condition.value, tier.id, place)
            for tier in rules.tiers
            for place, condition in enumerate(tier.conditions)
            if condition.keep is None
        ]
        try:
            found = variant(rules, same)
        except ValueError:
            # The value objects accept more than the checks of a variant.
            reject()
        assert found == rules


class TestViews:
    """By figures, and at the grading of the day."""

    known = facts(
        [
            (1, "2025-01-10", 900.0),
            (2, "2025-01-10", 1000.0),
            (3, "2025-01-10", 1600.0),
            (4, "2025-01-10", 5200.0),
        ]
    )

    def test_by_figures(self):
        """With everybody guaranteed, a simulation shows no change, whatever the thresholds are."""
        other = variant(program(), [Change("threshold", 1500.0, SILVER, 0)])
        found = tried(self.known, program(), other)
        assert found.customers == 4
        assert found.figures == Counter(
            {(BRONZE, BRONZE): 1, (SILVER, BRONZE): 1, (SILVER, SILVER): 1, (GOLD, GOLD): 1}
        )
        assert found.moved() == 1

    def test_who_stays_and_why(self):
        """A guarantee hides what the rules will do next year, and nobody says so."""
        rules = program(movement=Movement(hold_months=12))
        other = variant(rules, [Change("threshold", 1500.0, SILVER, 0), Change("keep", 0, SILVER)])
        previous = stored({2: (SILVER, TODAY - 30.0), 3: (SILVER, TODAY - 30.0)})
        found = tried(self.known, rules, other, previous)
        assert found.graded[SILVER, SILVER] == 2
        assert found.stays == Counter({REASONS["hold"]: 1})
        later = stored({2: (SILVER, TODAY - 500.0), 3: (SILVER, TODAY - 500.0)})
        found = tried(self.known, rules, other, later)
        assert found.graded[SILVER, BRONZE] == 1
        assert not found.stays

    def test_approval(self):
        """What waits for somebody's word is counted as if it had happened."""
        rules = program(movement=Movement(approval="both"))
        other = variant(rules, [Change("threshold", 1500.0, SILVER, 0), Change("keep", 0, SILVER)])
        previous = stored({2: (SILVER, TODAY - 500.0), 3: (BRONZE, TODAY - 500.0)})
        found = tried(self.known, rules, other, previous)
        assert found.asked == Counter({"up": 1, "down": 1})
        assert found.graded[SILVER, SILVER] == found.graded[BRONZE, BRONZE] == 1

    def test_edge(self):
        """5,200 is in Gold by less than five percent; 4,800 is as little away from it."""
        known = facts(
            [(1, "2025-01-10", 5200.0), (2, "2025-01-10", 4800.0), (3, "2025-01-10", 4000.0)]
        )
        found = tried(known, program(), program())
        assert found.edge["above", GOLD] == 1
        assert found.edge["below", GOLD] == 1
        assert found.edge["below", SILVER] == found.edge["above", SILVER] == 0

    def test_falls(self):
        """Who keeps a tier for now only is not asked about, and loses it without a word."""
        rules = program(movement=Movement(hold_months=12))
        previous = stored({1: (SILVER, TODAY - 30.0), 2: (SILVER, TODAY - 500.0)})
        other = variant(rules, [Change("threshold", 1500.0, SILVER, 0), Change("keep", 0, SILVER)])
        settled = settle(pipeline.grade(self.known, other, AS_OF), previous, other, AS_OF)
        assert whatif.falls(settled, other).tolist() == [True, True, False, False]

    def test_numbers_open_their_customers(self):
        """A number opens more or fewer customers than it says."""
        rules = program(movement=Movement(hold_months=12))
        other = variant(rules, [Change("threshold", 1500.0, SILVER, 0), Change("keep", 0, SILVER)])
        previous = stored({2: (SILVER, TODAY - 30.0), 3: (SILVER, TODAY - 500.0)})
        now, then = (pipeline.grade(self.known, each, AS_OF) for each in (rules, other))
        settled = settle(then, previous, other, AS_OF)
        found = compare(now, then, settled, other)
        for view in ("figures", "graded", "edge"):
            for key, count in getattr(found, view).items():
                assert whatif.who(now, then, settled, other, view, *key).sum() == count
        for reason, count in found.stays.items():
            assert whatif.who(now, then, settled, other, "stays", reason).sum() == count
        assert whatif.who(now, then, settled, other, "stays").tolist() == [
            False,
            True,
            False,
            False,
        ]


class TestMoney:
    """What discounts come to."""

    def test_by_tier(self):
        """The cost of a discount is of what follows it, at the price before it."""
        known = facts([(1, "2025-01-10", 1000.0), (2, "2025-01-10", 6000.0)])
        money = pd.DataFrame(
            {
                "revenue": [1000.0, 6000.0],
                "margin": [300.0, np.nan],
                "listed": [1000.0, 5000.0],
                "guessed": [0.0, 6000.0],
                "own": [0.0, 1500.0],
            },
            index=pd.Index([1, 2], name="customer"),
        )
        other = variant(program(), [Change("threshold", 6500.0, GOLD, 0)])
        discounts = ({SILVER: 5.0, GOLD: 10.0}, {SILVER: 4.0, GOLD: 12.0})
        found = tried(known, program(), other, money=money, discounts=discounts)
        assert found.now[SILVER, "cost"] == 50.0
        assert found.now[GOLD, "cost"] == 500.0
        assert found.then[SILVER, "cost"] == pytest.approx(240.0)
        assert (GOLD, "cost") not in found.then
        assert found.then[SILVER, "margin"] == 300.0
        assert found.then[SILVER, "customers"] == 2
        assert found.then[SILVER, "own"] == 1500.0

    def test_break_even(self):
        """From 5 to 10 percent at a margin of 30 takes a quarter more (the design's example)."""
        assert whatif.break_even(0.05, 0.10, 0.30) == pytest.approx(0.25)
        assert whatif.break_even(0.10, 0.05, 0.30) == pytest.approx(-0.2)
        assert whatif.break_even(0.10, 0.30, 0.30) is None
        assert whatif.break_even(0.30, 0.10, 0.30) is None


class TestYear:
    """A year of gradings played again."""

    days = grading_days(date(2024, 6, 30), AS_OF, "month")

    def test_moves_and_months(self):
        """Somebody who goes up for a month and down again is two moves and one who flaps."""
        known = facts(
            [
                (1, "2023-09-15", 900.0),
                (1, "2024-08-20", 200.0),
                (2, "2024-07-20", 6000.0),
            ]
        )
        found = year(known, program(), self.days)
        assert found.customers == 2
        assert found.moves["2024-09", "up"] == 1
        assert found.moves["2024-08", "first"] == 1
        assert found.moves["2024-10", "down"] == 1
        assert (found.reversals, found.flapping) == (1, 1)
        assert found.ever == Counter({BRONZE: 1, SILVER: 1, GOLD: 1})
        assert found.days[SILVER] == 30
        assert found.months_in(SILVER) == pytest.approx(30 / 30.4375)
        assert found.months_in(99) == 0

    def test_easier_to_keep_flaps_less(self):
        """A keep threshold is recommended against flapping without looking whether it helps."""
        known = facts([(1, "2023-09-15", 900.0), (1, "2024-08-20", 200.0)])
        other = variant(program(), [Change("keep", 200.0, SILVER, 0)])
        assert year(known, other, self.days).flapping == 0


def parts(known, previous):
    """Everybody in two chunks: every other customer in each."""
    for start in (0, 1):
        mine = known.customers[start::2]
        names = ("orders", "lines", "payments")
        frames = {name: getattr(known, name) for name in names}
        picked = {
            name: frame if frame is None else frame[frame["customer"].isin(mine)]
            for name, frame in frames.items()
        }
        arrays = {
            name: None if getattr(known, name) is None else getattr(known, name)[start::2]
            for name in ("entry", "since")
        }
        chunk = metrics.Facts(
            mine, given=known.given, given_last=known.given_last, **picked, **arrays
        )
        yield chunk, previous[previous.index.isin(mine)]


def same(one, other):
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, Counter):
            for key in mine.keys() | theirs.keys():
                assert mine[key] == pytest.approx(theirs[key]), (field.name, key)
        else:
            assert mine == theirs, field.name


@FOUND
@given(cases(), st.sampled_from([0.5, 1.0, 1.5, 10.0]), st.integers(0, 24), st.booleans())
def test_same_in_chunks(case, factor, months, one_level):
    """A result that depends on how customers are divided is right for nobody."""
    rules, known, previous, as_of = case
    other = replace(
        rules,
        tiers=tuple(replace(t, min_score=min(t.min_score * factor, 100)) for t in rules.tiers),
        movement=replace(rules.movement, hold_months=months, one_level=one_level),
    )
    discounts = tuple({t.id: (t.id - 9) * part for t in rules.tiers} for part in (1.0, 2.0))
    money = pd.DataFrame(
        {name: np.arange(len(known.customers)) * 10.0 for name in whatif.MONEY},
        index=pd.Index(known.customers),
    )

    def come_to(these, before):
        now, then = (pipeline.grade(these, each, as_of) for each in (rules, other))
        settled = settle(then, before, other, as_of)
        return compare(now, then, settled, other, money, discounts)

    whole = come_to(known, previous)
    total = Comparison()
    for chunk, before in parts(known, previous):
        total = total.merge(come_to(chunk, before))
    same(total, whole)
    assert Comparison.from_json(json.loads(json.dumps(whole.to_json()))) == whole
    assert sum(whole.figures.values()) == sum(whole.graded.values()) == whole.customers
    days = grading_days(as_of.replace(year=as_of.year - 1, day=1), as_of, "quarter")
    played = Year()
    for chunk, _before in parts(known, previous):
        played = played.merge(year(chunk, other, days))
    same(played, year(known, other, days))
