"""The rhythm of each customer in each product category."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from grading import rhythm
from hypothesis import given
from hypothesis import strategies as st

TODAY = 20_600
CUSTOMERS, CATEGORIES = [3, 7, 2**31 - 1], [1, 4, 9]
_rows = st.lists(
    st.tuples(
        st.sampled_from(CUSTOMERS),
        st.sampled_from(CATEGORIES),
        st.integers(19_000, 20_500),
        st.sampled_from([-3, -0.5, 0, 0.1, 1, 2.5, 40]),
    ),
    max_size=60,
)
_cycles = st.dictionaries(st.sampled_from(CATEGORIES), st.integers(1, 400))
_products = st.dictionaries(
    st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(CATEGORIES)), st.integers(0, 400)
)
_last_days = st.dictionaries(st.sampled_from(CUSTOMERS), st.integers(19_000, TODAY))


def _market(seed=5, customers=80, pace=0.4):
    """Rhythms learnt from many customers who buy categories 1 and 4, but not 9."""
    chance = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        for category, usual in ((1, 20), (4, 60)):
            mean = usual * chance.lognormal(0, pace)
            steps = np.maximum(chance.lognormal(np.log(mean), 0.35, 12), 1).astype(int)
            rows += [(customer, category, 19_000 + day) for day in np.cumsum(steps).tolist()]
    return rhythm.Purchases(*np.array(rows).T)


@pytest.fixture(scope="module")
def rhythms():
    return {name: cycle.rhythm for name, cycle in _market().cycles(TODAY).items()}


def _purchases(rows):
    """:param rows: (customer, category, day) with or without a quantity and an amount"""
    columns = np.array([(*row, *(1, 0)[len(row) - 3 :]) for row in rows], dtype=float)
    columns = columns.reshape(-1, 5).T
    return rhythm.Purchases(*columns[:3].astype(np.int64), *columns[3:])


def _found(rows, rhythms, **more):
    frame = _purchases(rows).rhythms(TODAY, rhythms, **more)
    assert tuple(frame.columns) == rhythm.RHYTHM_COLUMNS
    result = {(row.customer, row.category): tuple(row)[3:] for row in frame.itertuples()}
    assert list(result) == sorted(result)
    return result


def _same(one, other):
    assert one.keys() == other.keys()
    for key, values in one.items():
        # To the bit: a difference would be written, in the night after.
        np.testing.assert_array_equal(np.array(values, float), np.array(other[key], float))


@given(_rows, _cycles, _products, _last_days, st.randoms(use_true_random=False))
def test_same_alone_and_in_any_chunk(rhythms, rows, cycles, products, last_days, chance):
    """A customer looked at after its order got another day than in the monthly pass over all, so
    that each pass wrote half of the table again."""
    more = {"typed": cycles, "products": products, "last_days": last_days}
    everybody = _found(rows, rhythms, **more)
    chance.shuffle(rows)
    alone = {}
    for customer in CUSTOMERS:
        alone |= _found([row for row in rows if row[0] == customer], rhythms, **more)
    _same(alone, everybody)


@given(_rows)
def test_days_equal_the_naive_loop(rows):
    """Days of one category must not count in another, nor those of one customer in another's;
    what is bought twice on a day is bought once, what came back in full not at all."""
    kept = defaultdict(lambda: defaultdict(int))
    for customer, category, day, quantity in rows:
        kept[customer, category][day] += round(quantity * 10)
    expected = {}
    for pair, days in kept.items():
        own = sorted(day for day, quantity in days.items() if quantity > 0)
        if own:
            usual = np.median([days[day] for day in own[-5:]]) / 10
            expected[pair] = (len(own), own[-1], usual)
    frame = _purchases(rows).rhythms(TODAY, {})
    columns = ("customer", "category", "order_days", "last_day", "usual_quantity")
    found = {tuple(row[:2]): tuple(row[2:]) for row in zip(*map(frame.get, columns), strict=True)}
    assert found.keys() == expected.keys()
    for pair, values in expected.items():
        assert found[pair] == pytest.approx(values)


@given(_rows)
def test_one_rule_for_orders_and_categories(rhythms, rows):
    """In a category the days came from a fixed shrinkage by three intervals, beside the weight
    learnt from the data everywhere else: two rules for one thing, of which one was wrong."""
    frame = _purchases(rows).rhythms(TODAY, rhythms)
    for row in frame.itertuples():
        known = rhythms.get(row.category, rhythms[None])
        days = _purchases(rows)
        pair = (days.customers == row.customer) & (days.categories == row.category)
        own = days.days[days.pairs == np.flatnonzero(pair)[0]]
        spells = rhythm.Spells.of(np.zeros(len(own), int), own, TODAY).last(1)
        foresight = rhythm.Foresight(known, spells)
        expected = foresight.expected()[0] if len(own) >= 3 else math.nan
        assert row.interval == pytest.approx(expected, nan_ok=True)
        if len(own) >= 3:
            assert row.late_day == pytest.approx(
                row.last_day + np.rint(foresight.late()[0]), nan_ok=True
            )
            assert math.isnan(row.from_day) == bool(
                foresight.regular[0] or math.isnan(foresight.days(0.1)[0])
            )


def test_where_the_day_comes_from(rhythms):
    """The screen told of five own intervals where the category's alone counted."""
    rows = [(3, 1, 20_000 + 25 * n) for n in range(6)]  # its own
    rows += [(3, 4, 20_000), (3, 4, 20_040)]  # too few: nothing
    rows += [(7, 9, 20_000 + 10 * n) for n in range(3)]  # no category: all, and its own
    found = _purchases(rows).rhythms(TODAY, rhythms)
    sources = [rhythm.SOURCES[n] if n >= 0 else None for n in found["source"]]
    assert sources == ["customer_category", None, "customer_category"]
    assert found["own_median"].tolist() == [25, 40, 10]
    assert 0 < found["own_weight"][0] <= 1 and found["own_weight"][1] == 0
    # Where own intervals tell nothing, the others' do.
    equal = {name: cycle.rhythm for name, cycle in _market(pace=0.0).cycles(TODAY).items()}
    equal = {name: rhythm.replace(known, weight=0.0, cut=0.0) for name, known in equal.items()}
    found = _purchases(rows).rhythms(TODAY, equal)
    sources = [rhythm.SOURCES[n] if n >= 0 else None for n in found["source"]]
    assert sources == ["category", None, "all"]
    assert found["own_weight"].tolist() == [0, 0, 0]


def test_without_a_population_the_own_rhythm_stands_alone():
    found = _purchases([(7, 1, 20_000), (7, 1, 20_010), (7, 1, 20_020)]).rhythms(TODAY, {})
    assert found["interval"].tolist() == pytest.approx([10.0])
    assert found["due_day"].tolist() == [20_030]


def test_typed_cycle_of_a_category(rhythms):
    """Who types a cycle knows better than what orders say: it is the day of whom little is known,
    and pulls that of the others."""
    rows = [(3, 1, 20_000), *((7, 1, 20_000 + 30 * n) for n in range(4))]
    plain, typed = (
        _purchases(rows).rhythms(TODAY, rhythms, typed=cycles) for cycles in ({}, {1: 90})
    )
    assert math.isnan(plain["interval"][0]) and typed["interval"][0] == 90
    assert typed["due_day"][0] == 20_090 and typed["late_day"][0] > 20_090
    assert plain["interval"][1] < typed["interval"][1] < 90
    assert typed["source"].tolist() == [2, 1]
    # Beside no rhythm at all, too.
    alone = _purchases([(3, 1, 20_000)]).rhythms(TODAY, {}, typed={1: 90})
    assert alone["due_day"].tolist() == [20_090] and alone["late_day"][0] > 20_090


def test_typed_as_measured(rhythms):
    """Whoever typed just what was measured of a category got a day far before the one typed."""
    rows = [(3, 1, 20_000), *((7, 1, day) for day in (20_000, 20_030, 20_055))]
    half = rhythms[1].typical

    def days(cycle):
        return _purchases(rows).rhythms(TODAY, rhythms, typed={1: cycle})["interval"].to_numpy()

    less, same, more = (days(half + change) for change in (-1, 0, 1))
    assert (less <= same).all() and (same <= more).all()
    assert same[0] == half


def test_typed_cycle_of_a_product_goes_first(rhythms):
    """A canister lasts 45 days, however often other things of its category are bought."""
    rows = [(3, 1, 20_000 + 20 * n) for n in range(6)]
    found = _purchases(rows).rhythms(TODAY, rhythms, {1: 90}, {(3, 1): 45})
    assert found["interval"].tolist() == [45]
    assert found["due_day"].tolist() == [20_145]
    assert 20_145 < found["late_day"][0] < 20_145 + 45
    assert found["source"].tolist() == [0] and found["own_weight"].tolist() == [0]


def _steady(days, orders):
    """The day on which category 1 is lost, last bought on 20,150, and what all orders last were."""
    rows = [(3, 1, 20_150 - day) for day in days]
    frame = _purchases(rows).rhythms(TODAY, {}, last_days={3: orders})
    return frame["lost_day"][0]


def test_lost_is_not_sooner_since_many_stay_away(rhythms):
    """A category was called lost the sooner, the more of its buyers never come back: the day that
    is expected is of those who do."""
    rows = [(3, 1, 20_000 + day) for day in (0, 11, 30, 44, 70, 95)]
    days = {}
    for back in (1.0, 0.6):
        curves = tuple(replace(curve, back=back) for curve in rhythms[1].curves)
        known = {1: replace(rhythms[1], curves=curves, regular=None)}
        (found,) = _purchases(rows).rhythms(TODAY, known, last_days={3: TODAY}).itertuples()
        days[back] = found
    assert days[0.6].due_day < days[1.0].due_day
    assert days[0.6].lost_day == days[1.0].lost_day > 0


def test_lost_while_the_customer_orders_elsewhere():
    """Napkins had silently gone from the orders of a good customer; or those of a customer who has
    stopped ordering at all were told of one by one."""
    monthly = [0, 30, 60, 90, 120]
    # Twice the 30 days have passed on day 20,211.
    assert _steady(monthly, orders=20_211) == 20_211
    assert _steady(monthly, orders=20_400) == 20_211
    # It has not ordered anything since: it may still come with the next order.
    assert math.isnan(_steady(monthly, orders=20_210))
    # Four days are not steady.
    assert math.isnan(_steady(monthly[:4], orders=20_400))
    # It has been away for longer.
    assert _steady([0, 30, 60, 90, 190], orders=20_400) == 20_150 + 100 + 1
    assert math.isnan(_purchases([(3, 1, 9)]).rhythms(TODAY, {})["lost_day"][0])


def test_worth_of_a_year_and_usual_quantity():
    """The amount of a category was that of the last 365 days from today, so that it melted away
    night by night, and of what was lost there was nothing left to tell."""
    rows = [(3, 1, 19_000, 99, 5000), (3, 1, 19_900, 1, 100.10), (3, 1, 20_000, 2, 200.20)]
    rows += [(3, 1, 20_200, 30, 300.05), (3, 1, 20_200, -10, -100.05)]
    found = _purchases(rows).rhythms(TODAY, {})
    assert found["amount_year"].tolist() == [500.3]
    assert found["usual_quantity"].tolist() == [11.0]  # of 1, 2, 20 and 99


def test_usual_quantity_is_of_the_latest_purchases():
    rows = [(3, 1, 19_000 + n, 1000, 0) for n in range(5)]
    rows += [(3, 1, 20_000 + n, n + 1, 0) for n in range(5)]
    assert _purchases(rows).rhythms(TODAY, {})["usual_quantity"].tolist() == [3.0]


def test_cycle_of_each_category():
    """Fast and slow categories have their own; one with few intervals has none, as it would go
    before that of all; what began lately is not over, and counts so."""
    fast = [(1, 5, 7 * n) for n in range(60)]
    slow = [(2, 6, 25 * n) for n in range(24)]
    rare = [(3, 8, 10 * n) for n in range(5)]
    lately = [(customer, 6, 600 + day) for customer in range(10, 40) for day in (0, 1)]
    cycles = _purchases(fast + slow + rare + lately).cycles(as_of=620)
    assert {name: cycle.rhythm.typical for name, cycle in cycles.items() if name} == {5: 7, 6: 25}
    assert None in cycles
    assert (cycles[5].quarter, cycles[5].three_quarters, cycles[5].again) == (7, 7, 100)
    assert (cycles[6].quarter, cycles[6].three_quarters) == (1, 25)
    assert _purchases([(1, 1, 0)]).cycles(as_of=9) == {}
    assert _purchases([]).cycles(as_of=9) == {}


def test_nothing_bought():
    """Of who was sent nothing, or sent everything back, nothing is told."""
    assert _purchases([]).rhythms(TODAY, {}).empty
    assert _purchases([(3, 1, 20_000, 5, 50), (3, 1, 20_000, -5, -50)]).rhythms(TODAY, {}).empty
