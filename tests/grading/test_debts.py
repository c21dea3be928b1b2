"""What is owed and what paid it, from the parts that the ledger knows."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
from builders import AS_OF, CUSTOMERS, TODAY, assert_same, debt_rows
from grading import debts, payment
from grading.policy import Credit
from hypothesis import assume, given
from hypothesis import strategies as st

ONE = 7
ME = np.array([ONE])
CREDIT = Credit(min_invoices=1)


def part(amount, due, paid=None, **more):
    """A part of a debt of one customer; days count back from the as-of date."""
    row = {
        "customer": ONE,
        "invoice": 1,
        "due": TODAY - float(due),
        "paid": nan if paid is None else TODAY - float(paid),
        "amount": amount,
        **more,
    }
    if "begun" in more:
        row["begun"] = TODAY - float(more["begun"])
    return row


def entry(amount, day, kind=debts.PAID, by=50, customer=ONE):
    """What came in and is set against no debt."""
    return {
        **part(amount, 0, day, customer=customer, kind=kind, by=by, invoice=by, debt=0),
        "due": nan,
        "begun": TODAY - float(day),
        "total": 0.0,
    }


def on(*rows, tolerance=0.0, unit=0.0):
    """Parts on the day: sorted (kind, via, amount)."""
    found = debts.on(debt_rows(list(rows)), AS_OF, tolerance, unit)
    return sorted((row.kind, row.via, row.amount) for row in found.itertuples())


def standing(*rows, credit=CREDIT):
    return payment.standings(debt_rows(list(rows)), ME, AS_OF, credit).iloc[0]


def test_lost_counts_as_overdue_until_the_window_ends():
    """The day of the write-off decides for how long, never how late: else who writes off early
    makes a good payer."""
    early = standing(part(100, 30, 35, kind=debts.LOST))
    late = standing(part(100, 30, 3, kind=debts.LOST))
    assert early["days_beyond_terms"] == late["days_beyond_terms"] == 30
    assert early["on_time_share"] == early["overdue_amount"] == 0
    assert standing(part(100, 500, 364, kind=debts.LOST))["days_beyond_terms"] == 500
    assert isnan(standing(part(100, 500, 365, kind=debts.LOST))["worst_delay"])
    assert isnan(standing(part(100, -5, 3, kind=debts.LOST))["worst_delay"]), "not due yet"


def test_split_by_shares():
    """Thirds of a cent must not get lost."""
    rows = debt_rows([part(100, 30, 20), part(0.01, 30, 20)])
    found = debts.split(rows, np.array([1 / 3, 0.5]), np.array([1 / 3, 0.0]))
    assert found.groupby("kind")["amount"].sum().round(3).to_dict() == {
        debts.PAID: 33.339,
        debts.LOST: 33.338,
        debts.CREDITED: 33.333,
    }


def test_oldest_first():
    """An amount without a debt pays what is due first, whatever order the rows have."""
    rows = [part(50, 10), part(50, 90), part(50, -5), entry(70, 4), entry(10, 20, debts.CREDITED)]
    found = debts.on(debt_rows(rows), AS_OF, 0, 0)
    set_off = found[found["via"] == debts.UNMATCHED]
    assert sorted(zip(set_off["due"] - TODAY, set_off["kind"], set_off["amount"], strict=True)) == [
        (-90, debts.PAID, 40),
        (-90, debts.CREDITED, 10),
        (-10, debts.PAID, 30),
    ]
    assert debts.owed(found, ME).tolist() == [70]


def test_prepaid_before_the_invoice():
    """Until the debt it is matched with begins, an amount covers others; then these are open."""
    rows = debt_rows([part(100, 90), part(100, 20, 60, begun=50)])
    for ago, open_ in ((61, [90]), (60, []), (51, []), (50, [90])):
        found = debts.on(rows, pd.Timestamp(AS_OF).date() - pd.Timedelta(days=ago), 0, 0)
        assert (TODAY - found["due"][found["kind"] == debts.OPEN]).tolist() == open_, ago


def test_tolerance():
    """Rests up to it, of debts that something was paid of; a smallest unit of any."""
    whole = {"debt": 1, "total": 100.0}
    paid, rest = part(99, 30, 20, **whole), part(1, 30, **whole)
    lost = part(1, 30, 20, kind=debts.LOST, **whole)
    assert on(paid, rest, tolerance=0.999) == [(debts.PAID, 0, 99), (debts.OPEN, 0, 1)]
    assert on(paid, rest, tolerance=1) == [(debts.PAID, 0, 99), (debts.TOLERATED, 0, 1)]
    assert on(paid, lost, tolerance=1) == [(debts.PAID, 0, 1), (debts.PAID, 0, 99)]
    assert on(part(1, 30), tolerance=1) == [(debts.OPEN, 0, 1)]
    assert on(part(0.01, 30), tolerance=1, unit=0.01) == [(debts.TOLERATED, 0, 0.01)]
    # Both rests together are more than the tolerance.
    two = {"debt": 1, "total": 101.0}
    assert debts.OPEN in [
        kind
        for kind, *_ in on(
            part(99, 30, 20, **two),
            part(1, 30, **two),
            part(1, 30, 20, kind=debts.LOST, **two),
            tolerance=1,
        )
    ]


def test_given_back_takes_the_place_of_what_it_had_paid():
    """A bounced payment leaves its invoice as late as if it had never come; one of the same amount
    is taken before a later one."""
    found = debts.on(
        debt_rows(
            [
                part(100, 60, 65, by=1),
                part(40, 30, 35, by=2),
                part(100, 20, begun=20, source=debts.OUTFLOW, debt=9),
            ]
        ),
        AS_OF,
        0,
        0,
    )
    again = found[found["via"] == debts.AGAIN]
    assert (TODAY - again["due"]).tolist() == [60]
    assert again["invoice"].tolist() == [1]
    assert sorted(found["kind"]) == [debts.PAID, debts.OPEN, debts.RETURNED]


def test_given_back_without_a_payment():
    """Money that went out for nothing we know of is a debt of its own."""
    assert on(part(100, 20, begun=20, source=debts.OUTFLOW)) == [(debts.OPEN, 0, 100)]


def test_surplus_given_back():
    """What came in before and settles nothing is what was paid out."""
    out = part(100, 20, begun=20, source=debts.OUTFLOW)
    assert on(out, entry(130, 25)) == [(debts.SURPLUS, 1, 30)]
    assert on(out, entry(100, 15)) == [(debts.PAID, 1, 100)], "paid again, five days later"


def test_paid_on_the_spot():
    """Receipts, and other debts that are paid when they begin, say nothing of how one pays."""
    spot = [(debts.SPOT, 0, 10)]
    assert on(part(10, 30, 3, source=debts.RECEIPT)) == spot
    assert on(part(10, 30, 30, begun=30, source=debts.OTHER)) == spot
    assert on(part(10, 30, 29, begun=30, source=debts.OTHER)) == [(debts.PAID, 0, 10)]
    assert on(part(10, 30, 30, begun=30)) == [(debts.PAID, 0, 10)]


def test_other_debts_are_counted_one_by_one():
    """An opening entry with three debts is three debts, an invoice with three instalments one."""
    three = [part(10, 30 + n, debt=n + 1) for n in range(3)]
    assert standing(*three)["credit_invoice_count"] == 1
    other = [{**row, "source": debts.OTHER} for row in three]
    assert standing(*other)["credit_invoice_count"] == 3


# What holds of any ledger

_amounts = st.integers(1, 900_000).map(lambda number: number / 1000)
_kinds = st.sampled_from([debts.PAID, debts.PAID, debts.LOST, debts.CREDITED])


@st.composite
def ledgers(draw):
    """Debts with parts that add up to them, and amounts without a debt."""
    rows = []
    for debt in range(1, draw(st.integers(0, 6)) + 1):
        customer, source = draw(st.sampled_from(CUSTOMERS)), draw(st.integers(0, 3))
        due = draw(st.integers(-40, 500))
        begun = due + draw(st.integers(0, 60))
        parts = draw(st.lists(_amounts, min_size=1, max_size=3))
        for amount in parts:
            row = part(
                amount,
                due,
                draw(st.one_of(st.none(), st.integers(-20, 560))),
                begun=begun,
                customer=customer,
                debt=debt,
                invoice=draw(st.integers(1, 3)),
                source=source,
                total=round(sum(parts), 3),
                by=draw(st.integers(1, 4)),
            )
            rows.append({**row, "kind": debts.PAID if isnan(row["paid"]) else draw(_kinds)})
    for _entry in range(draw(st.integers(0, 4))):
        customer = draw(st.sampled_from(CUSTOMERS))
        day = draw(st.integers(-20, 500))
        rows.append(entry(draw(_amounts), day, draw(_kinds), draw(st.integers(1, 4)), customer))
    return debt_rows(rows)


@given(ledgers(), st.sampled_from([0, 5, 500]))
def test_sums_are_conserved(rows, tolerance):
    """Whatever is set against what, nothing appears and nothing is lost: what is owed is what is
    open less what came in, for each customer."""
    customers = np.array(CUSTOMERS)
    found = debts.on(rows, AS_OF, tolerance, 0.01)
    assert (found["amount"] > 0).all()
    begun = (rows["debt"] != 0) & (rows["begun"] <= TODAY)
    open_ = begun & ~(rows["paid"] <= TODAY)
    loose = ~begun & (rows["paid"] <= TODAY)
    for customer, owed in zip(CUSTOMERS, debts.owed(found, customers), strict=True):
        mine = rows["customer"] == customer
        balance = rows["amount"][mine & open_].sum() - rows["amount"][mine & loose].sum()
        assert owed == pytest.approx(balance, abs=1e-9)
        # Either something is open, or something is left over.
        own = found[found["customer"] == customer]
        open_parts = own["kind"].isin((debts.OPEN, debts.TOLERATED)).any()
        assert not (open_parts and (own["kind"] == debts.SURPLUS).any())


@given(ledgers(), st.integers(0, 99))
def test_order_of_rows_and_other_customers_do_not_matter(rows, seed):
    """A customer owes the same alone, in any chunk and from any plan of the database."""
    credit = Credit(tolerance=5, unit=0.01, min_invoices=1)
    whole = payment.standings(rows, np.array(CUSTOMERS), AS_OF, credit)
    mixed = rows.sample(frac=1, random_state=seed)
    assert_same(payment.standings(mixed, np.array(CUSTOMERS), AS_OF, credit), whole)
    for customer in CUSTOMERS:
        alone = rows[rows["customer"] == customer]
        found = payment.standings(alone, np.array([customer]), AS_OF, credit)
        assert_same(found, whole.loc[[customer]])


@given(ledgers())
def test_what_came_in_lowers_what_is_overdue(rows):
    """Another amount without a debt makes nobody owe more, and never more overdue."""
    customers, credit = np.array(CUSTOMERS), Credit()
    more = pd.concat([rows, debt_rows([entry(50, 3, customer=ONE, by=9)])])
    before = payment.standings(rows, customers, AS_OF, credit)["overdue_amount"]
    after = payment.standings(more, customers, AS_OF, credit)["overdue_amount"]
    assert (after <= before + 1e-9).all()


@given(st.lists(st.tuples(_amounts, st.integers(1, 400)), min_size=3, max_size=8), st.data())
def test_later_is_never_better(paid, data):
    """A part that is paid later, not at all or lost instead never raises the score."""
    rows = [part(amount, 400, 400 - days) for amount, days in paid]
    credit = Credit(window_days=3000)
    which = data.draw(st.integers(0, len(rows) - 1))
    later = data.draw(st.integers(0, 400 - paid[which][1]))
    score = standing(*rows, credit=replace(credit, min_invoices=1))["credit_score"]
    for change in (
        {"paid": rows[which]["paid"] + later},
        {"paid": nan},
        {"kind": debts.LOST},
    ):
        worse = [{**row, **change} if n == which else row for n, row in enumerate(rows)]
        found = standing(*worse, credit=replace(credit, min_invoices=1))["credit_score"]
        assert found <= score + 1e-9


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 50)), max_size=8),
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 50)), max_size=8),
)
def test_allocation_equals_the_naive_loop(owing, giving):
    """First against first, as much as there is of both, by a loop with a pencil."""
    assume(owing or giving)
    owing, giving = sorted(owing), sorted(giving)
    columns = [
        np.array([pair[n] for pair in pairs], np.int64) for pairs in (owing, giving) for n in (0, 1)
    ]
    found = list(zip(*(column.tolist() for column in debts.allocate(*columns)), strict=True))
    left, expected = [amount for _, amount in giving], []
    for debt, (owner, owed) in enumerate(owing):
        for credit, (giver, _amount) in enumerate(giving):
            if giver == owner and (amount := min(owed, left[credit])):
                owed -= amount
                left[credit] -= amount
                expected.append((debt, credit, amount))
    assert found == expected


@given(ledgers(), st.floats(0, 1), st.floats(0, 1))
def test_split_conserves_amounts(rows, lost, credited):
    """Three shares of an amount are the amount, to the last thousandth."""
    found = debts.split(rows, np.full(len(rows), lost), np.full(len(rows), credited))
    assert found["amount"].sum() == pytest.approx(rows["amount"].sum(), abs=1e-6)
    assert (found["amount"] > 0).all()
