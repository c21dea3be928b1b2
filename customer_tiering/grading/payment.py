"""How customers pay: days beyond terms and the credit score made of them.

It rests on the parts of debts as they are on a day, see :mod:`.debts`: what was paid within the
window, what was lost in it, and what is open; of both the latter, what is past due.

``days = paid − due``, or ``as-of − due`` for what is open or lost;
``DBT = Σ amount·days / Σ amount``, the "days beyond terms" of credit management. Source of formula
and anchors: the product's scoring notes.
"""

from itertools import pairwise

import numpy as np
import pandas as pd

from . import debts
from .dates import day_number
from .debts import TYPES as TYPES
from .rhythm import pack, unpack
from .rounding import quotient, rounded

# (days beyond terms, score), joined by straight lines and flat outside. The notes end with 120
# days and "falling to 0 beyond": the last line goes on as it falls before, to 0 at 180 days.
ANCHORS = (
    (-30, 100),
    (-20, 90),
    (0, 80),
    (15, 70),
    (22, 60),
    (30, 50),
    (60, 40),
    (90, 30),
    (120, 20),
    (180, 0),
)
# Of money; the currencies with the most decimals have three.
DIGITS = 3
# Codes of ``credit_band`` are positions in it.
BANDS = ("unknown", "low", "medium", "high")


def credit_score(dbt):
    """Score 0–100 of days beyond terms by linear interpolation between ``ANCHORS``.

    :param dbt: float array, NaN for unknown
    :return: float array rounded to two digits, NaN for unknown
    """
    days, scores = zip(*ANCHORS, strict=True)
    return np.round(np.interp(dbt, days, scores), 2)


def anchors_around(dbt):
    """The anchors that a known number of days lies between: two of ``ANCHORS``, or only the outer
    one where it lies outside."""
    if dbt <= ANCHORS[0][0] or dbt >= ANCHORS[-1][0]:
        return (ANCHORS[0] if dbt <= ANCHORS[0][0] else ANCHORS[-1],)
    return next(pair for pair in pairwise(ANCHORS) if dbt < pair[1][0])


def bands(scores, credit):
    """Codes of ``BANDS`` of scores.

    :param credit: ``policy.Credit``
    """
    scores = np.asarray(scores, dtype=float)
    known = [np.isnan(scores), scores >= credit.low_from, scores >= credit.medium_from]
    return np.select(known, [0, 1, 2], 3)


def parts(payments, as_of, credit):
    """The parts that are looked at on a day: paid within the window, lost in it, or open; of both
    the latter, what is past due.

    :param payments: frame as ``debts`` describes it, None for an empty one
    :param as_of: ``datetime.date``
    :param credit: ``policy.Credit``
    :return: rows of ``debts.on`` with ``late`` (days after the due day, negative when early) and
        ``days`` (the same as they count)
    """
    found, looked_at = _on(payments, as_of, credit)
    return found[looked_at]


def _on(payments, as_of, credit):
    """All parts on a day, with ``late`` and ``days``, and which of them are looked at."""
    payments = debts.empty() if payments is None else payments
    found = debts.on(payments, as_of, credit.tolerance, credit.unit)
    today = day_number(as_of)
    kind, due, paid = (found[name].to_numpy() for name in ("kind", "due", "paid"))
    # A payment in advance belongs to the day on which there is something to pay.
    recent = np.maximum(paid, found["begun"].to_numpy()) > today - credit.window_days
    overdue = (kind == debts.OPEN) | ((kind == debts.LOST) & recent)
    late = np.where(kind == debts.PAID, paid, today) - due
    looked_at = ((kind == debts.PAID) & recent) | (overdue & (due < today))
    return found.assign(late=late, days=np.maximum(late, 0) if credit.clamp else late), looked_at


def standings(payments, customers, as_of, credit):
    """How each of some customers pays.

    The result for a customer depends on its own rows alone and not on their order.

    :param payments: frame as ``debts`` describes it, of these customers; None for nobody's
    :param customers: sorted array of distinct customer ids
    :param as_of: ``datetime.date``
    :param credit: ``policy.Credit``
    :return: frame indexed by customer. ``credit_score`` (0–100), ``days_beyond_terms`` (days) and
        ``on_time_share`` (of the amount, 0–1) are NaN with fewer than ``credit.min_invoices``
        invoices; ``credit_band`` (code of ``BANDS``); ``worst_delay`` (whole days, 0 for none
        late, NaN for nothing looked at); ``overdue_amount`` (open and past due, whatever the
        reason); ``credit_invoice_count``, with other debts as an invoice each
    """
    return figures(parts(payments, as_of, credit), customers, credit)


def figures(rows, customers, credit):
    """The same from the parts that are looked at.

    :param rows: frame as :func:`parts` gives it
    """
    size = len(customers)
    who = np.searchsorted(customers, rows["customer"].to_numpy(dtype=np.int64))
    amount = rows["amount"].to_numpy(dtype=float)
    still_open = rows["kind"].to_numpy() == debts.OPEN
    overdue = _total(who, np.where(still_open, amount, 0.0), size)
    counts = rows["counts"].to_numpy(dtype=bool)
    rows, who, amount = rows[counts], who[counts], amount[counts]
    late = rows["late"].to_numpy()
    total = _total(who, amount, size)
    number = _invoices(who, debts.keys(rows), size)
    enough = number >= credit.min_invoices
    # Rounded before it is scored, so that the score can be checked from what is shown.
    dbt = np.round(quotient(_total(who, amount * rows["days"].to_numpy(), size), total), 2) + 0.0
    dbt = np.where(enough, dbt, np.nan)
    on_time = np.round(quotient(_total(who, np.where(late <= 0, amount, 0.0), size), total), 4)
    worst = np.full(size, -np.inf)
    np.maximum.at(worst, who, np.maximum(late, 0))
    scores = credit_score(dbt)
    return pd.DataFrame(
        {
            "credit_score": scores,
            "credit_band": bands(scores, credit),
            "days_beyond_terms": dbt,
            "on_time_share": np.where(enough, on_time, np.nan),
            "worst_delay": np.where(np.isinf(worst), np.nan, worst),
            "overdue_amount": overdue,
            "credit_invoice_count": number,
        },
        index=pd.Index(customers, name="customer"),
    )


def breakdown(payments, as_of, credit):
    """What the score of one customer rests on, and what it does not.

    :param payments: frame as ``debts`` describes it, of one customer; None for an empty one
    :return: rows of ``debts.on``: those of :func:`parts`, what was settled within the window
        otherwise, and what is tolerated or left over; with ``product`` (amount × days) and
        ``effect``: by how many days the DBT is higher than it would be without the row, both 0
        where it does not count; ``counts`` is False for all that is left out. The rows that count
        come first, the most harmful of them before the others
    """
    rows, looked_at = _on(payments, as_of, credit)
    kind = rows["kind"].to_numpy()
    since = day_number(as_of) - credit.window_days
    settled = np.isin(kind, (debts.SPOT, debts.RETURNED, debts.CREDITED))
    settled &= np.fmax(rows["paid"].to_numpy(), rows["begun"].to_numpy()) > since
    named = looked_at | settled | np.isin(kind, (debts.TOLERATED, debts.SURPLUS))
    counts = rows["counts"].to_numpy(dtype=bool) & looked_at
    rows = rows.assign(counts=counts, excused=looked_at & ~counts)[named]
    counts = rows["counts"].to_numpy(dtype=bool)
    product = np.where(counts, np.round(rows["amount"] * rows["days"], DIGITS), 0.0)
    amount = np.where(counts, rows["amount"], 0.0)
    total = quotient(product.sum(), amount.sum())
    without = quotient(product.sum() - product, np.round(amount.sum() - amount, DIGITS))
    effect = np.where(counts, np.nan_to_num(np.round(total - without, 2)), 0.0)
    rows = rows.assign(product=product, effect=effect)
    order = ["counts", "effect", "product", "invoice", "due"]
    return rows.sort_values(order, ascending=[False, False, False, True, True])


def _total(who, weights, size):
    """Sum of the weights per customer."""
    return rounded(np.bincount(who, weights=weights, minlength=size).astype(float), DIGITS)


def _invoices(who, invoices, size):
    """Number of different invoices per customer."""
    return np.bincount(unpack(np.unique(pack(who, invoices)))[0], minlength=size)
