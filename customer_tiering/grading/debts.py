"""What customers owe on a day and what paid the rest, from what the ledger knows of their debts.

A debt is a posted line on a receivable account that the customer owes: an instalment of an invoice,
an opening balance, a payment that bounced, interest. The rows of a frame are the parts of debts:
what each reconciled entry settled of one, and the rest that is open; and the entries that are set
against no debt yet. Columns, days as numbers, amounts in company currency and above 0:

* ``customer``; ``debt`` (id, 0 for an entry that is set against none); ``invoice`` (id of the
  document); ``source`` (one of ``INVOICE`` …); ``counts`` (False where the recorded reason of
  lateness is no fault of the customer's)
* ``begun`` (since when it is owed), ``due``; NaN without a debt; ``total`` (the whole debt, 0 where
  the rows of the frame are all of it)
* ``paid`` (day of the entry that settled it, NaN while open), ``by`` (id of that entry),
  ``kind`` (what the entry brought, one of ``PAID`` …), ``amount``

What brought money is decided where entries are read, see ``receivables``. Source of the rules:
the product's scoring notes, *Credit score*.
"""

import numpy as np
import pandas as pd

from .dates import day_number
from .rhythm import pack

TYPES = {
    "customer": np.int64,
    "debt": np.int64,
    "invoice": np.int64,
    "source": np.int64,
    "begun": float,
    "due": float,
    "paid": float,
    "amount": float,
    "kind": np.int64,
    "by": np.int64,
    "total": float,
    "counts": bool,
}
# Where a debt comes from. A receipt is paid on the spot, whatever its due date says; money that
# went to the customer gives back a payment or a surplus.
INVOICE, RECEIPT, OTHER, OUTFLOW = range(4)
# What settled a part: money or its worth; an entry that brought none; a credit note, or an entry
# that only carries the debt elsewhere.
PAID, LOST, CREDITED = range(3)
# What else becomes of a part on a day: open; open, but too little to matter; paid on the spot;
# paid by a payment that was given back; an entry that nothing is left to set against.
OPEN, TOLERATED, SPOT, RETURNED, SURPLUS = range(3, 8)
# How it came to that: as the ledger has it; by an entry that is set against the oldest debts; the
# debt was charged again after its payment was given back.
PLAIN, UNMATCHED, AGAIN = range(3)
# Amounts are compared in thousandths; the currencies with the most decimals have three.
UNITS = 1000


def empty():
    """A frame of nobody's debts."""
    return pd.DataFrame({name: [] for name in TYPES}).astype(TYPES)


def split(rows, lost, credited):
    """Part what an entry settled by what it brought. Amounts add up to the same.

    :param rows: frame as above; ``kind`` is not looked at
    :param lost, credited: float arrays, shares (0–1) of the amounts that brought no money, and that
        no money was asked for; the rest was paid
    :return: frame as above
    """
    # Most entries brought money alone.
    odd = (lost > 0) | (credited > 0)
    if not odd.any():
        return rows.assign(kind=PAID)
    whole, rows = rows[~odd].assign(kind=PAID), rows[odd]
    lost, credited = lost[odd], credited[odd]
    amounts = _units(rows)
    shares = {LOST: np.rint(amounts * lost), CREDITED: np.rint(amounts * credited)}
    shares[LOST] = np.minimum(shares[LOST], amounts)
    shares[CREDITED] = np.minimum(shares[CREDITED], amounts - shares[LOST])
    shares[PAID] = amounts - shares[LOST] - shares[CREDITED]
    pieces = [_of(rows, units).assign(kind=kind) for kind, units in shares.items()]
    return pd.concat([whole, *pieces], ignore_index=True)


def on(rows, as_of, tolerance, unit):
    """The parts of debts as they are on a day.

    What was reconciled later is open; what is set against no debt yet is set against the oldest
    ones, those that gave money back before all others.

    :param rows: frame as above
    :param as_of: ``datetime.date``
    :param tolerance: rests of a debt up to this amount are nobody's delay
    :param unit: smallest amount of the currency, of which the same is true even where nothing of
        the debt was settled
    :return: frame as above with ``via`` (one of ``PLAIN`` …) and any ``kind``; ``paid`` is NaN and
        ``by`` 0 where it is open
    """
    today = day_number(as_of)
    debt, begun, paid = (rows[name].to_numpy() for name in ("debt", "begun", "paid"))
    owed = debt != 0
    loose = (~owed | (begun > today)) & (paid <= today)
    parts, credits = _known(rows[owed & (begun <= today)], today), rows[loose]
    if len(credits):
        parts, credits = _give_back(parts.reset_index(drop=True), credits.reset_index(drop=True))
    parts = _charge_again(parts)
    if len(credits):
        parts = _set_off(parts.reset_index(drop=True), credits)
    return _tolerated(parts, tolerance, unit)


def owed(parts, customers):
    """What customers owe in all, as the ledger's own balance has it.

    :param parts: frame as :func:`on` gives it, of these customers
    :param customers: sorted array of distinct customer ids
    :return: float array; negative where we owe the customer
    """
    kind = parts["kind"].to_numpy()
    sign = np.isin(kind, (OPEN, TOLERATED)).astype(int) - (kind == SURPLUS)
    who = np.searchsorted(customers, parts["customer"].to_numpy())
    # Exact while sums of thousandths are below 2⁵³.
    units = np.bincount(who, weights=_units(parts) * sign, minlength=len(customers))
    return units / UNITS + 0.0


def keys(parts):
    """What makes parts the same invoice: its document, or for other debts the debt itself, as one
    entry may open many of them.

    :return: int array, below 0 for other debts
    """
    invoiced = np.isin(parts["source"].to_numpy(), (INVOICE, RECEIPT))
    return np.where(invoiced, parts["invoice"].to_numpy(), -parts["debt"].to_numpy())


def allocate(owers, owed, givers, given):
    """Set amounts against debts of the same owner, the first against the first.

    :param owers, givers: sorted int arrays, the owner of each debt and of each amount
    :param owed, given: int arrays, above 0
    :return: three int arrays: position of the debt, of the amount, and how much of it; as much as
        the smaller of both sums of each owner
    """
    owners = np.union1d(owers, givers)
    debts, total_owed = _spans(np.searchsorted(owners, owers), owed, len(owners))
    amounts, total_given = _spans(np.searchsorted(owners, givers), given, len(owners))
    # Each owner's debts and amounts lie side by side on one line, all owners one after another.
    ends = np.cumsum(np.maximum(total_owed, total_given))
    start = ends - np.maximum(total_owed, total_given)
    debts += start[np.searchsorted(owners, owers)]
    amounts += start[np.searchsorted(owners, givers)]
    cuts = np.unique(np.concatenate([debts, debts + owed, amounts, amounts + given]))
    left, length = cuts[:-1], np.diff(cuts)
    debt, amount = (np.searchsorted(side, left, side="right") - 1 for side in (debts, amounts))
    both = (debt >= 0) & (amount >= 0)
    both[both] = (left[both] < (debts + owed)[debt[both]]) & (
        left[both] < (amounts + given)[amount[both]]
    )
    return debt[both], amount[both], length[both]


def _spans(owners, sizes, number):
    """Where each of some pieces begins among those of its owner, and what each owner has in all.

    :param owners: sorted int array of positions
    """
    totals = np.zeros(number, dtype=np.int64)
    np.add.at(totals, owners, sizes)
    before = np.cumsum(totals) - totals
    return np.cumsum(sizes) - sizes - before[owners], totals


def _known(rows, today):
    """Parts of debts with what is known of them on a day."""
    settled = rows["paid"].to_numpy() <= today
    return _on_the_spot(
        rows.assign(
            paid=np.where(settled, rows["paid"], np.nan),
            kind=np.where(settled, rows["kind"], OPEN),
            by=np.where(settled, rows["by"], 0),
            via=PLAIN,
        )
    )


def _on_the_spot(parts):
    """The same, knowing what was paid on the spot: receipts, and what has no terms and was paid
    when it was charged, or before."""
    source = parts["source"].to_numpy()
    at_once = parts["paid"].to_numpy() <= parts["begun"].to_numpy()
    spot = (source == RECEIPT) | (np.isin(source, (OTHER, OUTFLOW)) & at_once)
    spot &= parts["kind"].to_numpy() == PAID
    return parts.assign(kind=np.where(spot, SPOT, parts["kind"])) if spot.any() else parts


def _give_back(parts, credits):
    """Set money that went to a customer against what had come in before it and settles nothing: a
    surplus, or a credit note, was paid out.

    :return: both without what cancels out
    """
    outflow = (parts["source"] == OUTFLOW) & (parts["kind"] == OPEN)
    given_back, taken = np.zeros(len(parts), np.int64), np.zeros(len(credits), np.int64)
    left = _units(credits)
    came = _positions(credits, credits.index, ("paid", "by", "kind", "amount"))
    for customer, positions in _positions(parts, parts.index[outflow], ("begun", "debt")).items():
        for debt in positions:
            open_ = _units(parts.loc[[debt]])[0]
            for credit in came.get(customer, ()):
                if credits["paid"][credit] <= parts["begun"][debt]:
                    amount = min(open_ - given_back[debt], left[credit] - taken[credit])
                    given_back[debt] += amount
                    taken[credit] += amount
    return _of(parts, _units(parts) - given_back), _of(credits, left - taken)


def _charge_again(parts):
    """Put what was given back in the place of what had been paid with it: the debt is unpaid since
    it was due, whatever the day of the bounce.

    A payment of just this amount is taken to be the one; else the last ones before it.
    """
    if not (parts["source"].to_numpy() == OUTFLOW).any():
        return parts
    back = (parts["source"] == OUTFLOW) & parts["kind"].isin((OPEN, PAID, LOST))
    if not back.any():
        return parts
    parts = parts.reset_index(drop=True)
    back = (parts["source"] == OUTFLOW) & parts["kind"].isin((OPEN, PAID, LOST))
    concerned = parts["customer"].isin(parts["customer"][back].unique())
    paid = concerned & (parts["source"] != OUTFLOW) & (parts["kind"] == PAID)
    units = _units(parts)
    whole = pd.Series(units[paid]).groupby(_pairs(parts[paid], "by")).transform("sum").to_numpy()
    whole = pd.Series(whole, index=parts.index[paid])
    # From the last one on.
    payments = _positions(parts, parts.index[paid], ("paid", "by", "debt", "amount", "due"))
    left, pieces = units.copy(), []
    order = ("begun", "debt", "paid", "by", "amount", "kind")
    for customer, positions in _positions(parts, parts.index[back], order).items():
        candidates = payments.get(customer, ())[::-1]
        for debt in positions:
            size = round(parts["total"][debt] * UNITS)
            before = [c for c in candidates if parts["paid"][c] <= parts["begun"][debt]]
            for payment in sorted(before, key=lambda c: whole[c] != size):
                amount = min(left[debt], left[payment])
                if amount:
                    left[debt] -= amount
                    left[payment] -= amount
                    pieces.append((debt, payment, amount))
    return _replaced(parts, left, pieces)


def _replaced(parts, left, pieces):
    """Parts less what was given back, with it in the place of what it had paid."""
    if not pieces:
        return parts
    debts, payments, amounts = (np.array(column) for column in zip(*pieces, strict=True))
    returned = _of(parts.loc[payments], amounts).assign(kind=RETURNED)
    again = _of(parts.loc[debts], amounts).assign(
        **{name: parts[name].to_numpy()[payments] for name in ("debt", "invoice", "source", "due")},
        total=parts["total"].to_numpy()[payments],
        counts=parts["counts"].to_numpy()[debts] & parts["counts"].to_numpy()[payments],
        via=AGAIN,
    )
    return pd.concat([_of(parts, left), returned, again], ignore_index=True)


def _set_off(parts, credits):
    """Set entries that settle nothing against the debts that are due first."""
    mine = parts["customer"].isin(credits["customer"].unique()) & (parts["kind"] == OPEN)
    debts = _sorted(parts[mine], ("due", "begun", "debt", "via", "amount"))
    entries = _sorted(credits, ("paid", "by", "kind", "amount"))
    debt, entry, amounts = allocate(
        debts["customer"].to_numpy(), _units(debts), entries["customer"].to_numpy(), _units(entries)
    )
    taken, used = np.zeros(len(debts), np.int64), np.zeros(len(entries), np.int64)
    np.add.at(taken, debt, amounts)
    np.add.at(used, entry, amounts)
    pieces = _of(debts.iloc[debt], amounts).assign(
        **{name: entries[name].to_numpy()[entry] for name in ("kind", "paid", "by")},
        via=UNMATCHED,
    )
    surplus = _of(entries, _units(entries) - used).assign(kind=SURPLUS, via=UNMATCHED)
    rest = _of(debts, _units(debts) - taken)
    return pd.concat([parts[~mine], rest, _on_the_spot(pieces), surplus], ignore_index=True)


def _tolerated(parts, tolerance, unit):
    """Parts without the delay of what is too little: an open rest is tolerated, and what was
    written off with a payment counts as paid with it."""
    rest = np.isin(parts["kind"].to_numpy(), (OPEN, LOST))
    if not rest.any() or not (tolerance or unit):
        return parts
    kind, rows = parts["kind"].to_numpy().copy(), parts[rest]
    concerned, which = np.unique(_pairs(rows, "debt"), return_inverse=True)
    units = np.bincount(which, weights=_units(rows))[which]
    little = (units <= round(tolerance * UNITS)) & (units < _whole(parts, concerned)[which])
    little |= units <= round(unit * UNITS)
    kind[np.flatnonzero(rest)[little]] = np.where(rows["kind"] == OPEN, TOLERATED, PAID)[little]
    return parts.assign(kind=kind)


def _whole(parts, concerned):
    """How much some debts were in all.

    :param concerned: sorted array of their :func:`_pairs`
    :return: array of thousandths
    """
    pairs = _pairs(parts, "debt")
    which = np.minimum(np.searchsorted(concerned, pairs), len(concerned) - 1)
    known = (concerned[which] == pairs) & (parts["kind"].to_numpy() != SURPLUS)
    whole = np.bincount(which[known], weights=_units(parts)[known], minlength=len(concerned))
    np.maximum.at(whole, which[known], _thousandths(parts["total"])[known])
    return whole


def _pairs(rows, name):
    """One number for each pair of customer and what a column has."""
    return pack(rows["customer"].to_numpy(), rows[name].to_numpy())


def _positions(rows, labels, order):
    """Labels of some rows by customer, in an order.

    :return: dict customer → list of labels
    """
    found = {}
    chosen = _sorted(rows.loc[labels], order)
    for label, customer in zip(chosen.index, chosen["customer"], strict=True):
        found.setdefault(customer, []).append(label)
    return found


def _sorted(rows, order):
    """Rows by customer, then by some columns; NaN last."""
    by = [rows[name].to_numpy() for name in ("customer", *order)]
    return rows.iloc[np.lexsort(by[::-1])]


def _units(rows):
    return _thousandths(rows["amount"])


def _thousandths(amounts):
    return np.rint(np.asarray(amounts, dtype=float) * UNITS).astype(np.int64)


def _of(rows, units):
    """Rows with other amounts, without those that have nothing left.

    :param units: array of thousandths
    """
    units = np.asarray(units)
    rows = rows.assign(amount=units / UNITS)
    return rows if (units > 0).all() else rows[units > 0]
