"""The bench of the next order: nothing but the past may be used."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from tools.bench import backtest, order_log

START = (date(2022, 1, 1) - date(1970, 1, 1)).days


def _log(customers, seed=5):
    """Customers who order by chance over two years, each at a pace of its own."""
    rng, pairs = np.random.default_rng(seed), []
    for customer in range(customers):
        day, pace = rng.integers(0, 60), rng.lognormal(3.4, 0.5)
        while day < 730:
            pairs.append((customer, START + int(day)))
            day += max(1, rng.exponential(pace))
    columns = np.unique(np.array(pairs), axis=0)
    return columns[:, 0], columns[:, 1]


def _tested(customers, days, cut):
    return backtest.Tested.of(customers, days, START + cut, START + cut + 73)


def test_only_the_past_is_used():
    """A prediction that knew of later orders would look better than any in real life: with other
    orders after it, it must be the same."""
    customers, days = _log(60)
    cut = START + 365
    late = days > cut + 73
    other = np.where(late, days + 7 * (customers % 5), days)
    whole, changed = _tested(customers, days, 365), _tested(customers, other, 365)
    assert whole.rhythm == changed.rhythm
    # What is followed long enough depends on the end of the log.
    key = {pair: row for row, pair in enumerate(_pairs(changed.spells))}
    rows = [(row, key[pair]) for row, pair in enumerate(_pairs(whole.spells)) if pair in key]
    assert len(rows) > 50
    for name, way in whole.ways.items():
        if name == backtest.HINDSIGHT:
            # The one that is told what came, to compare with.
            continue
        for one, two in rows:
            assert way[one].tolist() == changed.ways[name][two].tolist(), name


def _pairs(spells):
    return list(zip(spells.customer.tolist(), spells.start.tolist(), strict=True))


def test_simple_ways_by_hand():
    """Fixed days, the population's median and the customer's own, as known at each order."""
    customers, days = np.repeat(np.arange(9), 37), START + np.tile(20 * np.arange(37), 9)
    found = _tested(customers, days, 365)
    assert set(found.ways["30 days"].ravel()) == {30.0}
    assert set(found.ways["own median"].ravel()) == set(found.ways["population"].ravel()) == {20.0}
    assert found.ways["ours"][:, 1] == pytest.approx(20, abs=0.01)
    assert set(found.actual) == {20.0}
    own = backtest._own_medians(backtest.core.load("rhythm").Spells.of(*_three(), START + 99))
    assert own.tolist() == pytest.approx([np.nan, 10.0, 20.0, 30.0], nan_ok=True)


def _three():
    """Intervals of 10, 30 and 50 days."""
    return np.zeros(4, dtype=int), START + np.array([0, 10, 40, 90])


def test_shares_count_who_could_be_followed():
    """An order that could be followed for a day only says nothing of the next month, whether
    another came by then or not."""
    found = _tested(*_log(60), 365)
    way = np.repeat([[10.0, 20.0, 40.0, 80.0]], len(found.actual), 0)
    shares = found._shares(way)
    assert shares == pytest.approx([(found.actual <= day).mean() for day in way[0]], abs=0.02)


def test_a_way_that_is_far_behind_fails():
    """The command is a check: more than a twentieth behind the best of them must not pass."""
    found = _tested(*_log(60), 365)
    rows, _good = found.compare()
    assert "pinball -" in rows[-1][-1]
    found.ways["ours"] = found.ways["ours"] * 4
    rows, good = found.compare()
    assert not good
    assert "behind" in rows[-1][-1]


def test_what_somebody_could_know_who_was_told():
    """Whether a better curve would help, or nobody could know what came, is not to be seen: told
    of the very orders, half are half."""
    found = _tested(*_log(200), 365)
    shares = found._shares(found.ways[backtest.HINDSIGHT])
    assert shares == pytest.approx(list(backtest.LEVELS), abs=0.03)
    rows, good = found.compare()
    names = [row[0] for row in rows]
    assert names[-2:] == [backtest.HINDSIGHT, "ours"]
    found.ways[backtest.HINDSIGHT] = found.ways[backtest.HINDSIGHT] * 9
    assert found.compare()[1] == good, "what nobody can know decides"


def test_the_command_prints_a_table_a_cut(tmp_path, capsys):
    """From a file to a verdict, same-day orders counted once."""
    first = date(2022, 1, 1)
    days = [first + timedelta(days=20 * n) for n in range(40)]
    names = "abcdefghijkl"
    rows = [f"{who},{one}" for who in names for one in [*days, *days]]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["customer_id,order_date", *rows]) + "\n", encoding="utf-8")
    backtest.main([str(path)])
    printed = capsys.readouterr().out
    assert len(re.findall("^Cut ", printed, re.MULTILINE)) == 3
    assert len(re.findall("^ours", printed, re.MULTILINE)) >= 2
    assert order_log.as_text(START) == "2022-01-01"
