"""From orders to numbers about a customer."""

from datetime import date, timedelta

import numpy as np
import pytest
from builders import AS_OF, facts, measure
from builders import day as day_of
from grading import correction, metrics, points
from grading.policy import GIVEN, RATIO, Bands, Metric
from hypothesis import given
from hypothesis import strategies as st

nan = pytest.approx(float("nan"), nan_ok=True)

ORDERS = [
    (17, "2025-03-02", 90.4),
    (17, "2024-03-10", 100.0),
    (17, "2025-01-01", 200.0),
    (17, "2025-01-01", 50.0),
    (17, "2025-01-31", -30.0, False),
    (17, "2025-04-01", 0.0, False),
]
LINES = [
    (17, "2024-03-10", 7, 1, 2.5, 100.0, 60.0),
    (17, "2025-01-01", 7, 1, 1.5, 75.0, 45.0),
    (17, "2025-03-02", 8, 1, 1.0, 90.4, 100.4),
    (17, "2025-01-31", 9, 2, -1.0, -30.0, -20.0),
]
HAND_COMPUTED = [
    # All history: 410.40 in four orders, on days 297 and 60 days apart.
    ("amount", 0, 410.4, 0.0),
    ("order_count", 0, 4.0, 0.0),
    ("recency_days", 0, 120.0, nan),
    # 440.40 in the four orders that count.
    ("average_order", 0, 110.1, nan),
    ("purchase_days", 0, 3.0, 0.0),
    ("interval_mean", 0, 178.5, nan),
    ("interval_cv", 0, 0.664, nan),
    ("quantity", 0, 4.0, 0.0),
    ("product_count", 0, 2.0, 0.0),
    ("category_count", 0, 1.0, 0.0),
    # 235.40 less a cost of 185.40.
    ("margin", 0, 50.0, 0.0),
    ("margin_rate", 0, 21.24, nan),
    # Twelve months: 310.40 in three orders, one interval.
    ("amount", 12, 310.4, 0.0),
    ("order_count", 12, 3.0, 0.0),
    ("recency_days", 12, 120.0, nan),
    ("average_order", 12, 113.47, nan),
    ("purchase_days", 12, 2.0, 0.0),
    ("interval_mean", 12, 60.0, nan),
    ("interval_cv", 12, nan, nan),
    ("quantity", 12, 1.5, 0.0),
    ("product_count", 12, 2.0, 0.0),
    ("margin", 12, 10.0, 0.0),
    # From 100.00 in the twelve months before.
    ("growth", 12, 210.4, nan),
    # Three months: only the order worth nothing is left.
    ("amount", 3, 0.0, 0.0),
    ("order_count", 3, 0.0, 0.0),
    ("recency_days", 3, nan, nan),
    ("average_order", 3, nan, nan),
    # Against the three months before.
    ("growth", 3, -100.0, nan),
    # Half a year of 310.40 after half a year of nothing is not infinite growth.
    ("growth", 6, nan, nan),
]


@pytest.mark.parametrize(("name", "months", "buyer", "prospect"), HAND_COMPUTED)
def test_measures_match_the_hand_computed_example(name, months, buyer, prospect):
    """Same-day orders are two orders but one order day; orders that are not frequent count for
    the amount alone; a prospect bought for 0, but nobody knows how long ago."""
    known = facts(ORDERS, LINES, customers=[5, 17, 60])
    assert measure(name, known, months) == [prospect, buyer, prospect]


def test_every_measure_has_a_hand_computed_example():
    """A new measure without a number checked by hand is a guess."""
    assert {row[0] for row in HAND_COMPUTED} == set(metrics.MEASURES)


def test_growth_of_all_history_is_refused():
    """There is nothing before everything; 0 % would be a lie."""
    with pytest.raises(ValueError, match="period before"):
        measure("growth", facts(ORDERS), 0)


def test_given_values_are_taken_as_they_come():
    """Numbers from elsewhere keep their customer; who has none is unknown, not 0."""
    known = facts(ORDERS, customers=[5, 17, 60], given={"judged": {60: 4.0, 5: 0.0}})
    table = metrics.compute(known, [Metric("judged", GIVEN), Metric("absent", GIVEN)], AS_OF)
    assert table["judged"].tolist() == [0.0, nan, 4.0]
    assert table["absent"].tolist() == [nan, nan, nan]


def test_ratio_is_percent_and_unknown_without_a_positive_denominator():
    """3 credited of 12 invoiced is 25 %; of nothing, of less than nothing or of an unknown
    amount there is no rate."""
    known = facts(
        customers=[1, 2, 3, 4, 5],
        given={"part": {1: 3.0, 2: 3.0, 3: 3.0, 5: 3.0}, "whole": {1: 12.0, 2: 0.0, 3: -1.0, 4: 5}},
    )
    wanted = [
        Metric("rate", RATIO, parts=("part", "whole")),
        Metric("part", GIVEN),
        Metric("whole", GIVEN),
    ]
    assert metrics.compute(known, wanted, AS_OF)["rate"].tolist() == [25.0, nan, nan, nan, nan]


def test_windows_of_one_measure_are_columns_side_by_side():
    """A window cached under the wrong key would give both columns the same numbers."""
    wanted = [Metric("all", "amount"), Metric("year", "amount", 12), Metric("n", "order_count", 12)]
    table = metrics.compute(facts(ORDERS, customers=[5, 17]), wanted, AS_OF)
    assert table.to_dict("index") == {
        5: {"all": 0.0, "year": 0.0, "n": 0.0},
        17: {"all": 410.4, "year": 310.4, "n": 3.0},
    }


@pytest.mark.parametrize(
    ("as_of", "months", "day", "inside"),
    [
        ("2025-06-30", 12, "2024-06-30", False),
        ("2025-06-30", 12, "2024-07-01", True),
        ("2025-06-30", 12, "2025-06-30", True),
        ("2025-06-30", 12, "2025-07-01", False),
        ("2024-02-29", 12, "2023-02-28", False),
        ("2024-02-29", 12, "2023-03-01", True),
        ("2025-02-28", 12, "2024-02-28", False),
        ("2025-02-28", 12, "2024-02-29", True),
        ("2025-03-31", 1, "2025-02-28", False),
        ("2025-03-31", 1, "2025-03-01", True),
        ("2025-06-30", 0, "1969-12-31", True),
        ("2025-06-30", 0, "2025-07-01", False),
    ],
)
def test_window_ends_with_the_as_of_day_and_starts_after_the_same_day_before(
    as_of, months, day, inside
):
    """Twelve months are one year, not a year and a day; a missing 29 February or 31st falls back
    to the month's last day; nothing after the as-of date is ever seen."""
    known = facts([(1, day, 8.0)], [(1, day, 5, 1, 2.0)])
    as_of = date.fromisoformat(as_of)
    for name, value in (("amount", 8.0), ("order_count", 1.0), ("quantity", 2.0)):
        assert measure(name, known, months, as_of) == [value if inside else 0.0]


@given(st.dates(date(1999, 1, 1), date(2032, 12, 31)), st.integers(1, 36))
def test_order_leaves_the_window_on_the_day_that_is_said(day, months):
    """“Before 31 December” must be the last day on which today's figures still count; months
    of different length are where it goes wrong."""
    number = metrics.day_number(day)
    (leaves,) = metrics.leaving_day(np.array([float(number)]), months).astype(int)
    for as_of, inside in ((leaves - 1, True), (leaves, False)):
        as_of = metrics.EPOCH + timedelta(days=int(as_of))
        assert (number > metrics.day_before_window(as_of, months)) == inside


def test_lapse_is_that_of_the_oldest_order_in_the_window():
    """An order that has left already takes nothing with it any more."""
    known = facts(ORDERS, customers=[5, 17])
    lapse = metrics.Window(known, AS_OF, 12).lapse_day
    assert lapse.tolist() == [nan, day_of("2026-01-01")]
    assert metrics.Window(known, AS_OF, 0).lapse_day.tolist() == [nan, nan]


def test_recency_looks_at_the_last_frequent_order_of_unsorted_rows():
    """A refund is no sign of life, and rows come in any order."""
    rows = [(1, "2025-06-20", 5.0), (1, "2025-06-29", -5.0, False), (1, "2025-06-01", 5.0)]
    assert measure("recency_days", facts(rows)) == [10.0]


def test_order_on_the_as_of_day_is_zero_days_ago():
    """0 is a value, and the best one; it must not be mistaken for unknown."""
    assert measure("recency_days", facts([(1, "2025-06-30", 5.0)])) == [0.0]


def test_customer_with_refunds_only_has_an_amount_but_no_average():
    """-30 over no order at all is not minus infinity."""
    known = facts([(1, "2025-01-01", -30.0, False)])
    assert measure("amount", known) == [-30.0]
    assert measure("average_order", known) == [nan]


@pytest.mark.parametrize(
    "amounts", [[4999.999999], [4999.4, 0.2, 0.4], [833.33] * 5 + [833.35], [0.1] * 50_000]
)
def test_sum_that_is_5000_to_the_cent_reaches_a_bound_of_5000(amounts):
    """Sums of floats end in 4,999.999999; the customer must not lose a tier over it."""
    known = facts([(1, "2025-01-01", amount) for amount in amounts])
    (amount,) = measure("amount", known)
    assert amount == 5000.0
    assert points.points(Bands((0.0, 5000.0), (0.0, 100.0)), [amount]).tolist() == [100.0]


def test_parts_of_one_purchase():
    """The invoices of one order were as many purchases of a part of its worth; two customers whose
    invoices are for the same order have one each, also where a return without an order is known."""
    known = facts([(1, 100, 300), (1, 120, 700), (1, 130, 50), (2, 130, 40), (1, 140, -20, False)])
    orders = known.orders.assign(purchase=[7, 7, 0, 7, 0])
    known = metrics.Facts(known.customers, orders)
    as_of = metrics.as_date(200)
    for seen in (known, correction.as_known(known, as_of)):
        assert measure("order_count", seen, as_of=as_of) == [2, 1]
        assert measure("purchase_days", seen, as_of=as_of) == [3, 1]
        assert measure("average_order", seen, as_of=as_of) == [525, 40]


def test_sum_does_not_depend_on_the_order_of_rows():
    """Half a cent, met by converted amounts, is rounded up or down with the last bit of the sum."""
    rows = [(1, "2025-01-01", amount) for amount in (0.005, 0.005, 1.385)]
    assert measure("amount", facts(rows)) == measure("amount", facts(rows[::-1]))


def test_quantities_are_summed_to_three_decimals():
    """0.1 + 0.2 kg is 0.3 kg, exactly on a bound of 0.3."""
    known = facts(lines=[(1, "2025-01-01", 7, 1, q) for q in (0.1, 0.2)], customers=[1])
    assert measure("quantity", known) == [0.3]


def test_the_same_product_bought_by_two_customers_counts_for_both():
    """Distinct is per customer."""
    known = facts(lines=[(c, "2025-01-01", 7, 1, 1.0) for c in (1, 2, 2)], customers=[1, 2])
    assert measure("product_count", known) == [1.0, 1.0]
