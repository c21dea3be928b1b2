"""The credit score, from payments to a number."""

from dataclasses import replace
from itertools import pairwise
from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
from builders import AS_OF, CUSTOMERS, TODAY, assert_same, debt_rows, measure
from grading import metrics, payment, pipeline, replay
from grading.policy import (
    Condition,
    Credit,
    Indicator,
    Linear,
    Metric,
    Program,
    Tier,
    Veto,
)
from hypothesis import given
from hypothesis import strategies as st

CREDIT = Credit()
ONE = (7,)


def frame(rows):
    """Payments from rows ``(customer, invoice, due, paid, amount[, counts])``; days count back
    from the as-of date, ``None`` is open."""
    table = [
        {
            "customer": customer,
            "invoice": invoice,
            "due": TODAY - float(due),
            "paid": nan if paid is None else TODAY - float(paid),
            "amount": amount,
            "counts": all(counts),
        }
        for customer, invoice, due, paid, amount, *counts in rows
    ]
    return debt_rows(table)


def paid(*parts, due=100):
    """Payments of one customer, an invoice each: ``(amount, days after the due day)``."""
    return frame((7, n, due, due - days, amount) for n, (amount, days) in enumerate(parts))


def standing(rows, credit=CREDIT, as_of=AS_OF):
    return payment.standings(rows, np.array(ONE), as_of, credit).iloc[0].to_dict()


@pytest.mark.parametrize(
    ("parts", "dbt"),
    [
        ([(100, -10), (200, -5), (300, 0), (400, 5), (500, 10)], 3.33),
        ([(4000, 0), (6000, 6), (2000, 8)], 4.33),
    ],
)
def test_published_examples(parts, dbt):
    """Examples that textbooks work out; a plain mean of days would give 0 and 4.67."""
    found = standing(paid(*parts))
    assert found["days_beyond_terms"] == dbt
    assert found["credit_score"] == pytest.approx(80 - dbt / 15 * 10, abs=0.005)


@pytest.mark.parametrize(("days", "score"), payment.ANCHORS)
def test_anchors_are_hit_exactly(days, score):
    """The scale that people are told must be the one that is computed."""
    assert standing(paid(*[(10, days)] * 3, due=250))["credit_score"] == score


@pytest.mark.parametrize(
    ("days", "score"), [(-31, 100), (-400, 100), (150, 10), (181, 0), (9999, 0), (7.5, 75)]
)
def test_scores_between_and_beyond_anchors(days, score):
    assert payment.credit_score(np.array([days]))[0] == score


@given(st.lists(st.floats(-200, 400), min_size=2, max_size=20))
def test_later_is_never_better(days):
    """A score that rises with the delay somewhere would reward paying late."""
    scores = payment.credit_score(np.sort(np.array(days)))
    assert (np.diff(scores) <= 0).all()
    assert scores.min() >= 0
    assert scores.max() <= 100


@given(st.floats(-200, 400))
def test_anchors_around_a_number_explain_its_score(dbt):
    """The sentence on the screen is worked out from these two points."""
    around = payment.anchors_around(dbt)
    if len(around) == 2:
        (x0, y0), (x1, y1) = around
        assert around in list(pairwise(payment.ANCHORS))
        by_hand = y0 - (dbt - x0) / (x1 - x0) * (y0 - y1)
    else:
        by_hand = around[0][1]
    assert payment.credit_score(np.array([dbt]))[0] == pytest.approx(by_hand, abs=0.006)


def test_bands_are_closed_below():
    """A customer exactly on a bound belongs to the better band; unknown is no high risk."""
    scores = np.array([100, 80, 79.99, 50, 49.99, 0, nan])
    assert payment.bands(scores, CREDIT).tolist() == [1, 1, 2, 2, 3, 3, 0]
    strict = replace(CREDIT, low_from=95, medium_from=80)
    assert payment.bands(scores, strict).tolist() == [1, 2, 3, 3, 3, 3, 0]


def test_window():
    """A payment of the day a year ago is out, that of the next day in; by the day of payment, not
    of the invoice."""
    rows = frame([(7, 1, 900, 365, 10), (7, 2, 364, 364, 10), (7, 3, 500, 0, 10)])
    found = payment.parts(rows, AS_OF, CREDIT)
    assert found["invoice"].tolist() == [2, 3]
    assert found["days"].tolist() == [0, 500]


def test_open_parts():
    """Open counts once it is overdue, the day after the due day, however old it is."""
    rows = frame([(7, 1, 0, None, 10), (7, 2, 1, None, 10), (7, 3, -5, None, 10)])
    rows = pd.concat([rows, frame([(7, 4, 2000, None, 10)])])
    found = payment.parts(rows, AS_OF, CREDIT)
    assert dict(zip(found["invoice"], found["days"], strict=True)) == {2: 1, 4: 2000}


def test_paid_later_is_open_on_the_day():
    """Looking back, nobody knew of the payment yet."""
    rows = frame([(7, 1, 10, -3, 100), (7, 2, 10, 5, 50), (7, 3, 10, 9, 50)])
    found = standing(rows)
    assert found["overdue_amount"] == 100
    assert found["days_beyond_terms"] == (10 * 100 + 5 * 50 + 1 * 50) / 200


def test_too_few_invoices_are_unknown_but_overdue_is_known():
    """Parts of two invoices are two invoices, however many they are; what is overdue is a fact."""
    rows = frame(
        [(7, 1, 40, 30, 10), (7, 1, 40, 20, 10), (7, 1, 40, 10, 10), (7, 2, 30, None, 5.5)]
    )
    found = standing(rows)
    assert isnan(found["credit_score"])
    assert isnan(found["days_beyond_terms"])
    assert isnan(found["on_time_share"])
    assert found["credit_band"] == 0
    assert found["overdue_amount"] == 5.5
    assert found["worst_delay"] == 30
    assert found["credit_invoice_count"] == 2
    assert standing(rows, replace(CREDIT, min_invoices=2))["credit_band"] == 2


def test_without_invoices():
    """Nobody's payments and no payments at all come to the same."""
    nothing = payment.standings(None, np.array([3, 7]), AS_OF, CREDIT)
    assert_same(nothing, payment.standings(frame([]), np.array([3, 7]), AS_OF, CREDIT))
    assert nothing["credit_score"].isna().all()
    assert nothing["worst_delay"].isna().all()
    assert nothing["overdue_amount"].tolist() == [0, 0]
    assert nothing["credit_invoice_count"].tolist() == [0, 0]


def test_clamp():
    """Where early is no merit, days before the due day are 0, and nothing else changes."""
    rows = paid((100, -30), (100, 10), (200, 0))
    assert standing(rows)["days_beyond_terms"] == -5
    clamped = standing(rows, replace(CREDIT, clamp=True))
    assert clamped["days_beyond_terms"] == 2.5
    assert clamped["on_time_share"] == standing(rows)["on_time_share"] == 0.75
    assert clamped["worst_delay"] == 10


def test_reasons_that_do_not_count():
    """Our own mistakes are left out of the score; the money is still overdue."""
    rows = frame(
        [
            (7, 1, 20, 20, 100),
            (7, 2, 20, 20, 100),
            (7, 3, 20, 20, 100),
            (7, 4, 90, None, 1000, False),
        ]
    )
    found = standing(rows)
    assert found["credit_score"] == 80
    assert found["worst_delay"] == 0
    assert found["credit_invoice_count"] == 3
    assert found["overdue_amount"] == 1000
    assert isnan(standing(rows.assign(counts=False))["credit_score"])


def test_early_payers_have_no_delay():
    """The worst delay of who is always early is none, not a negative one."""
    assert standing(paid((1, -9), (1, -3), (1, -5)))["worst_delay"] == 0


def test_impossible_settings():
    for wrong in ({"window_days": 0}, {"min_invoices": 0}, {"low_from": 40.0}):
        with pytest.raises(ValueError, match="."):
            Credit(**wrong)


# What holds for all payments

_rows = st.lists(
    st.tuples(
        st.sampled_from(CUSTOMERS),
        st.integers(1, 6),
        st.integers(-40, 500),
        st.one_of(st.none(), st.integers(-20, 420)),
        st.integers(1, 900_000).map(lambda number: number / 1000),
        st.sampled_from([True, True, True, False]),
    ),
    max_size=30,
).map(frame)
_credits = st.builds(
    Credit,
    window_days=st.sampled_from([1, 90, 365]),
    min_invoices=st.integers(1, 4),
    clamp=st.booleans(),
)


@given(_rows, _credits, st.integers(0, 99))
def test_order_of_rows_and_other_customers_do_not_matter(rows, credit, seed):
    """A customer is scored the same alone, in any chunk and from any plan of the database."""
    whole = payment.standings(rows, np.array(CUSTOMERS), AS_OF, credit)
    mixed = rows.sample(frac=1, random_state=seed)
    assert_same(payment.standings(mixed, np.array(CUSTOMERS), AS_OF, credit), whole)
    for customer in CUSTOMERS:
        own = rows[rows["customer"] == customer]
        alone = payment.standings(own, np.array([customer]), AS_OF, credit)
        assert_same(alone, whole.loc[[customer]])


@given(_rows, _credits)
def test_equals_the_naive_loop(rows, credit):
    """The same by a loop over rows, as one would do it with a pencil."""
    found = payment.standings(rows, np.array(CUSTOMERS), AS_OF, credit)
    for customer in CUSTOMERS:
        counted, overdue = [], 0.0
        for row in rows[rows["customer"] == customer].itertuples():
            open_ = isnan(row.paid) or row.paid > TODAY
            if open_ and row.due < TODAY or not open_ and row.paid > TODAY - credit.window_days:
                overdue += row.amount if open_ else 0
                late = (TODAY if open_ else row.paid) - row.due
                if row.counts:
                    counted.append((row.invoice, row.amount, late))
        own = found.loc[customer]
        assert own["overdue_amount"] == pytest.approx(overdue, abs=0.001)
        assert own["credit_invoice_count"] == len({invoice for invoice, *_ in counted})
        if own["credit_invoice_count"] < credit.min_invoices:
            assert isnan(own["credit_score"])
            continue
        total = sum(amount for _, amount, _ in counted)
        days = [(a, max(late, 0) if credit.clamp else late) for _, a, late in counted]
        dbt = sum(a * d for a, d in days) / total
        assert own["days_beyond_terms"] == pytest.approx(dbt, abs=0.006)
        on_time = sum(a for _, a, late in counted if late <= 0) / total
        assert own["on_time_share"] == pytest.approx(on_time, abs=0.0001)
        assert own["worst_delay"] == max(0, *(late for *_, late in counted))


@given(_rows, _credits)
def test_breakdown_adds_up_to_the_score(rows, credit):
    """What the screen lists must make what is stored."""
    rows = rows[rows["customer"] == CUSTOMERS[0]]
    listed = payment.breakdown(rows, AS_OF, credit)
    assert listed["excused"].sum() + listed["counts"].sum() == len(listed)
    found = payment.standings(rows, np.array(CUSTOMERS[:1]), AS_OF, credit).iloc[0]
    counted = listed[listed["counts"]]
    assert counted["invoice"].nunique() == found["credit_invoice_count"]
    assert listed["counts"].is_monotonic_decreasing
    assert counted["effect"].is_monotonic_decreasing
    if found["credit_invoice_count"] >= credit.min_invoices:
        dbt = counted["product"].sum() / counted["amount"].sum()
        assert found["days_beyond_terms"] == pytest.approx(dbt, abs=0.006)


def test_effect_is_the_difference_without_the_row():
    """100 at 30 days and 300 at 10: without the first the mean is 10, with it 15."""
    listed = payment.breakdown(paid((100, 30), (300, 10)), AS_OF, CREDIT)
    assert listed["effect"].tolist() == [5, -15]
    assert payment.breakdown(paid((100, 30)), AS_OF, CREDIT)["effect"].tolist() == [0]


# In grading

METRICS = tuple(Metric(name, name) for name in metrics.PAYMENT_MEASURES)
VETOED = Program(
    id=1,
    metrics=(*METRICS, Metric("amount", "amount", 12)),
    indicators=(Indicator(5, "amount", 1, Linear(0, 1000)),),
    tiers=(Tier(1), Tier(2, min_score=50), Tier(3, min_score=90)),
    vetoes=(Veto(9, Condition("credit_score", "<", 50), 2),),
)


def known(rows, customers=CUSTOMERS):
    orders = pd.DataFrame(
        [(customer, TODAY - 5, 1000.0, True) for customer in customers],
        columns=list(metrics.ORDER_TYPES),
    )
    return metrics.Facts(np.array(customers), orders, payments=rows)


def test_veto_by_credit_score():
    """Below 50: at most the middle tier. Exactly 50 and unknown are no veto."""
    rows = [(3, n, 200, 169, 10) for n in range(3)]
    rows += [(4, n, 200, 170, 10) for n in range(3)]
    rows += [(11, n, 200, 100, 10) for n in range(2)]
    graded = pipeline.grade(known(frame(rows)), VETOED, AS_OF)
    assert graded["tier"].tolist() == [2, 3, 3, 3, 3]
    assert graded["veto"].tolist() == [9, 0, 0, 0, 0]
    assert graded["credit_score"].tolist()[:2] == [pytest.approx(49.67), 50]
    assert graded["metric:credit_score"].equals(graded["credit_score"])


def test_settings_of_the_programme_reach_metrics_and_columns():
    """A window that only one of both saw would show two scores."""
    rows = frame([(3, n, 200, 150, 10) for n in range(3)])
    narrow = replace(VETOED, credit=Credit(window_days=100))
    graded = pipeline.grade(known(rows), narrow, AS_OF)
    assert graded[["credit_score", "metric:credit_score"]].isna().all(axis=None)
    assert graded["tier"].tolist() == [3] * 5


def test_measures():
    """Units of the measures: a share is in percent where it is a metric."""
    rows = known(frame([(7, 1, 9, 9, 30), (7, 2, 9, 5, 10), (7, 3, 9, None, 40)]), ONE)
    assert measure("on_time_share", rows) == [37.5]
    assert measure("worst_delay", rows) == [9]
    assert measure("overdue_amount", rows) == [40]
    assert measure("days_beyond_terms", rows) == [5]


def test_payments_of_others_are_refused():
    """A row of nobody would silently count for somebody else."""
    with pytest.raises(ValueError, match="payments"):
        known(frame([(5, 1, 9, 9, 30)]))


def test_replay_does_not_see_later_payments():
    """A bad debt was one until the day it was paid, and a debt only once it was overdue."""
    rows = frame([(3, n, 150, 90, 10) for n in range(3)])
    program = replace(VETOED, metrics=(*METRICS, Metric("amount", "amount", 0)))
    orders = pd.DataFrame([(3, TODAY - 400, 1000.0, True)], columns=list(metrics.ORDER_TYPES))
    facts = metrics.Facts(np.array([3]), orders, payments=rows)
    days = [metrics.EPOCH + metrics.timedelta(days=TODAY - back) for back in (160, 100, 95)]
    moves = replay.replay(facts, program, days)
    assert list(zip(moves["day"] - TODAY, moves["after"], strict=True)) == [(-160, 3), (-100, 2)]
