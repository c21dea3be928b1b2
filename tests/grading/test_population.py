"""Whom bands are cut from, and what that means for RFM as a whole."""

import numpy as np
from builders import AS_OF, TODAY, facts
from grading import distribution, metrics, pipeline, points, population
from grading.policy import GIVEN, RATIO, Bands, Indicator, Metric, Program, Segment, Tier
from hypothesis import given
from hypothesis import strategies as st

METRICS = (
    Metric("since", "recency_days"),
    Metric("orders", "order_count", 12),
    Metric("spent", "amount", 12),
    Metric("spent_ever", "amount"),
    Metric("per_order", RATIO, parts=("spent", "judged")),
    Metric("judged", GIVEN),
)
ANY = Bands((0.0,), (50.0,))
LOW = {"since"}


def _indicators(*codes, roles="   "):
    pairs = enumerate(zip(codes, roles, strict=False))
    return tuple(Indicator(n, code, 1, ANY, role.strip()) for n, (code, role) in pairs)


def _populations(known, *codes, roles="rfm"):
    windows = metrics.Windows(known, AS_OF)
    values = metrics.compute(known, METRICS, AS_OF, windows)
    return population.populations(values, windows, _indicators(*codes, roles=roles), METRICS)


def _rfm(known, count):
    """The scales of R, F and M as they are frozen; None where there is nothing to cut."""
    scales = {}
    for n, people in _populations(known, "since", "orders", "spent").items():
        direction = "low" if n == 0 else "high"
        cuts = distribution.proposal(people.values, count, "quantile", direction, people.floor)
        bounds, numbers = points.numbered(cuts, count, direction)
        earned = tuple(points.number_points(number, count) for number in numbers)
        scales["rfm"[n]] = Bands((-np.inf, *bounds), earned, tuple(numbers)) if cuts else None
    return scales


def test_all_parts_look_at_who_bought_in_the_shortest_window():
    """R looked at all history and F and M at a year: “R at least 4” excluded “no order in the
    year”, which was the whole lowest F band."""
    known = facts([(1, TODAY - 5, 100), (1, TODAY - 9, 10), (2, TODAY - 400, 70)], given={})
    parts = _populations(known, "since", "orders", "spent")
    assert [part.values.tolist() for part in parts.values()] == [[5], [2], [110]]
    assert [(part.idle, part.months) for part in parts.values()] == [(1, 12)] * 3
    assert [part.floor for part in parts.values()] == [None, 0.0, 0.0]


def test_an_indicator_looks_at_who_bought_in_its_own_window():
    """What is no part of RFM is compared among those that it says something about; values that
    were given say so themselves."""
    known = facts(
        [(1, TODAY - 5, 100), (2, TODAY - 400, 70)], customers=[1, 2, 3], given={"judged": {3: 8}}
    )
    parts = _populations(known, "spent", "spent_ever", "judged", "per_order", roles="    ")
    assert [part.values.tolist() for part in parts.values()] == [[100], [70, 100], [8], []]
    assert [part.idle for part in parts.values()] == [2, 1, 0, 2]
    assert [part.unknown for part in parts.values()] == [0, 0, 2, 1]
    assert [part.months for part in parts.values()] == [12, 0, None, 12]


def test_who_only_got_deliveries_did_not_buy():
    """An order that does not count for the frequency makes nobody a buyer."""
    known = facts([(1, TODAY - 5, 100), (2, TODAY - 5, 12, False)])
    assert _populations(known, "spent")[0].values.tolist() == [100]


_orders = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 900), st.integers(1, 9000).map(float)),
    min_size=1,
    max_size=60,
).map(lambda rows: [(customer, TODAY - days, amount) for customer, days, amount in rows])


@given(_orders, st.integers(2, 5), st.integers(1, 30))
def test_idle_customers_move_nobody(orders, count, idle):
    """Contacts without any order, or without one for years, changed the bands of all others."""
    lapsed = [(1000 + n, TODAY - 1000 - n, 50.0 * n) for n in range(idle)]
    known = facts(orders)
    more = facts(
        orders + lapsed, customers=[*known.customers, *range(1000, 1000 + idle), *range(2000, 2005)]
    )
    assert _rfm(known, count) == _rfm(more, count)


@given(_orders, st.integers(2, 5))
def test_who_did_not_buy_is_the_lowest_of_all(orders, count):
    """Customers lapsed for a year were “Valuable”."""
    known = facts([*orders, (77, TODAY - 600, 1e6)])
    for role, scale in _rfm(known, count).items():
        if scale:
            idle = {"r": 600.0, "f": 0.0, "m": 0.0}[role]
            assert points.band_number(scale, [idle]).tolist() == [1]


def test_ten_customers_of_whom_eight_lapsed():
    """Two lapsed ones scored 60 and were “Valuable”, the two who bought for 9.77 yesterday were
    “Top value”, and nobody was “Low value”. There is nothing to cut among two that are alike."""
    lapsed = [(n, TODAY - 300 - 100 * n, 500.0) for n in range(1, 9)]
    known = facts([*lapsed, (11, TODAY - 1, 9.77), (12, TODAY - 1, 9.77)])
    assert _rfm(known, 5) == {"r": None, "f": None, "m": None}


def test_recent_one_time_buyers_are_new():
    """A year of history: whoever bought once and lately was F 5 and “Loyal”, and no customer was
    ever “New”. With one lapsed customer more nobody moves."""
    orders = [(n, TODAY - 3 * n, 100.0 + n) for n in range(1, 71)]
    orders += [(n, TODAY - n - m, 300.0 + n) for n in range(71, 97) for m in (0, 40)]
    known = facts(orders)
    scales = _rfm(known, 5)
    indicators = tuple(
        Indicator(n, code, 1, scales[role], role)
        for n, (role, code) in enumerate(zip("rfm", ("since", "orders", "spent"), strict=True))
    )
    new = Segment(9, (5, 5), (1, 1), (1, 5))
    program = Program(1, METRICS, indicators, (Tier(1),), (new,))
    table = pipeline.grade(known, program, AS_OF)
    assert set(table["segment"][:12]) == {9}
    assert set(table["rfm_f"][:70]) == {1}
    assert set(table["rfm_f"][70:]) == {5}
    assert _rfm(facts([*orders, (900, TODAY - 400, 20.0)]), 5) == scales
