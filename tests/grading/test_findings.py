"""Constructed programmes that each raise exactly their finding, which trying removes."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from builders import AS_OF, facts
from grading import ladder, pipeline
from grading.allocation import Member
from grading.findings import (
    Figures,
    by_figures,
    covering,
    dead_discounts,
    drift,
    flapping,
    spearman,
    unbalanced,
)
from grading.policy import (
    Condition,
    Entry,
    Indicator,
    Linear,
    Metric,
    Movement,
    Program,
    Tier,
    Veto,
)
from grading.replay import grading_days
from grading.whatif import variant, year

BRONZE, SILVER, GOLD = 1, 2, 3
DAYS = grading_days(date(2024, 6, 30), AS_OF, "month")


def program(silver=1000.0, gold=5000.0, **vals):
    tiers = (
        Tier(BRONZE),
        Tier(SILVER, conditions=(Condition("amount", ">=", silver),)),
        Tier(GOLD, conditions=(Condition("amount", ">=", gold),)),
    )
    metrics = (Metric("amount", "amount", 12), Metric("order_count", "order_count", 12))
    return Program(1, **{"metrics": metrics, "tiers": tiers, **vals})


# A hundred customers, half below Silver and a tenth in Gold, none of them near a threshold.
EVEN = [*np.linspace(100, 900, 50), *np.linspace(1100, 4500, 40), *np.linspace(5600, 9000, 10)]


def figures(amounts, rules=None):
    rules = rules or program()
    known = facts([(n, "2025-02-01", float(a)) for n, a in enumerate(amounts, 1)])
    return Figures.of(pipeline.grade(known, rules, AS_OF), rules)


def codes(found):
    return [one.code for one in found]


def test_nothing_to_find():
    """Advice about a programme that does well is not read the next time."""
    assert by_figures(figures(EVEN), program()) == []
    assert by_figures(figures(EVEN[:20]), program()) == [], "of a handful"


@pytest.mark.parametrize(
    ("code", "amounts", "rules"),
    [
        ("thin", [*np.linspace(100, 900, 50), *np.linspace(1100, 4500, 50)], program()),
        ("swollen", [*np.linspace(100, 700, 75), *np.linspace(1100, 4500, 15), *EVEN[-10:]], None),
        ("cliff", [*np.linspace(100, 900, 42), *[960.0 + n for n in range(8)], *EVEN[50:]], None),
        ("heap", [*EVEN[:50], *[1000.0] * 6, *EVEN[56:]], None),
    ],
)
def test_thresholds(code, amounts, rules):
    """A finding that nobody can do anything about, or that what is tried does not remove."""
    rules = rules or program()
    known = figures(amounts)
    (found,) = by_figures(known, rules)
    assert found.code == code
    assert found.changes, "something to try"
    assert by_figures(known, variant(rules, found.changes)) == []


def test_shares_of_the_best_may_be_thin():
    """A tier for the best percent is thin because it is meant to be."""
    rules = program()
    top = replace(rules.tiers[2], conditions=(), top=Condition("amount", ">=", 8900.0))
    rules = replace(rules, tiers=(*rules.tiers[:2], top))
    assert "thin" not in codes(by_figures(figures(EVEN), rules))


def test_counts_are_no_heap():
    """Five orders are five orders; a threshold cannot be put between them."""
    rules = program()
    orders = replace(rules.tiers[1], conditions=(Condition("order_count", ">=", 1.0),))
    rules = replace(rules, tiers=(rules.tiers[0], orders, rules.tiers[2]))
    assert "heap" not in codes(by_figures(figures(EVEN), rules))


def test_correlated():
    """Two indicators that say the same count double."""
    scale = Linear(0, 10_000)
    rules = program(
        indicators=(Indicator(7, "amount", 2.0, scale), Indicator(8, "average", 1.0, scale)),
        metrics=(Metric("amount", "amount", 12), Metric("average", "average_order", 12)),
    )
    known = figures(EVEN, rules)
    (found,) = by_figures(known, rules)
    assert (found.code, found.ids) == ("correlated", (7, 8))
    other = variant(rules, found.changes)
    assert [indicator.weight for indicator in other.indicators] == [2.0, 0.0]
    assert by_figures(known, other) == []


def test_spearman():
    """Worked out by hand: ranks 1 2.5 2.5 4 against 1 2 3 4, repeated; and its sign."""
    one = np.array([1.0, 5.0, 5.0, 9.0] * 20)
    other = np.array([1.0, 2.0, 3.0, 4.0] * 20)
    assert spearman(one, other) == pytest.approx(4.5 / np.sqrt(4.5 * 5.0))
    assert spearman(one, -other) == pytest.approx(-4.5 / np.sqrt(4.5 * 5.0))
    assert spearman(one, np.ones(80)) == 0
    assert spearman(one[:8], other[:8]) == 0


def test_never():
    """A veto that stops nobody, and a way in that nobody comes by, are only in the way."""
    veto = Veto(80, Condition("amount", "<", -5.0), BRONZE)
    entry = Entry(60, SILVER)
    found = by_figures(figures(EVEN), program(vetoes=(veto,), entries=(entry,)))
    assert [(one.code, one.ids) for one in found] == [("never_veto", (80,)), ("never_entry", (60,))]


@pytest.mark.parametrize(("operator", "value"), [("<", -5.0), (">", 1e6), ("<=", 3.0)])
def test_veto_that_bites(operator, value):
    """A veto with the wrong number stays in the way for years; with the next one it stops a few."""
    veto = Veto(80, Condition("amount", operator, value), BRONZE)
    rules = program(vetoes=(veto,))
    known = figures(EVEN)
    (found,) = by_figures(known, rules)
    tried = variant(rules, found.changes)
    assert by_figures(known, tried) == []
    held = ladder.holds(tried.vetoes[0].condition, known.values, known.score).sum()
    assert 1 <= held <= 5


def test_covering():
    """A tenth of the revenue is of customers below the lowest tier, which asks for too much."""
    rules = program()
    rules = replace(rules, tiers=rules.tiers[1:])
    known, amounts = figures(EVEN), np.array(EVEN)
    allowed = 0.1 * amounts.sum()
    assert amounts[known.places(rules) == -1].sum() > allowed
    tried = variant(rules, covering(known, amounts, rules, allowed))
    assert amounts[known.places(tried) == -1].sum() <= allowed
    assert tried.tiers[0].conditions[0].value >= 500, "no lower than it must be"
    assert covering(known, amounts, rules, -1.0) == ()
    assert covering(known, amounts, program(), allowed) == (), "everybody is in a tier"


class TestDrift:
    """Prices rise, thresholds do not: Gold is for more and more customers."""

    grown = [*EVEN[:80], *np.linspace(5600, 9000, 20)]

    def test_drift(self):
        """Twice as many are in Gold as when its threshold was chosen, and nobody notices."""
        rules = program()
        found = drift(figures(EVEN), figures(self.grown), rules)
        assert (found.code, found.ids, found.values) == ("drift", (GOLD,), (0.1, 0.2))
        tried = variant(rules, found.changes)
        known = figures(self.grown)
        share = (known.places(tried) == 2).mean()
        assert abs(share - 0.1) < 0.05, "a few customers are no drift"
        assert by_figures(known, tried) == by_figures(known, rules) == []
        # The rules that are tried begin today.
        assert drift(known, known, tried) is None

    def test_fewer(self):
        """Half of Gold is gone, by the rules of a better year."""
        found = drift(figures(self.grown), figures(EVEN), program())
        assert found.values == (0.2, 0.1)
        assert found.changes

    def test_as_it_was(self):
        """What moves by a few customers, or is a share of the best, is told as drift."""
        rules = program()
        assert drift(figures(EVEN), figures([*EVEN[:-2], 4600.0, 4700.0]), rules) is None
        assert drift(figures(EVEN[:20]), figures(self.grown), rules) is None
        assert drift(figures(EVEN[:85]), figures(self.grown), rules) is None, "there was no Gold"
        top = replace(rules.tiers[2], conditions=(), top=Condition("amount", ">=", 8900.0))
        rules = replace(rules, tiers=(*rules.tiers[:2], top))
        assert drift(figures(EVEN), figures(self.grown), rules) is None


def pool(*loads, weights=()):
    """People 4, 5, … with so many customers each."""
    weights = weights or [1.0] * len(loads)
    return [
        Member(id_, load, weight)
        for id_, (load, weight) in enumerate(zip(loads, weights, strict=True), start=4)
    ]


class TestUnbalanced:
    def test_unbalanced(self):
        """One has twice as many customers as the others, which nobody sees in any list."""
        (found,) = unbalanced({(1, 0): pool(20, 20, 45)})
        assert (found.code, found.ids) == ("unbalanced", (6,))
        assert found.values == (45, 20.0, 1, 0)

    def test_balanced(self):
        """A few more, or two colleagues, are told as a fault."""
        assert not unbalanced({(1, 0): pool(20, 20, 28)})
        assert not unbalanced({(1, 0): pool(20, 80)})
        assert not unbalanced({(1, 0): pool(2, 2, 6)})
        assert not unbalanced({})

    def test_pools_are_apart(self):
        """Who serves a hundred small customers is said to have too many beside who serves ten
        large ones; or who has thirty large ones hides behind who has a hundred small ones."""
        small, large = pool(100, 95, 90), [Member(id_, 10) for id_ in (7, 8, 9)]
        assert not unbalanced({(1, 0): small, (2, 0): large})
        large = [Member(7, 10), Member(8, 10), Member(9, 30)]
        (found,) = unbalanced({(1, 0): small, (2, 0): large})
        assert (found.ids, found.values) == ((9,), (30, 10.0, 2, 0))

    def test_told_once(self):
        """Who has too many in two pools is told of twice, or of the lesser one."""
        (found,) = unbalanced({(1, 0): pool(20, 20, 45), (2, 0): pool(20, 20, 80)})
        assert (found.ids, found.values) == ((6,), (80, 20.0, 2, 0))

    def test_by_weight(self):
        """Who is to have twice as many as the others is told to have too many."""
        assert not unbalanced({(0, 3): pool(20, 20, 40, weights=(1, 1, 2))})
        (found,) = unbalanced({(0, 3): pool(20, 40, 40, weights=(1, 2, 1))})
        assert (found.ids, found.values) == ((6,), (40, 20.0, 0, 3))

    def test_who_has_none(self):
        """A colleague who was given nobody yet does not count as one of the pool."""
        (found,) = unbalanced({(0, 3): pool(0, 0, 0, 60)})
        assert (found.ids, found.values) == ((7,), (60, 0.0, 0, 3))


class TestFlapping:
    """Customers who go up and down within a quarter."""

    orders = [(n, "2025-02-01", 500.0) for n in range(1, 91)]
    # Above Silver for a month: what made them so leaves the window.
    orders += [(n, "2023-09-15", 950.0) for n in range(91, 101)]
    orders += [(n, "2024-08-20", 100.0) for n in range(91, 101)]

    def play(self, rules):
        return year(facts(self.orders), rules, DAYS)

    def test_flapping(self):
        """Ten of a hundred do; a guarantee helps all of them, keeping it from 900 none."""
        found = flapping(program(), self.play)
        assert found.code == "flapping"
        assert found.size == 0.1
        assert found.values[0] == 10
        assert found.values[1] == 0
        assert flapping(variant(program(), found.changes), self.play) is None

    def test_calm(self):
        """With a guarantee nobody does."""
        assert flapping(program(movement=Movement(hold_months=12)), self.play) is None


class TestDeadDiscount:
    """Gold has more discount, no better margin, and does not grow for it."""

    amounts = [
        *np.linspace(100, 900, 50),
        *np.linspace(4600, 4990, 20),
        *np.linspace(5010, 5400, 20),
    ]
    discounts = {SILVER: 5.0, GOLD: 10.0}

    def found(self, growth, margin=20.0, discounts=None):
        sums = Counter({(SILVER, "revenue"): 100.0, (SILVER, "margin"): 25.0})
        sums.update({(GOLD, "revenue"): 100.0, (GOLD, "margin"): margin})
        before = np.full(90, 100.0)
        after = np.where(np.arange(90) < 70, 110.0, 100.0 * (1 + growth))
        rules = program()
        known = figures(self.amounts)
        discounts = discounts or self.discounts
        return list(dead_discounts(known, rules, discounts, sums, before, after))

    def test_dead(self):
        (found,) = self.found(growth=0.05)
        assert (found.code, found.ids) == ("dead_discount", (GOLD, SILVER))
        assert found.values == pytest.approx((5.0, 10.0, 0.25, 0.2, 0.1, 0.05))
        (change,) = found.changes
        assert (change.kind, change.id, change.value) == ("discount", GOLD, 5.0)
        assert self.found(growth=0.05, discounts={SILVER: 5.0, GOLD: 5.0}) == []

    def test_alive(self):
        """It is worth it where they grow by it, or where the margin is better all the same."""
        assert self.found(growth=0.5) == []
        assert self.found(growth=0.05, margin=30.0) == []


def test_empty():
    """A programme without customers or tiers ends the night's work with an error."""
    nobody = facts([], customers=[])
    for rules in (program(), Program(1, (Metric("amount", "amount", 12),))):
        known = Figures.of(pipeline.grade(nobody, rules, AS_OF), rules)
        assert by_figures(known, rules) == []
        assert flapping(rules, lambda r: year(nobody, r, DAYS)) is None
        empty = np.array([])
        assert list(dead_discounts(known, rules, {}, Counter(), empty, empty)) == []
