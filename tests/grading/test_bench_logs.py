"""The benches of a list of orders: what they refuse, and what they find in small logs."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from tools.bench import bgnbd, cli, order_log, reminders

START = date(2022, 1, 1)


def _file(folder, rows, header="customer_id,order_date,amount"):
    path = folder / "orders.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


def _rows(customers, gap, count, first=0):
    return [
        f"{name},{START + timedelta(days=first + number + gap * order)},10"
        for number, name in enumerate(customers)
        for order in range(count)
    ]


WRONG = [
    (["anna,2022-01-01,5"], "client,day,amount", "no column customer_id, order_date, but: client"),
    # Without a header the first order is taken for one.
    (["bert,2022-01-02,5"], "anna,2022-01-01,5", "Its first line must name the columns"),
    (["anna,soon,5", "anna,2022-01-02,5"], None, "something else than dates in order_date"),
    (["anna,2022-01-01,5", "bert,2022-01-02,5"], None, "No customer in .* has ordered on two days"),
    (["anna,2022-01-01,5", "bert,2022-01-01,5"], None, "are of one day, 2022-01-01"),
    ([], None, "a header, but no order"),
]


@pytest.mark.parametrize("bench", ["rhythm", "reminders", "stages"])
@pytest.mark.parametrize(("rows", "header", "message"), WRONG)
def test_bad_logs_are_refused_in_words(tmp_path, capsys, bench, rows, header, message):
    """A traceback does not say what is wrong with a file."""
    file = _file(tmp_path, rows, *([header] if header else []))
    with pytest.raises(SystemExit):
        cli.main([bench, file])
    assert re.search(message, " ".join(capsys.readouterr().err.split()))
    with pytest.raises(ValueError, match=message):
        order_log.read(file)


def test_amounts_that_are_none(tmp_path):
    """Reminders go by amounts; a word among them must not become nothing."""
    file = _file(tmp_path, ["anna,2022-01-01,5", "anna,2022-02-01,much"])
    with pytest.raises(ValueError, match="something else than numbers in amount, first in line 3"):
        order_log.read(file, amount="amount")


def test_orders_of_a_day_are_one(tmp_path):
    """Two orders of a customer on a day are one purchase of both amounts, whatever the time."""
    rows = [
        "b,2022-01-05 10:00:00,1",
        "a,2022-01-02,2",
        "a,2022-01-02 18:30:00,3",
        "a,2022-01-09,4",
    ]
    customers, days, amounts = order_log.read(_file(tmp_path, rows), amount="amount")
    first = (START - date(1970, 1, 1)).days
    assert customers.tolist() == [0, 1, 1]
    assert (days - first).tolist() == [4, 1, 8]
    assert amounts.tolist() == [1.0, 5.0, 4.0]


@pytest.mark.parametrize("bench", ["rhythm", "reminders", "stages"])
def test_too_short_a_log_is_said_to_be(tmp_path, capsys, bench):
    """Of a week nothing can be learnt: a sentence, not a table of nothing."""
    file = _file(tmp_path, _rows("ab", 2, 3))
    assert cli.main([bench, file]) == 1
    printed = capsys.readouterr().out
    assert "longer log" in printed or "too few" in printed


def test_reminders_of_clockwork_customers(tmp_path, capsys):
    """Ten customers order every 20 days; the one that stops is reminded of, once it is late, and
    the others never."""
    rows = _rows("abcdefghi", 20, 50) + _rows("z", 20, 30)
    assert cli.main(["reminders", _file(tmp_path, rows), "--max-late-days", "90"]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("this rule"))
    _name, _late, reminded, right, found, silent, *_others = line.replace("this rule", "x").split()
    assert (right, found, silent) == ("100.0%", "100.0%", "20")
    assert float(reminded.rstrip("%")) < 1


def test_a_silent_customer_is_left_in_peace(tmp_path):
    """Reminders of one silence are as far apart as the rule says."""
    rows = _rows("abcdefghi", 20, 50) + _rows("z", 20, 30)
    file = _file(tmp_path, rows)
    customers, days, amounts = order_log.read(file, amount="amount")
    (cut,) = order_log.cuts(days, [0.5])
    options, _parser = reminders._parse([file, "--gap-days", "25", "--max-late-days", "60"])
    replay = reminders.Replay.of(customers, days, amounts, cut, options)
    first, times = replay.day_by_day(replay.foreseen["call_day"])
    # On the day, 25 and 50 days after it.
    assert times[~np.isnan(first)].tolist() == [3]
    alone, _times = replay.first(replay.foreseen["call_day"])
    assert np.array_equal(alone, first, equal_nan=True)


def test_how_sure_a_difference_is(tmp_path):
    """A tenth of a point was called “behind” as two reminders of four hundred had gone wrong."""
    rows = _rows("abcdefghi", 20, 50) + _rows("xyz", 20, 30)
    file = _file(tmp_path, rows)
    customers, days, amounts = order_log.read(file, amount="amount")
    (cut,) = order_log.cuts(days, [0.5])
    options, _parser = reminders._parse([file])
    replay = reminders.Replay.of(customers, days, amounts, cut, options)
    late, _times = replay.first(replay.spells.start + 21)
    early, _times = replay.first(replay.spells.start + 1)
    assert tuple(replay._by_chance(late, late)) == (0, 0)
    low, high = replay._by_chance(late, early)
    assert 0 < low <= high
    assert np.isnan(replay._by_chance(late, np.full(len(late), np.nan))).all()


def test_the_limit_takes_who_loses_most(tmp_path):
    """With one reminder a day, the customer with most to lose goes first."""
    rows = _rows("abcdefghi", 20, 50)
    rows += [
        row.replace(",10", f",{amount}")
        for amount, name in ((1, "y"), (99, "z"))
        for row in _rows(name, 20, 30)
    ]
    file = _file(tmp_path, rows)
    customers, days, amounts = order_log.read(file, amount="amount")
    (cut,) = order_log.cuts(days, [0.5])
    options, _parser = reminders._parse([file, "--daily-limit", "1"])
    replay = reminders.Replay.of(customers, days, amounts, cut, options)
    first, _times = replay.day_by_day(replay.foreseen["call_day"])
    (some,) = np.nonzero(~np.isnan(first))
    assert len(some) == 2
    rich = some[np.argmax(replay.value[some])]
    assert first[rich] == first[some].min()


def test_stages_and_the_year_after(tmp_path, capsys):
    """Customers who stopped are lost, and none of them orders again."""
    rows = _rows("abcdefghi", 20, 60) + _rows("xyz", 20, 10)
    assert cli.main(["stages", _file(tmp_path, rows)]) == 0
    printed = capsys.readouterr().out.splitlines()
    table = [line.split() for line in printed[printed.index("") + 2 :]]
    assert ["lost", "3", "100%"] in table
    assert ["loyal", "9", "0%"] in table


def test_bgnbd_finds_what_was_put_in():
    """The model to compare with, fitted wrongly, would make ours look good."""
    rng = np.random.default_rng(5)
    r, alpha, a, b = 0.8, 10.0, 0.9, 3.0
    orders, last, observed = [], [], rng.uniform(200, 400, 4000)
    for length in observed:
        rate, leave = rng.gamma(r, 1 / alpha), rng.beta(a, b)
        time, count, end = 0.0, 0, 0.0
        while True:
            time += rng.exponential(1 / rate)
            if time > length:
                break
            count, end = count + 1, time
            if rng.random() < leave:
                break
        orders.append(count)
        last.append(end)
    found = bgnbd.fit(np.array(orders, float), np.array(last), observed)
    assert found[0] == pytest.approx(r, rel=0.2)
    assert found[1] == pytest.approx(alpha, rel=0.25)
    assert found[2] / (found[2] + found[3]) == pytest.approx(a / (a + b), rel=0.15)
    half = bgnbd.days(found, np.array([3.0]), np.array([60.0]), 0.5)
    assert 5 < half[0] < 40
