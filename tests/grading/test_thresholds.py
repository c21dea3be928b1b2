"""Thresholds that fit what the customers of a company buy."""

from dataclasses import replace

import numpy as np
import pytest
from builders import AS_OF, TODAY, facts
from grading import distribution, points
from grading.policy import Bands, Condition, Indicator, Metric, Program, Tier
from grading.spread import lopsided
from grading.thresholds import Fit, Thresholds
from hypothesis import given
from hypothesis import strategies as st

METRICS = (
    Metric("spent", "amount", 12),
    Metric("orders", "order_count", 12),
    Metric("orders_ever", "order_count"),
    Metric("since", "recency_days"),
)
SPENT = Bands((0.0, 5000.0, 10000.0, 20000.0, 50000.0), (20.0, 40.0, 60.0, 80.0, 100.0))


def _shop(factor, count=100):
    """Amounts from 10 to 10,000 in a currency of which so many are one."""
    amounts = np.geomspace(10, 10_000, count) * factor
    return facts([(n + 1, TODAY - n, amount) for n, amount in enumerate(amounts.round(2))])


def _wholesale():
    tiers = [Tier(1)]
    for id_, amount in ((2, 5000.0), (3, 20000.0), (4, 50000.0)):
        tiers.append(Tier(id_, conditions=(Condition("spent", ">=", amount),)))
    return Program(1, METRICS, tiers=tuple(tiers))


@pytest.mark.parametrize("factor", [0.001, 1, 7.2, 16000])
def test_the_same_numbers_in_any_currency(factor):
    """5,000 was asked for in dollars, yuan and rupiah alike: in one nobody reached it, in another
    everybody was Diamond."""
    fit = Fit(_shop(factor), _wholesale(), AS_OF)
    found = fit.proposed()
    amounts = [value for _tier, _position, value, _keep in found.conditions]
    assert amounts == sorted(set(amounts))
    for amount in amounts:
        digits = f"{amount:.15g}".replace(".", "").strip("0")
        assert len(digits) == 1, f"{amount} is not round"
    counts = fit.buyers(found)
    assert sum(counts) == 100
    assert min(counts) >= 5
    assert counts == sorted(counts, reverse=True)


def test_thresholds_by_hand():
    """Amounts 1, 2 … 100: half of them from 50.5 on, 22 % from 78, 10 % from 90; the roundest
    numbers near these."""
    known = facts([(n, TODAY - n, float(n)) for n in range(1, 101)])
    fit = Fit(known, _wholesale(), AS_OF)
    assert fit.buyers() == [100, 0, 0, 0]
    found = fit.proposed()
    assert found == Thresholds(((2, 0, 50.0, None), (3, 0, 80.0, None), (4, 0, 90.0, None)))
    assert fit.buyers(found) == [49, 30, 10, 11]


def test_what_keeps_a_tier_stays_as_easy():
    """A keep threshold above the new one would be refused, and one far below protect for ever."""
    program = _wholesale()
    condition = Condition("spent", ">=", 5000.0, 4000.0)
    tiers = (program.tiers[0], Tier(2, conditions=(condition,)))
    known = facts([(n, TODAY - n, float(n)) for n in range(1, 101)])
    found = Fit(known, replace(program, tiers=tiers), AS_OF).proposed()
    assert found.conditions == ((2, 0, 80.0, 64.0),)


def test_once_bought_is_no_threshold():
    """“At least one order” tells customers from prospects, whatever is bought."""
    tiers = (
        Tier(1),
        Tier(2, conditions=(Condition("orders_ever", ">=", 1),)),
        Tier(3, conditions=(Condition("spent", ">=", 20000.0), Condition("orders", ">=", 1))),
    )
    fit = Fit(_shop(1), Program(1, METRICS, tiers=tiers), AS_OF)
    assert fit.buyers() == [0, 100, 0]
    found = fit.proposed()
    assert [tier for tier, *_rest in found.conditions] == [3]
    assert lopsided(fit.buyers(found)) is False


def test_bands_of_a_score():
    """Grades A to D by a score whose bands are 5,000 to 50,000: everybody was D."""
    tiers = tuple(Tier(n, min_score=20.0 * n if n > 1 else 0.0) for n in range(1, 5))
    program = Program(1, METRICS, (Indicator(7, "spent", 1, SPENT),), tiers)
    fit = Fit(_shop(0.1), program, AS_OF, typed=(7,), money=("spent",))
    assert lopsided(fit.buyers())
    ((id_, bands),) = fit.proposed().bands
    assert id_ == 7
    assert bands.numbers == (1, 2, 3, 4, 5)
    assert bands.points == (20, 40, 60, 80, 100)
    assert not lopsided(fit.buyers(fit.proposed()))
    # What was frozen from customers is not for somebody else to cut.
    assert Fit(_shop(0.1), program, AS_OF, money=("spent",)).proposed() is None


def test_conditions_on_what_is_alike_stand_in_nobody_s_way():
    """VIPs were to have ordered four times; where each orders once a year, nobody is one,
    whatever is bought."""
    conditions = (Condition("spent", ">=", 20000.0), Condition("orders", ">=", 4))
    fit = Fit(_shop(1), Program(1, METRICS, tiers=(Tier(1), Tier(2, conditions=conditions))), AS_OF)
    (_tier, _position, spent, _keep), (*_place, orders, _keep) = fit.proposed().conditions
    assert orders == 1
    assert spent == 2000
    assert fit.buyers(fit.proposed()) == [76, 24]


def test_bands_that_fit_are_left_alone():
    """Bands of money that tell customers apart stay as somebody typed them."""
    indicator = Indicator(7, "spent", 1, SPENT)
    program = replace(_wholesale(), indicators=(indicator,))
    dear = (program.tiers[0], Tier(2, conditions=(Condition("spent", ">=", 1e9),)))
    fit = Fit(_shop(8), replace(program, tiers=dear), AS_OF, (7,), ("spent",))
    assert fit.proposed().bands == ()
    assert fit.proposed().conditions


def test_minimum_scores_are_the_last_to_change():
    """Of bands frozen from customers, the scores can still be asked for."""
    tiers = (Tier(1), Tier(2, min_score=99.0))
    scale = Bands((0.0, 100.0, 1000.0), (10.0, 20.0, 30.0))
    program = Program(1, METRICS, (Indicator(7, "spent", 1, scale),), tiers)
    found = Fit(_shop(1), program, AS_OF).proposed()
    assert found.scores == ((2, 30.0, None),)


def test_empty_tiers_are_filled():
    """Two tiers held everybody and two nobody."""
    fit = Fit(_shop(0.8), _wholesale(), AS_OF)
    assert fit.buyers() == [93, 7, 0, 0]
    assert min(fit.buyers(fit.proposed())) >= 5


def test_customers_who_are_all_alike():
    """Nothing is proposed that would not help."""
    known = facts([(n, TODAY - n, 100.0) for n in range(1, 30)])
    assert Fit(known, _wholesale(), AS_OF).proposed() is None


_amounts = st.lists(st.integers(1, 10**9).map(lambda n: n / 100), min_size=1, max_size=60)


@given(_amounts, st.integers(1, 4), st.sampled_from(["round", "quantile"]))
def test_shares_begin_between_the_extremes(values, count, method):
    """A threshold that all reach, or nobody, tells nobody apart."""
    values = np.sort(values)
    shares = [0.5, 0.25, 0.1, 0.05][:count]
    cuts = distribution.shares_cut(values, shares, method)
    assert len(cuts) in (0, count)
    assert cuts == sorted(set(cuts))
    assert all(values[0] < cut <= values[-1] for cut in cuts)


@given(_amounts)
def test_proposed_thresholds_help_or_are_not_proposed(values):
    """One click that changes nothing, or makes it worse, is not offered again."""
    known = facts([(n, TODAY - n % 300, amount) for n, amount in enumerate(values, start=1)])
    fit = Fit(known, _wholesale(), AS_OF)
    found = fit.proposed()
    if found and len(values) >= 10:
        assert not lopsided(fit.buyers(found))
        tiers = found.of(fit.program).tiers
        asked = [tier.conditions[0].value for tier in tiers[1:]]
        assert asked == sorted(set(asked))
        assert points.points(SPENT, [asked[0]]).tolist()
