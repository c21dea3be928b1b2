"""Short ways to write facts and programmes, and strategies for random ones."""

from datetime import date

import numpy as np
import pandas as pd
from grading import debts, metrics
from grading.policy import (
    GIVEN,
    RATIO,
    SCORE,
    Bands,
    Condition,
    Indicator,
    Lifecycle,
    Linear,
    Metric,
    Program,
    Segment,
    Tier,
    Veto,
)
from hypothesis import settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

AS_OF = date(2025, 6, 30)
TODAY = metrics.day_number(AS_OF)


def examples(share):
    """For a property that is dearer or cheaper than most: its share of the profile's examples."""
    return settings(max_examples=max(2, round(share * settings.default.max_examples)))


ORDER_TYPES = {"customer": "int64", "day": "int64", "amount": "float64", "frequent": "bool"}
LINE_TYPES = {
    "customer": "int64",
    "day": "int64",
    "product": "int64",
    "category": "int64",
    "quantity": "float64",
    "revenue": "float64",
    "cost": "float64",
}


def day(text):
    return metrics.day_number(date.fromisoformat(text))


def debt_rows(rows):
    """Parts of debts from rows of ``debts.TYPES`` by name; what is not said is usual: an invoice
    that is owed since 1,000 days before it is due, a debt for each part, and money.

    :param rows: list of dicts with ``customer``, ``invoice``, ``due``, ``paid`` and ``amount``
    """
    usual = {"source": debts.INVOICE, "kind": debts.PAID, "counts": True}
    table = [
        {
            **usual,
            "debt": number,
            "begun": row["due"] - 1000,
            "by": 100 + number,
            "total": row["amount"],
            **row,
        }
        for number, row in enumerate(rows, 1)
    ]
    return pd.DataFrame(table, columns=list(debts.TYPES)).astype(debts.TYPES)


def _frame(rows, types):
    rows = [(row[0], day(row[1]) if isinstance(row[1], str) else row[1], *row[2:]) for row in rows]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def facts(orders=(), lines=None, customers=None, given=None):
    """Facts from rows ``(customer, day, amount[, frequent])`` and ``(customer, day, product,
    category, quantity[, revenue, cost])``; a day is a number or an ISO date.

    :param given: dict code → dict customer → value
    """
    orders = _frame([row if len(row) == 4 else (*row, True) for row in orders], ORDER_TYPES)
    if customers is None:
        customers = sorted(set(orders["customer"]))
    if lines is not None:
        lines = _frame([row if len(row) == 7 else (*row, 0.0, 0.0) for row in lines], LINE_TYPES)
    if given is not None:
        given = pd.DataFrame({code: pd.Series(of, dtype=float) for code, of in given.items()})
    return metrics.Facts(np.array(customers, dtype=np.int64), orders, lines, given)


def select(whole, customers):
    """The facts of some of the customers."""
    return metrics.Facts(
        np.array(customers, dtype=np.int64),
        whole.orders[whole.orders["customer"].isin(customers)],
        whole.lines[whole.lines["customer"].isin(customers)],
        whole.given,
    )


def until(whole, last_day):
    """The facts as they stood at the end of a day."""
    return metrics.Facts(
        whole.customers,
        whole.orders[whole.orders["day"] <= last_day],
        whole.lines[whole.lines["day"] <= last_day],
        whole.given,
    )


def shuffled(whole, seed):
    return metrics.Facts(
        whole.customers,
        whole.orders.sample(frac=1, random_state=seed),
        whole.lines.sample(frac=1, random_state=seed),
        whole.given.sample(frac=1, random_state=seed),
    )


def assert_same(table, expected):
    """Equal to the last bit. The comparison that explains is slow, so only for a difference."""
    if not table.equals(expected):
        assert_frame_equal(table, expected, check_exact=True)
        raise AssertionError("Tables differ in their structure")


def measure(name, known, months=0, as_of=AS_OF):
    """Values of one measure, one per customer."""
    return metrics.compute(known, [Metric("it", name, months)], as_of)["it"].tolist()


# Gaps in the ids, so that an id taken for a position shows.
CUSTOMERS = (3, 4, 11, 50, 900)

# Around the as-of date, the window edges and beyond: where off-by-one errors live.
_days = st.one_of(
    st.integers(TODAY - 800, TODAY + 40),
    st.sampled_from([TODAY, TODAY + 1, day("2024-06-30"), day("2024-07-01"), day("2025-05-30")]),
)
# Thousandths: an amount converted from a foreign currency is not a whole number of cents.
_amounts = st.integers(-500_000, 5_000_000).map(lambda number: number / 1000)
_orders = st.tuples(st.sampled_from(CUSTOMERS), _days, _amounts, st.booleans())
_lines = st.tuples(
    st.sampled_from(CUSTOMERS),
    _days,
    st.integers(1, 4),
    st.integers(1, 2),
    st.integers(-3000, 9000).map(lambda number: number / 1000),
    _amounts,
    _amounts,
)
_given = st.dictionaries(
    st.sampled_from(["judged", "complaints"]),
    st.dictionaries(st.sampled_from(CUSTOMERS), st.integers(-20, 100).map(float)),
)

histories = st.builds(
    facts,
    st.lists(_orders, max_size=25),
    st.lists(_lines, max_size=12),
    st.just(CUSTOMERS),
    _given,
)

METRICS = (
    # Before its parts: a programme lists metrics in any order.
    Metric("complaints_per_order", RATIO, parts=("complaints", "order_count_12")),
    *(
        Metric(f"{name}_{months}", name, months)
        for name in metrics.MEASURES
        for months in (0, 12)
        if months or name != "growth"
    ),
    Metric("judged", GIVEN),
    Metric("complaints", GIVEN),
)
_codes = st.sampled_from([metric.code for metric in METRICS])
_thresholds = st.integers(-50, 4000).map(lambda number: number / 2)


@st.composite
def _bands(draw):
    bounds = draw(st.lists(_thresholds, min_size=1, max_size=5, unique=True))
    size = len(bounds)
    earned = draw(st.lists(st.integers(0, 10_000), min_size=size, max_size=size))
    return Bands(tuple(sorted(bounds)), tuple(number / 100 for number in earned))


_linear = st.lists(_thresholds, min_size=2, max_size=2, unique=True).map(lambda b: Linear(*b))
_weights = st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.0, 12.5])
_conditions = st.builds(Condition, _codes, st.sampled_from([">=", ">", "<=", "<"]), _thresholds)
_tops = st.builds(Condition, st.one_of(_codes, st.just(SCORE)), st.just(">="), _thresholds)
_box = st.tuples(st.integers(1, 3), st.integers(1, 5))


@st.composite
def programs(draw):
    count = draw(st.integers(0, 5))
    roles = draw(st.permutations(["r", "f", "m", "", ""]))
    indicators = tuple(
        Indicator(
            number, draw(_codes), draw(_weights), draw(st.one_of(_bands(), _linear)), roles[number]
        )
        for number in range(count)
    )
    # Only bands have numbers, so only they can play a part in RFM.
    indicators = tuple(i for i in indicators if isinstance(i.scale, Bands) or not i.role)
    tiers = tuple(
        Tier(
            id=10 + number,
            min_score=draw(st.sampled_from([0.0, 20.0, 50.0, 80.0])),
            conditions=tuple(draw(st.lists(_conditions, max_size=2))),
            match_any=draw(st.booleans()),
            top=draw(st.one_of(st.none(), _tops)),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    vetoes = tuple(
        Veto(80 + number, draw(_conditions), draw(st.sampled_from(tiers)).id)
        for number in range(draw(st.integers(0, 2)) if tiers else 0)
    )
    segments = tuple(
        Segment(70 + number, draw(_box), draw(_box), draw(_box))
        for number in range(draw(st.integers(0, 2)))
    )
    typical = draw(st.sampled_from([None, 7.0, 30.0]))
    covered = draw(st.sampled_from([0.0, 0.5, 1.0]))
    return Program(
        1,
        METRICS,
        indicators,
        tiers,
        segments,
        typical,
        vetoes,
        covered,
        lifecycle=draw(st.sampled_from([None, Lifecycle()])),
    )
