"""What came back of what was ordered."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import day, facts, measure
from grading import metrics, returns
from grading.returns import CREDITED, INVOICED, RESTORED, SENT_BACK
from hypothesis import given
from hypothesis import strategies as st

ORDERED = day("2025-01-01")


def events(*rows, amount=1000.0, pieces=10.0, cost=600.0, goods=1, worth=None, beside=()):
    """Events ``(kind, days after the order, amount, pieces)`` of line 1, or of the line given as
    a fifth number, each line an order of its own; with ``worth`` all are lines of one order, of
    which those ``beside`` make none."""
    found = []
    for kind, after, money, quantity, *line in rows:
        line = line[0] if line else 1
        found.append(
            {
                "customer": 5,
                "document": 100 + line if worth is None else 101,
                "line": line,
                "product": 7,
                "origin": ORDERED,
                "day": ORDERED + after,
                "kind": kind,
                "amount": float(money),
                "ordered": amount,
                "quantity": float(quantity),
                "pieces": pieces,
                "goods": float(goods),
                "cost": cost,
                "counts": float(line not in beside),
                "worth": amount if worth is None else worth,
            }
        )
    return pd.DataFrame(found, columns=list(returns.EVENT_TYPES)).astype(returns.EVENT_TYPES)


def by_day(rows):
    """Days after the order: amount, pieces and cost."""
    return {
        row.day - ORDERED: (row.amount, row.quantity, row.cost)
        for row in returns.taken_back(rows).itertuples()
    }


def test_credit_note_on_its_own_day():
    """Credited was 300 of 1,000 after five days: 3 of 10 pieces and their cost."""
    rows = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 300, 3))
    assert by_day(rows) == {5: (-300, -3, -180)}


def test_rebate():
    """Ten pieces were made 10 cheaper each, and all of them seemed to have come back, with their
    cost. Whoever sends them back for nine tenths of the price keeps none."""
    rebate = [(INVOICED, 1, 1000, 10), (CREDITED, 5, 100, 10)]
    assert by_day(events(*rebate)) == {5: (-100, 0, 0)}
    assert by_day(events(*rebate, (CREDITED, 9, 900, 10)))[9] == (-900, -10, -600)
    assert by_day(events((CREDITED, 5, 100, 10))) == {5: (-100, 0, 0)}
    cheaper = events((INVOICED, 1, 400, 10), (CREDITED, 5, 200, 5))
    assert by_day(cheaper) == {5: (-200, -5, -300)}


def test_wrong_invoice_replaced_by_another():
    """Invoiced, credited and invoiced anew is bought, not sent back."""
    rows = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 1000, 10), (INVOICED, 6, 1000, 10))
    assert by_day(rows) == {5: (-1000, -10, -600), 6: (1000, 10, 600)}
    same_day = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 1000, 10), (INVOICED, 5, 1000, 10))
    assert by_day(same_day) == {}


def test_credit_note_reversed():
    """Half of an order was invoiced and credited by mistake; as the credit note was reversed, it
    still had come back, for no more than the order was invoiced."""
    half = [(INVOICED, 1, 500, 5), (CREDITED, 5, 500, 5)]
    assert by_day(events(*half, (RESTORED, 9, 500, 5)))[9] == (500, 5, 300)
    assert by_day(events(*half, (RESTORED, 9, 500, 5), (CREDITED, 12, 500, 5)))[12][0] == -500
    rebate = [(INVOICED, 1, 1000, 10), (CREDITED, 5, 100, 10), (RESTORED, 9, 100, 10)]
    assert by_day(events(*rebate)) == {5: (-100, 0, 0), 9: (100, 0, 0)}
    full = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 1000, 10), (RESTORED, 9, 1000, 10))
    assert voided(full) == [np.inf]
    bought = events((CREDITED, 0, -100, -1), (RESTORED, 5, -100, -1), amount=100.0, pieces=1.0)
    assert by_day(bought) == {5: (-100, -1, -600)}


def test_smaller_order_credited_by_the_difference():
    """A line of 1,000 was made 500 after it was invoiced; the credit note for the difference would
    leave nothing of it."""
    rows = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 500, 5), amount=500.0, pieces=5.0)
    assert by_day(rows) == {}


def test_negative_order_settled():
    """An order of minus 2 pieces is invoiced by a credit note: one return, not two."""
    rows = events((CREDITED, 5, 200, 2), amount=-200.0, pieces=-2.0)
    assert by_day(rows) == {}


def test_invoice_with_a_negative_line_credited():
    """A discount on an invoice comes back with it, or more would come back than was paid."""
    rows = events((INVOICED, 1, -50, -1), (CREDITED, 5, -50, -1), amount=-50.0, pieces=1.0)
    assert by_day(rows)[5][0] == 50


def test_bought_on_a_credit_note():
    """Somebody buys for 100 and gives back goods for 300 in one order, which is settled by a credit
    note of 200: what was bought seemed to come back below nothing, and the order was −100."""
    bought = events((CREDITED, 0, -100, -1), amount=100.0, pieces=1.0)
    assert by_day(bought) == {}
    again = events((CREDITED, 0, -100, -1), (CREDITED, 5, 100, 1), amount=100.0, pieces=1.0)
    assert by_day(again)[5][:2] == (-100, -1)


def test_invoiced_for_less_and_credited():
    """Of an order of 1,000 that was invoiced for 800 and credited in full, 200 of nothing stayed
    for ever; of what is kept, or kept back as a fee, something does."""
    full = events((INVOICED, 1, 800, 10), (CREDITED, 5, 800, 10))
    assert by_day(full) == {5: (-1000, -10, -600)}
    assert voided(full) == [5]
    half = events((INVOICED, 1, 400, 5), (CREDITED, 5, 400, 5))
    assert by_day(half) == {5: (-400, -5, -300)}
    fee = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 900, 10))
    assert by_day(fee) == {5: (-900, -10, -600)}


def test_goods_and_their_credit_note():
    """Two pieces sent back, and credited a week later, come back once, on the day that they did."""
    rows = events((INVOICED, 1, 1000, 10), (SENT_BACK, 5, 0, 2), (CREDITED, 12, 200, 2))
    assert by_day(rows) == {5: (-200, -2, -120)}


def test_more_delivered_than_ordered():
    """Two pieces too many are no purchase, and sent back no return."""
    assert by_day(events((SENT_BACK, 1, 0, -2))) == {}
    assert by_day(events((SENT_BACK, 1, 0, -2), (SENT_BACK, 5, 0, 2))) == {}


def test_more_credited_than_sent_back():
    """The credit note also gives back something for what was kept."""
    rows = events((INVOICED, 1, 1000, 10), (SENT_BACK, 5, 0, 2), (CREDITED, 12, 500, 2))
    assert by_day(rows) == {5: (-200, -2, -120), 12: (-300, 0, 0)}


def test_what_is_no_goods_has_no_pieces():
    """Freight that is credited is money, not a piece less."""
    rows = events((INVOICED, 1, 1000, 10), (CREDITED, 5, 1000, 10), goods=0)
    assert by_day(rows) == {5: (-1000, 0, -600)}


def voided(rows, documents=(101,)):
    found = returns.void_days(returns.taken_back(rows), np.array(documents))
    return [value - ORDERED for value in found]


def test_order_credited_in_full_is_none():
    """Neither by one credit note nor by ten; 999.99 of 1,000 is not in full."""
    assert voided(events((CREDITED, 5, 1000, 10))) == [5]
    assert voided(events(*[(CREDITED, n, 100, 1) for n in range(1, 11)])) == [10]
    assert voided(events((CREDITED, 5, 999.98, 10))) == [returns.NEVER]
    rest = events((CREDITED, 5, 1000, 10), (INVOICED, 6, 2000, 20))
    assert voided(rest) == [returns.NEVER], "invoiced again"
    none = voided(events((CREDITED, 5, 1000, 10)), (0, 0, 7))
    assert none == [returns.NEVER] * 3, "of none of these orders"


def test_what_is_left_is_no_purchase():
    """Of goods worth 1,000 and shipping, all goods came back and the shipping was kept: the order
    stayed one, though nobody keeps anything of it. Shipping that is given back, as a favour, leaves
    one; and what a card paid for came back when its goods did."""
    goods, shipping = (CREDITED, 5, 1000, 10), (CREDITED, 3, 20, 1, 2)
    order = {"worth": 1000.0, "beside": (2,)}
    assert voided(events(goods, **order)) == [5]
    assert voided(events(goods, shipping, **order)) == [5]
    assert voided(events(shipping, **order)) == [returns.NEVER]
    card = (CREDITED, 5, -1000, -1, 2)
    assert voided(events(goods, card, **order)) == [5]
    half = (CREDITED, 5, 500, 5)
    assert voided(events(half, card, **order)) == [returns.NEVER]
    assert voided(events((CREDITED, 5, 20, 1, 2), worth=0.0, beside=(2,))) == [returns.NEVER]


def known(void, origin="2025-01-01"):
    """An order of 1,000 and one of 50 of customer 17, and a credit note for the first one."""
    frame = pd.DataFrame(
        {
            "customer": 17,
            "day": [day("2025-01-01"), day("2025-02-01"), day("2025-03-01")],
            "amount": [1000.0, 50.0, -1000.0],
            "frequent": [True, True, False],
            "origin": [day("2025-01-01"), day("2025-02-01"), day(origin)],
            "void": [void, np.inf, np.inf],
        }
    )
    return metrics.Facts(np.array([17]), frame)


def test_void_order_counts_until_then():
    """An order credited on 1 March is an order in February, also where the past is replayed."""
    void = known(day("2025-03-01"))
    assert measure("order_count", void, 0) == [1]
    assert measure("amount", void, 0) == [50]
    assert measure("average_order", void, 0) == [50]
    before = metrics.Window(void, date(2025, 2, 28), 0)
    assert before.order_count.tolist() == [2]
    assert before.amount.tolist() == [1050]
    each = metrics.Window(void, np.array([day("2025-02-28")]), 0)
    assert each.order_count.tolist() == [2]


def test_facts_as_they_are_known_today():
    """Whether a tier was reached in January is asked of what is left of January's orders."""
    as_known = known(day("2025-03-01")).corrected()
    january = metrics.Window(as_known, date(2025, 1, 31), 0)
    assert (january.amount.tolist(), january.order_count.tolist()) == ([0], [0])
    february = metrics.Window(as_known, date(2025, 2, 28), 0)
    assert (february.amount.tolist(), february.order_count.tolist()) == ([50], [1])


def test_facts_without_origins_are_as_they_were():
    plain = facts([(17, "2025-01-01", 10.0)])
    assert plain.corrected() is plain


def test_average_order_of_who_sent_back_more():
    """100 bought and 3,000 sent back were an average order of −2,900."""
    back = facts([(17, "2025-01-01", 100.0), (17, "2025-01-02", -3000.0, False)])
    assert measure("average_order", back, 0) == [100]


def test_product_that_came_back():
    """Bought 3 and sent back 3 is no product of this customer; 2 of 3 sent back is one."""
    lines = [
        (17, "2025-01-01", 7, 1, 3.0, 0.0, 0.0),
        (17, "2025-01-02", 7, 1, -3.0, 0.0, 0.0),
        (17, "2025-01-01", 8, 2, 3.0, 0.0, 0.0),
        (17, "2025-01-02", 8, 2, -2.0, 0.0, 0.0),
    ]
    some = facts([(17, "2025-01-01", 10.0)], lines)
    assert measure("product_count", some, 0) == [1]
    assert measure("category_count", some, 0) == [1]


def test_orders_of_one_day_are_one_purchase():
    """Four orders on one day were a frequent buyer."""
    often = facts([(17, "2025-01-01", 10.0)] * 4 + [(17, "2025-01-05", 10.0)])
    assert measure("purchase_days", often, 0) == [2]


steps = st.lists(
    st.tuples(
        st.sampled_from([INVOICED, CREDITED, SENT_BACK]),
        st.integers(0, 20),
        st.integers(0, 10),
        st.integers(1, 3),
    ),
    max_size=12,
)


@given(steps)
def test_no_more_comes_back_than_was_credited_or_sent(steps):
    """Nor is what was bought made larger than it was; and every day is as it would have been
    found that day."""
    rows = events(*[(kind, after, 100 * n, n, line) for kind, after, n, line in steps])
    back = returns.taken_back(rows)
    for after in range(21):
        then = returns.taken_back(rows[rows["day"] <= ORDERED + after])
        now = back[back["day"] <= ORDERED + after]
        for name in ("amount", "quantity", "cost"):
            assert now[name].sum() == pytest.approx(then[name].sum(), abs=1e-4)
    for line, taken in back.groupby("line"):
        own = rows[rows["line"] == line]
        limit = max(
            own.loc[own["kind"] == CREDITED, "amount"].sum(),
            100 * own.loc[own["kind"] == SENT_BACK, "quantity"].sum(),
        )
        assert -limit - 1e-6 <= taken["amount"].sum() <= 1e-6
