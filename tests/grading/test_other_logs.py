"""What is foreseen on logs of other kinds than those it was made with: nothing absurd."""

import numpy as np
import pytest
from grading import rhythm
from grading.lifecycle import LOST, STAGES, Past, stages
from grading.policy import Lifecycle

from tools.bench import backtest

END = 1095


def _orders(customers, history, seed=19):
    """:param history: function of a generator and a customer's number: its days"""
    rng = np.random.default_rng(seed)
    rows = [(c, int(day)) for c in range(customers) for day in history(rng, c) if 0 <= day < END]
    found = rhythm.order_days(*np.array(rows).T)
    return found[0], found[1] + 18_000


def _after(begin, gap):
    days = [begin]
    while days[-1] < END:
        days.append(days[-1] + max(1.0, gap()))
    return days[:-1]


def by_contract(rng, customer):
    """Every month, or every quarter, give or take a day."""
    gap = 30.4 if customer % 4 else 91.3
    begin, stay = rng.uniform(0, 200), rng.exponential(12 * 365)
    days = begin + gap * np.arange(int(min(END - begin, stay) // gap) + 1)
    return days + rng.normal(0, 1.5, len(days))


def by_chance(rng, _customer):
    return _after(rng.uniform(0, 400), lambda: rng.exponential(45))


def twice_a_year(rng, _customer):
    """In spring and autumn, up to three orders each."""
    middles = [365 * year + day for year in range(3) for day in (90, 270)]
    return [
        middle + rng.normal(0, 18)
        for middle in middles
        if rng.random() < 0.85
        for _n in range(rng.integers(1, 4))
    ]


def mostly_once(rng, _customer):
    begin, days = rng.uniform(0, END), []
    while begin < END:
        days.append(begin)
        begin += max(1.0, rng.exponential(120)) if rng.random() < 0.2 else END
    return days


def _tested(history, customers=400, cut=0.5):
    numbers, days = _orders(customers, history)
    ((begin, end),) = backtest._periods(days, [cut])
    return backtest.Tested.of(numbers, days, begin, end)


def test_contracts_are_given_a_day():
    found = _tested(by_contract)
    assert found.regular.mean() > 0.9
    expected = found.ways["ours"][:, 1]
    near = np.abs(found.actual - expected) <= expected / 4
    assert near[np.isfinite(found.actual)].mean() > 0.9
    figures = found._figures(found.ways["ours"], np.isfinite(expected))
    simple = found._figures(found.ways["own median"], np.isfinite(expected))
    assert figures["mean"] <= 1.05 * simple["mean"]
    assert set(np.unique(np.rint(expected / 10))) <= {3, 9}


def test_chance_has_no_rhythm():
    """Ten customers of a hundred seem to be regular, and each is promised another day."""
    found = _tested(by_chance)
    assert not found.regular.any()
    assert found.rhythm.weight < 0.05
    figures = found._figures(found.ways["ours"], np.ones(len(found.actual), dtype=bool))
    # Exponential: of a mean of 45 days, half within 31.
    assert found.rhythm.typical == pytest.approx(31, abs=2)
    assert 0.77 <= figures["window"] <= 0.83


def test_seasons():
    """Two peaks a year have no middle: the window must hold all the same, and in the middle of
    the year nobody is lost."""
    found = _tested(twice_a_year)
    figures = found._figures(found.ways["ours"], np.isfinite(found.ways["ours"][:, 1]))
    assert 0.77 <= figures["window"] <= 0.83
    assert figures["pin"] < found._figures(found.ways["population"], True)["pin"]
    numbers, days = _orders(400, twice_a_year)
    cut = 18_000 + 730 + 190
    past = days <= cut
    known = rhythm.learn(numbers[past], days[past], cut)
    history = Past(numbers[past], days[past], 400, cut, known)
    stage = stages(history, Lifecycle())["stage"]
    assert (stage == LOST).mean() < 0.02, STAGES


def test_most_buy_once():
    """Of customers of whom four in five never come back it is said that half do, by some day."""
    found = _tested(mostly_once, 3000)
    assert found.rhythm.half < 0.3
    assert found.rhythm.half == found.rhythm.most
    assert np.isinf(found.ways["ours"][:, 1]).all(), "half of them never order again"
    figures = found._figures(found.ways["ours"], np.zeros(len(found.actual), dtype=bool))
    assert figures["pin"] < found._figures(found.ways["population"], False)["pin"]
    rows, _good = found.compare()
    assert "nan" not in " ".join(map(str, rows[-1]))
    assert "nan" not in found.day_line()
