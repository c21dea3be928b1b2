"""What came back of what was ordered: credit notes, goods sent back, orders closed short.

Of an order line worth ``A`` of which ``I`` was invoiced and ``R`` credited until a day, a credit
note takes back ``R − min(max(I − A, 0), R)``: what was invoiced beyond the order and then credited
is a correction of the invoice, as where a wrong invoice is replaced by another, a line was made
smaller before it was credited, or a negative order is settled. Where all pieces of the line and all
that was invoiced for them were credited, all of it came back, also if the invoice was for less than
the order. A credit note for less than half of the price is a rebate: it takes back money and no
pieces. What goods sent back are worth and what a credit note gives back for them is the same money,
so the greater of both counts. What reverses a credit note makes ``R`` smaller.
"""

import numpy as np
import pandas as pd

# What is told of order lines by an event.
INVOICED, CREDITED, SENT_BACK, RESTORED = range(4)
# A row an event; ids are integers, 0 for none.
EVENT_TYPES = {
    "customer": np.int64,
    # The order and its line; ids of one kind of records.
    "document": np.int64,
    "line": np.int64,
    "product": np.int64,
    # Day numbers of the order and of the event.
    "origin": np.int64,
    "day": np.int64,
    "kind": np.int64,
    # Untaxed, company currency at the rate of the order: of the event and of the line.
    "amount": float,
    "ordered": float,
    # Pieces in the own unit of the product: of the event and of the line. ``goods`` is 0 for what
    # has no pieces, ``cost`` that of the whole line.
    "quantity": float,
    "pieces": float,
    "goods": float,
    "cost": float,
    # Whether the line makes the order a purchase (0 or 1), which shipping and what paid for it do
    # not, and the worth of all lines of the order that do.
    "counts": float,
    "worth": float,
}
_NOTHING = pd.DataFrame(
    {
        **{name: np.array([], EVENT_TYPES[name]) for name in ("customer", "document", "line")},
        **{name: np.array([], EVENT_TYPES[name]) for name in ("product", "origin", "day")},
        **{name: np.array([], float) for name in ("amount", "quantity", "cost")},
        **{name: np.array([], float) for name in ("counts", "worth")},
    }
)
# Money is compared so exactly.
_CENT = 0.005
NEVER = np.inf


def nothing():
    """The frame of :func:`taken_back` of who has sent nothing back."""
    return _NOTHING.copy()


def taken_back(events):
    """What came back, by line and day.

    :param events: frame of ``EVENT_TYPES``, of lines of which anything was credited or sent back
    :return: frame ``customer, document, line, product, origin, day, counts, worth, amount,
        quantity, cost``, the last three to be added to what was ordered: negative, or positive
        where what came back was invoiced or delivered again
    """
    if events.empty:
        return nothing()
    events = events.sort_values(["line", "day"], kind="stable").reset_index(drop=True)
    line = events["line"].to_numpy()
    first = np.append(True, line[1:] != line[:-1])[: len(line)]
    ordered, pieces = events["ordered"].to_numpy(), events["pieces"].to_numpy()
    quantity, _settled = _back(events, "quantity", pieces, first)
    amount, settled = _back(events, "amount", ordered, first)
    # Invoiced for less than was ordered, of which nothing is left: neither pieces nor money.
    gone = settled & (pieces > 0) & (quantity >= pieces) & (amount < ordered)
    found = {"amount": np.where(gone, ordered, amount), "quantity": quantity}
    share = np.divide(found["quantity"], pieces, out=np.zeros(len(events)), where=pieces != 0)
    found["cost"] = share * events["cost"].to_numpy()
    found["quantity"] = found["quantity"] * events["goods"].to_numpy()
    # The last event of a line's day stands for the whole day.
    last = ~events.duplicated(["line", "day"], keep="last").to_numpy()
    known = ["customer", "document", "line", "product", "origin", "day", "counts", "worth"]
    rows = events.loc[last, known]
    new = first_of(rows["line"].to_numpy())
    columns = {name: -_steps(values[last], new) for name, values in found.items()}
    rows = rows.assign(**columns).reset_index(drop=True)
    return rows[(rows[list(columns)] != 0).any(axis=1)].reset_index(drop=True)


def first_of(ids):
    """Where a new id begins in an array of sorted ones."""
    return np.append(True, ids[1:] != ids[:-1])[: len(ids)]


def _back(events, column, ordered, first):
    """How much of a column has come back of each line by each event, and whether all that was
    invoiced was credited."""
    kind, values = events["kind"].to_numpy(), events[column].to_numpy()
    if column == "amount":
        # Goods are worth what they cost in the order.
        pieces = events["pieces"].to_numpy()
        price = np.divide(ordered, pieces, out=np.zeros(len(pieces)), where=pieces != 0)
        values = np.where(kind == SENT_BACK, events["quantity"].to_numpy() * price, values)
    # What was bought on the credit note for a greater return is invoiced by it; a fee that it keeps
    # back is no piece, and so much less was given back.
    pieces = events["quantity"].to_numpy()
    bought = (kind == CREDITED) & (values < 0) & (pieces < 0) & (ordered > 0)
    kind, values = np.where(bought, INVOICED, kind), np.where(bought, -values, values)
    if column == "quantity":
        given_back = (kind == CREDITED) | (kind == RESTORED)
        values = np.where(given_back & _rebates(events, first), 0.0, values)
    kind, values = (
        np.where(kind == RESTORED, CREDITED, kind),
        np.where(kind == RESTORED, -values, values),
    )
    invoiced, credited, sent = (
        _running(np.where(kind == code, values, 0.0), first)
        for code in (INVOICED, CREDITED, SENT_BACK)
    )
    # Delivered beyond the order is given, not bought. Discounts go with what is sent back.
    reduction = np.where(events["pieces"].to_numpy() > 0, np.minimum(ordered, 0), 0)
    sent = np.clip(sent, reduction, np.maximum(ordered, 0))
    corrected = np.clip(invoiced - ordered, 0, np.maximum(credited, 0))
    by_credit = credited - corrected
    back = np.where(np.abs(sent) > np.abs(by_credit), sent, by_credit)
    return back, (invoiced > 0) & (credited >= invoiced)


def _rebates(events, first):
    """Which events give back less than half of what was invoiced for as many pieces, else of what
    was ordered: the price of what the customer keeps was lowered, and nothing came back."""
    kind = events["kind"].to_numpy()
    amount, quantity = (
        _running(np.where(kind == INVOICED, events[name].to_numpy(), 0.0), first)
        for name in ("amount", "quantity")
    )
    billed = quantity > 0
    amount, quantity = (
        np.where(billed, known, events[name].to_numpy())
        for known, name in ((amount, "ordered"), (quantity, "pieces"))
    )
    price = np.divide(amount, quantity, out=np.zeros(len(events)), where=quantity != 0)
    quantity = events["quantity"].to_numpy()
    return (quantity > 0) & (2 * events["amount"].to_numpy() < quantity * price)


def _running(values, first):
    """Running sums that start anew at each first row of a line."""
    total = np.cumsum(values)
    before = np.append(0.0, total[:-1])[: len(values)]
    # Rounded: what cancels out must be nothing.
    return np.round(total - before[first][np.cumsum(first) - 1], 6)


def _steps(values, first):
    """Differences from row to row within a line."""
    before = np.append(0.0, values[:-1])[: len(values)]
    return np.round(values - np.where(first, 0.0, before), 6)


def void_days(back, documents):
    """The day since which an order is none, for all that made it one came back: what is left, such
    as the shipping that was kept, would be no purchase by itself, and a card that paid for it does
    not keep it one.

    Where it was invoiced again and came back again, that is the last time.

    :param back: result of :func:`taken_back`
    :param documents: array of ids of the orders, each once; 0 for orders that nothing refers to
    :return: float array along the orders: day number, ``NEVER`` for most, and for those worth
        nothing or less
    """
    documents, days = np.asarray(documents), np.full(len(documents), NEVER)
    ours = np.isin(documents, back["document"])
    if not ours.any():
        return days
    rows = back[back["document"].isin(documents[ours])]
    rows = rows.assign(amount=rows["amount"] * rows["counts"])
    rows = rows.groupby(["document", "day"], as_index=False).agg({"amount": "sum", "worth": "max"})
    document = rows["document"].to_numpy()
    first = first_of(document)
    total, worth = _running(-rows["amount"].to_numpy(), first), rows["worth"].to_numpy()
    full = (worth > 0) & (total > worth - _CENT)
    # The first of the days without a break until the last one known.
    begins = full & (first | ~np.append(False, full[:-1])[: len(full)])
    since = pd.Series(np.where(begins, rows["day"], np.nan)).groupby(document).ffill()
    last = np.append(first[1:], True)[: len(first)]
    found = pd.Series(np.where(full, since, NEVER)[last], index=document[last])
    days[ours] = found.reindex(documents[ours]).fillna(NEVER)
    return days
