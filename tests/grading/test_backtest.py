"""The backtest of the expected next order: nothing but the past may be used."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench import backtest

START = (date(2022, 1, 1) - date(1970, 1, 1)).days
_orders = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 700)), min_size=2, max_size=60)


def _pairs(orders):
    columns = np.array(sorted(set(orders)), dtype=np.int64)
    return columns[:, 0], columns[:, 1] + START


def _file(folder, rows, header="customer_id,order_date"):
    path = folder / "orders.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


@given(_orders, st.integers(1, 4))
def test_only_the_past_is_used(orders, years):
    """A prediction that knew of later orders would look better than any in real life: without
    those orders it must be the same."""
    whole = backtest.predictions(*_pairs(orders))
    early = [order for order in orders if order[1] <= 700 // years]
    cut = backtest.predictions(*_pairs(early)) if early else whole[:0]
    # Frames keep their rows' numbers among the intervals, which count per customer.
    ways = list(backtest.WAYS)

    def told(found, pairs):
        customers, days = pairs
        inside = customers[1:] == customers[:-1]
        keys = list(zip(customers[1:][inside].tolist(), days[1:][inside].tolist(), strict=True))
        rows = zip(found.index, found[["group", *ways]].itertuples(index=False), strict=True)
        return {keys[number]: tuple(row) for number, row in rows}

    if early:
        before, after = told(cut, _pairs(early)), told(whole, _pairs(orders))
        shared = before.keys() & after.keys()
        assert {key: before[key] for key in shared} == {key: after[key] for key in shared}


def test_predictions_of_a_clockwork_customer():
    """The formula's own numbers: (n·m + 3·M) / (n + 3), with what n was then; whoever has fewer
    than three intervals is neither regular nor irregular."""
    customers = np.repeat([0, 1], 40)
    days = START + np.concatenate([20 * np.arange(40), 20 * np.arange(40)])
    found = backtest.predictions(customers, days)
    assert set(found["ours"]) == set(found["own"]) == set(found["population"]) == {20.0}
    assert set(found["fixed"]) == {30.0}
    assert set(found["group"]) == {"regular", "too few to tell"}
    # The first month knows nothing of the population, the last half is not seen whole.
    assert 0 < len(found) < 2 * 39
    rows, good = backtest.compare(found)
    assert good
    assert rows[0][0] == "regular"
    assert rows[0][2:] == ("10 / 10.0", "0 / 0.0", "0 / 0.0", "0 / 0.0", "+0%")


def test_a_way_that_is_far_behind_fails():
    """The command is a check: more than a tenth behind the best of them must not pass."""
    found = backtest.predictions(*_pairs([(0, 20 * n) for n in range(40)]))
    found["ours"] += 3
    rows, good = backtest.compare(found)
    assert not good
    assert rows[0][-1].endswith("too far")


def test_coefficient_of_variation_then():
    """Regular is who was regular until then, not who turned out to be."""
    lengths = np.array([10, 30, 20, 5, 5])
    found = backtest._cv_then(np.array([0, 0, 0, 1, 1]), lengths, np.array([0, 1, 2, 0, 1]))
    assert found.tolist() == pytest.approx([math.nan, math.nan, 0.5, math.nan, math.nan], nan_ok=1)


def test_the_command_prints_one_table(tmp_path, capsys):
    """From a file to a verdict, same-day orders counted once."""
    first = date(2022, 1, 1)
    days = [first + timedelta(days=20 * n) for n in range(40)]
    rows = [f"{who},{one}" for who in ("anna", "bert") for one in [*days, *days]]
    assert backtest.main([_file(tmp_path, rows)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].split()[:2] == ["buyers", "orders"]
    assert [line.split()[0] for line in printed[3:]] == ["regular", "too", "all"]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("client,order_date", "anna,2022-01-01", "no column customer_id, but: client, order_date"),
        ("customer_id,order_date", "anna,soon", "something else than dates"),
    ],
)
def test_an_unsuitable_file_is_refused(tmp_path, capsys, header, row, message):
    """A traceback does not say which column to name."""
    with pytest.raises(SystemExit):
        backtest.main([_file(tmp_path, [row], header)])
    assert message in capsys.readouterr().err


def test_a_list_too_short_says_so(tmp_path, capsys):
    """One order tells nothing; neither does an empty file."""
    assert backtest.main([_file(tmp_path, ["anna,2022-01-01"])]) == 1
    assert backtest.main([_file(tmp_path, [])]) == 1
    assert "Nobody ordered often enough" in capsys.readouterr().out
