"""Built-in metrics: from the orders of many customers to one column of numbers each.

Formulas are those of the product's scoring notes: an order's amount is untaxed and in company
currency at the rate of its day; delivery-only, zero and negative orders count for the amount but
not for the frequency (``frequent`` is False for them). Unknown is NaN, never 0.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from . import rhythm

EPOCH = date(1970, 1, 1)


ORDER_TYPES = {"customer": np.int64, "day": np.int64, "amount": float, "frequent": bool}
LINE_TYPES = {
    "customer": np.int64,
    "day": np.int64,
    "product": np.int64,
    "category": np.int64,
    "quantity": float,
}


@dataclass(frozen=True)
class Facts:
    """What was gathered about some customers of one programme.

    :param customers: sorted array of distinct customer ids
    :param orders: frame ``customer, day, amount, frequent``, one row an order; day is the number
        of days since 1970 in the company's time zone
    :param lines: frame ``customer, day, product, category, quantity`` in the product's own unit,
        or None when no metric looks at products; ids are integers, 0 for none
    :raise ValueError: when customers are not sorted and distinct, or a row belongs to none of
        them (it would silently count for somebody else)
    """

    customers: np.ndarray
    orders: pd.DataFrame
    lines: pd.DataFrame | None = None

    def __post_init__(self):
        if (np.diff(self.customers) <= 0).any():
            raise ValueError("Customers must be sorted and distinct.")
        for name, types in (("orders", ORDER_TYPES), ("lines", LINE_TYPES)):
            frame = getattr(self, name)
            if frame is None:
                continue
            frame = frame.astype(types)
            if not np.isin(frame["customer"], self.customers).all():
                raise ValueError(f"The {name} are not all of these customers.")
            object.__setattr__(self, name, frame)


def day_number(day):
    """Whole days since 1970-01-01 of a ``datetime.date``."""
    return (day - EPOCH).days


def day_before_window(as_of, months):
    """Last day number *before* the window of so many months that ends at ``as_of``."""
    if not months:
        return np.iinfo(np.int64).min
    return day_number((pd.Timestamp(as_of) - pd.DateOffset(months=months)).date())


def rounded(totals, digits):
    """Round sums of floats so that the order of summation cannot show: a sum that lies on half
    a digit but for its last bits is first brought back onto it."""
    return np.round(np.round(totals, digits + 4), digits)


class Window:
    """The facts dated after ``start`` and not after the as-of date, customers as positions."""

    def __init__(self, facts, as_of, months):
        self.facts = facts
        self.size = len(facts.customers)
        self.as_of = day_number(as_of)
        self.start = day_before_window(as_of, months)

    def _cut(self, frame):
        day = frame["day"].to_numpy()
        inside = (day > self.start) & (day <= self.as_of)
        columns = {name: frame[name].to_numpy()[inside] for name in frame.columns}
        columns["customer"] = np.searchsorted(self.facts.customers, columns["customer"])
        return columns

    @cached_property
    def orders(self):
        return self._cut(self.facts.orders)

    @cached_property
    def lines(self):
        if self.facts.lines is None:
            raise ValueError("A metric looks at products, but no order lines were gathered.")
        return self._cut(self.facts.lines)

    def total(self, customers, weights=None):
        """Sum of the weights (or number of rows) per customer."""
        return np.bincount(customers, weights=weights, minlength=self.size).astype(float)

    @cached_property
    def days(self):
        """Sorted distinct order days, frequent orders only."""
        frequent = self.orders["frequent"]
        return rhythm.order_days(self.orders["customer"][frequent], self.orders["day"][frequent])

    @cached_property
    def order_count(self):
        return self.total(self.orders["customer"][self.orders["frequent"]])

    @cached_property
    def amount(self):
        return rounded(self.total(self.orders["customer"], self.orders["amount"]), 2)

    @cached_property
    def last_day(self):
        """Day number of the last frequent order, NaN without one."""
        last = np.full(self.size, np.nan)
        customers, days = self.days
        is_last = np.append(customers[1:] != customers[:-1], True)[: len(customers)]
        last[customers[is_last]] = days[is_last]
        return last

    @cached_property
    def intervals(self):
        return rhythm.intervals(*self.days)

    def distinct(self, column):
        """Number of different values of a line column among lines with a positive quantity."""
        bought = self.lines["quantity"] > 0
        pairs = np.unique(
            np.stack([self.lines["customer"][bought], self.lines[column][bought]]), axis=1
        )
        return self.total(pairs[0])


def _average_order(window):
    with np.errstate(invalid="ignore", divide="ignore"):
        average = window.amount / window.order_count
    return np.round(np.where(window.order_count > 0, average, np.nan), 2)


def _interval(window, index, digits):
    return np.round(rhythm.mean_and_cv(*window.intervals, window.size)[index], digits)


# Measure: formula over a Window. Units are in the comments.
MEASURES = {
    "amount": lambda w: w.amount,  # company currency, untaxed
    "order_count": lambda w: w.order_count,  # orders
    "recency_days": lambda w: w.as_of - w.last_day,  # days since the last order
    "average_order": _average_order,  # company currency per order
    "quantity": lambda w: rounded(w.total(w.lines["customer"], w.lines["quantity"]), 3),
    "product_count": lambda w: w.distinct("product"),  # different products
    "category_count": lambda w: w.distinct("category"),  # different categories
    "interval_mean": lambda w: _interval(w, 0, 1),  # days between order days
    "interval_cv": lambda w: _interval(w, 1, 3),  # standard deviation over mean
}
LINE_MEASURES = frozenset({"quantity", "product_count", "category_count"})


class Windows(dict):
    """The windows of some facts by their months, each cut and sorted once."""

    def __init__(self, facts, as_of):
        self.facts, self.as_of = facts, as_of

    def __missing__(self, months):
        window = self[months] = Window(self.facts, self.as_of, months)
        return window


def compute(facts, metrics, as_of, windows=None):
    """Values of all metrics.

    :param metrics: iterable of ``policy.Metric``
    :param windows: ``Windows`` of these facts, where the caller needs them too
    :return: frame indexed by customer id, a float column per metric code
    """
    windows = Windows(facts, as_of) if windows is None else windows
    columns = {m.code: MEASURES[m.measure](windows[m.months]) for m in metrics}
    return pd.DataFrame(columns, index=pd.Index(facts.customers, name="customer"))
