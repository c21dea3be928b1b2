"""Whole programmes and whole histories at random: whatever an administrator may type in and
whatever may stand in a database, the unlikely ones included."""

from datetime import date

import numpy as np
import pandas as pd
from builders import LINE_TYPES, ORDER_TYPES, day
from grading import debts, metrics
from grading.movement import REASONS
from grading.policy import (
    GIVEN,
    RATIO,
    SCORE,
    Bands,
    Condition,
    Credit,
    Entry,
    Indicator,
    Lifecycle,
    Linear,
    Metric,
    Movement,
    Program,
    Review,
    Segment,
    Tier,
    Veto,
)
from grading.settle import PREVIOUS, before
from hypothesis import strategies as st

# Gaps in the ids, and a large one.
CUSTOMERS = (1, 2, 5, 6, 40, 2**31 - 1)
# Days on which months, quarters, years and leap years begin and end.
DAYS = [
    date.fromisoformat(text)
    for text in ("2024-02-29", "2024-03-31", "2024-12-31", "2025-01-01", "2025-06-30", "2023-10-17")
]
MONTHS = (0, 1, 12, 24)

metric_list = (
    # Parts after what they are parts of: a programme lists metrics in any order.
    Metric("given_ratio", RATIO, parts=("judged", "order_count_12")),
    Metric("mixed_ratio", RATIO, parts=("amount_0", "amount_12")),
    Metric("silence_by_order", RATIO, parts=("recency_days_0", "order_count_12")),
    *(
        Metric(f"{name}_{months}", name, months)
        for name in metrics.MEASURES
        for months in MONTHS
        if months or name != "growth"
    ),
    *(Metric(name, name) for name in metrics.PAYMENT_MEASURES),
    Metric("judged", GIVEN),
    Metric("never_gathered", GIVEN),
)
codes = st.sampled_from([metric.code for metric in metric_list])
subjects = st.one_of(codes, codes, st.just(SCORE))

# Numbers that meet those of the histories on the dot, and others.
thresholds = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 100.0, 1000.0, -1.0, 0.1, 33.33, 1e9, -1e9, 1e-6]),
    st.integers(-100, 4000).map(lambda number: number / 2),
)
# Thousandths: what was converted from a foreign currency is not a whole number of cents.
amounts = st.one_of(
    st.sampled_from([0.0, 100.0, 1000.0, -1000.0, 0.01, 1e9, 2.5e10, -1e9]),
    st.integers(-500_000, 5_000_000).map(lambda number: number / 1000),
)


@st.composite
def scales(draw):
    if draw(st.booleans()):
        return Linear(*draw(st.lists(thresholds, min_size=2, max_size=2, unique=True)))
    bounds = sorted(draw(st.lists(thresholds, min_size=1, max_size=6, unique=True)))
    earned = st.one_of(st.sampled_from([0.0, 50.0, 100.0]), st.floats(0, 100))
    points = draw(st.lists(earned, min_size=len(bounds), max_size=len(bounds)))
    number = st.lists(st.integers(1, 9), min_size=len(bounds), max_size=len(bounds))
    return Bands(tuple(bounds), tuple(points), tuple(draw(st.one_of(st.just([]), number))))


keeps = st.one_of(st.none(), st.none(), thresholds)
conditions = st.builds(
    Condition, subjects, st.sampled_from([">=", ">", "<=", "<"]), thresholds, keeps
)
tops = st.builds(Condition, subjects, st.just(">="), thresholds, keeps)
scores = st.sampled_from([0.0, 0.01, 20.0, 50.0, 99.99, 100.0])
reviews = st.one_of(
    st.sampled_from(["day", "month", "quarter", "year", "anniversary"]).map(Review),
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 31)), min_size=1, max_size=3).map(
        lambda dates: Review("dates", tuple(dates))
    ),
)
movements = st.builds(
    Movement,
    promotion=st.sampled_from(["at_once", "review", "after"]),
    promotion_days=st.sampled_from([0, 1, 14, 400]),
    hold_months=st.sampled_from([0, 0, 1, 12, 36]),
    misses=st.integers(1, 3),
    notice_days=st.sampled_from([0, 0, 1, 30, 400]),
    one_level=st.booleans(),
    review=reviews,
    approval=st.sampled_from(["none", "none", "up", "down", "both"]),
)
credits = st.builds(
    Credit,
    window_days=st.sampled_from([1, 90, 365, 3650]),
    min_invoices=st.integers(1, 4),
    clamp=st.booleans(),
    low_from=st.sampled_from([80.0, 100.0, 50.0]),
    medium_from=st.sampled_from([50.0, 0.0]),
)


@st.composite
def lifecycles(draw):
    loyal = draw(st.sampled_from([0.01, 1.0, 1.5]))
    mature = loyal + draw(st.sampled_from([0.0, 0.5, 10.0]))
    new = draw(st.integers(1, 3))
    orders = new + draw(st.integers(1, 9))
    dormant = draw(st.integers(1, 400))
    return Lifecycle(
        new_days=draw(st.sampled_from([1, 90, 5000])),
        new_orders=new,
        mature_ratio=mature,
        loyal_orders=orders,
        loyal_ratio=loyal,
        lost_ratio=mature + draw(st.sampled_from([0.01, 2.0, 100.0])),
        won_back_days=draw(st.sampled_from([1, 90, 5000])),
        min_orders=draw(st.integers(2, max(orders, 2))),
        dormant_days=dormant,
        lost_days=dormant + draw(st.integers(1, 400)),
    )


@st.composite
def programs(draw):
    """Any programme that the value objects accept; tiers 10, 11, … from the lowest."""
    count = draw(st.integers(0, 5))
    roles = draw(st.permutations(["r", "f", "m", "", ""]))
    weights = st.sampled_from([0.0, 0.1, 1 / 3, 1.0, 2.0, 1e6])
    indicators = [
        Indicator(30 + number, draw(codes), draw(weights), draw(scales()), roles[number])
        for number in range(count)
    ]
    # Only bands have numbers, so only they can play a part in RFM.
    indicators = [i for i in indicators if isinstance(i.scale, Bands) or not i.role]
    tiers = [
        Tier(
            id=10 + number,
            min_score=draw(scores),
            conditions=tuple(draw(st.lists(conditions, max_size=3))),
            match_any=draw(st.booleans()),
            top=draw(st.one_of(st.none(), tops)),
            keep_score=draw(st.one_of(st.none(), scores)),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    ids = st.sampled_from([tier.id for tier in tiers] or [0])
    entries = st.tuples(ids, st.sampled_from([0, 1, 30]))
    box = st.tuples(st.integers(1, 4), st.integers(1, 6))
    return Program(
        1,
        metric_list,
        tuple(indicators),
        tuple(tiers),
        tuple(
            Segment(70 + number, *draw(st.tuples(box, box, box)))
            for number in range(draw(st.integers(0, 3)))
        ),
        draw(st.sampled_from([None, 0.0, 1.0, 30.0, 1000.0])),
        tuple(
            Veto(80 + number, draw(conditions), draw(ids))
            for number in range(draw(st.integers(0, 2)) if tiers else 0)
        ),
        draw(st.sampled_from([0.0, 0.5, 1.0])),
        draw(st.sampled_from(["three", "mean"])),
        draw(movements),
        tuple(
            Entry(60 + number, tier, follow_up_days=days)
            for number, (tier, days) in enumerate(
                draw(st.lists(entries, max_size=2)) if tiers else ()
            )
        ),
        draw(credits),
        draw(st.one_of(st.none(), st.just(Lifecycle()), lifecycles())),
        draw(st.sampled_from(["rolling", "rolling", "calendar", "anniversary"])),
    )


def _around(today):
    """Days around the day of grading and its anniversaries, of decades ago, and in the future."""
    edges = [today, today - 1, today + 1, today - 365, today - 366, today - 730, today + 400]
    return st.one_of(
        st.sampled_from([*edges, day("1990-01-01"), day("2024-02-29")]),
        st.integers(today - 900, today + 40),
    )


def _table(rows, types):
    return pd.DataFrame(rows, columns=list(types)).astype(types)


@st.composite
def histories(draw, program, as_of):
    """Facts that fit a programme: few customers with many orders on the same days."""
    today = metrics.day_number(as_of)
    ids = draw(st.lists(st.sampled_from(CUSTOMERS), unique=True, max_size=6))
    customers = np.array(sorted(ids), dtype=np.int64)
    if not len(customers):
        return metrics.Facts(
            customers, _table([], ORDER_TYPES), _table([], LINE_TYPES), entry=customers
        )
    who, days = st.sampled_from(ids), _around(today)
    order = st.tuples(who, days, amounts, st.sampled_from([True, True, True, False]))
    quantity = st.integers(-3000, 9000).map(lambda number: number / 1000)
    line = st.tuples(who, days, st.integers(0, 4), st.integers(0, 2), quantity, amounts, amounts)
    number = st.one_of(st.just(np.nan), thresholds)
    given = [
        pd.DataFrame({"judged": draw(st.dictionaries(who, number))}, dtype=float)
        for _year in range(2)
    ]
    open_or_paid = st.one_of(st.just(np.nan), days.map(float))
    due = st.integers(-400, 60).map(lambda ago: float(today + ago))
    owed = st.one_of(st.just(1e9), st.integers(1, 900_000).map(lambda number: number / 1000))
    # A debt has one day on which it begins and one source, else a row may be anything.
    part = st.builds(
        _debt,
        who,
        st.integers(0, 8),
        st.integers(1, 5),
        st.integers(0, 40),
        due,
        open_or_paid,
        owed,
        st.sampled_from([0, 0, 0, 1, 2]),
        st.booleans(),
    )
    rules = st.sampled_from([0, *(entry.id for entry in program.entries)])
    known = st.one_of(st.just(np.nan), days.map(float))
    size = len(customers)
    return metrics.Facts(
        customers,
        _table(draw(st.lists(order, max_size=30)), ORDER_TYPES),
        _table(draw(st.lists(line, max_size=12)), LINE_TYPES),
        given[0],
        np.array(draw(st.lists(rules, min_size=size, max_size=size)), dtype=np.int64),
        given[1],
        _table(draw(st.lists(part, max_size=15)), debts.TYPES),
        np.array(draw(st.lists(known, min_size=size, max_size=size))),
    )


def _debt(customer, debt, invoice, terms, due, paid, amount, kind, counts):
    """A row of ``debts.TYPES``; an entry that is set against no debt is where there is none."""
    if not debt and not np.isnan(paid):
        return (customer, 0, invoice, 0, paid, np.nan, paid, amount, kind, invoice, 0.0, True)
    debt += 1
    source = debt % 4
    return (
        *(customer, debt, invoice, source, due - terms, due, paid, amount),
        *(kind, invoice, 2 * amount, counts),
    )


@st.composite
def previous_standings(draw, program, customers, as_of):
    """What may be stored about some of the customers: of this programme, of another one, of tiers
    that are gone, by hand, waiting, refused."""
    today = metrics.day_number(as_of)
    tiers = st.sampled_from([0, 999, *(tier.id for tier in program.tiers)])
    ago = st.integers(0, 900).map(lambda days: float(today - days))
    maybe = st.one_of(st.just(np.nan), ago)
    strategies = {
        "program": st.sampled_from([0, 1, 1, 1, 2]),
        "tier": tiers,
        "computed": tiers,
        "manual": st.one_of(st.just(0), st.just(0), tiers),
        "manual_until": st.one_of(maybe, st.sampled_from([float(today), float(today + 9)])),
        "lock": st.sampled_from([0, 0, 1, 2, 3]),
        "entered": ago,
        "reviewed": ago,
        "above": maybe,
        "missed": st.integers(0, 3),
        "noticed": maybe,
        "asked": st.one_of(st.just(np.nan), tiers.map(float)),
        "refused": maybe,
        "stage": st.integers(0, 7),
        "seen": maybe,
    }
    assert strategies.keys() == PREVIOUS.keys()
    some = draw(st.lists(st.sampled_from(customers), unique=True)) if len(customers) else []
    rows = [[draw(values) for values in strategies.values()] for _customer in some]
    index = pd.Index(some, name="customer", dtype=np.int64)
    return pd.DataFrame(rows, columns=list(strategies), index=index).astype(
        {name: type(unknown) for name, unknown in PREVIOUS.items()}
    )


def stored(frame, previous):
    """What is read back before the next grading, once the result of ``settle`` is stored."""
    asks = (frame["waiting"] == REASONS["approval"]) | frame["refused"].notna()
    by_hand = before(previous, frame.index)
    over = frame["expired"].to_numpy() > 0
    known = {
        "manual": np.where(over, 0, by_hand["manual"]),
        "manual_until": np.where(over, np.nan, by_hand["manual_until"]),
        "lock": np.where(over, 0, by_hand["lock"]),
        "asked": frame["proposed"].where(asks),
    }
    return frame.assign(**known)[list(PREVIOUS)]


@st.composite
def cases(draw):
    """Programme, facts, what is stored, and the day."""
    as_of = draw(st.sampled_from(DAYS))
    program = draw(programs())
    known = draw(histories(program, as_of))
    return program, known, draw(previous_standings(program, known.customers, as_of)), as_of
