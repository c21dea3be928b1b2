"""Metrics: from what is known about many customers to one column of numbers each.

Formulas are those of the product's scoring notes: an order's amount is untaxed and in company
currency at the rate of its day; delivery-only, zero and negative orders count for the amount but
not for the frequency (``frequent`` is False for them). What came back, see ``returns``, reduces
amount, quantity and margin on its own day. Unknown is NaN, never 0.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from . import payment, rhythm
from .dates import (
    EPOCH,
    add_months,
    day_before_window,
    day_number,
    day_of_month,
    next_year,
    year_before,
    year_start,
)
from .policy import GIVEN, RATIO, YEAR, Credit
from .rounding import quotient, ratio, rounded

ORDER_TYPES = {"customer": np.int64, "day": np.int64, "amount": float, "frequent": bool}
# What the frames of orders and lines may have besides, see ``Facts``: by default a row belongs to
# its own day, and what was bought stays bought.
CORRECTED_TYPES = {"origin": np.int64}
VOID_TYPES = {"void": float}
PURCHASE_TYPES = {"purchase": np.int64}
LINE_TYPES = {
    "customer": np.int64,
    "day": np.int64,
    "product": np.int64,
    "category": np.int64,
    "quantity": float,
}
# Only there when a metric asks for them.
LINE_MONEY_TYPES = {"revenue": float, "cost": float}


@dataclass(frozen=True)
class Facts:
    """What was gathered about some customers of one programme.

    :param customers: sorted array of distinct customer ids
    :param orders: frame ``customer, day, amount, frequent``, one row an order or what came back of
        one (a negative amount that is not frequent); day is the number of days since 1970 in the
        company's time zone. Optional are ``origin``, the day of the order that a row takes back (of
        an order its own), ``void``, the day number since which an order that came back in full is
        none (infinite for most), and ``purchase``: rows with the same number are parts of one, 0 is
        one by itself
    :param lines: frame ``customer, day, product, category, quantity`` in the product's own unit,
        or None when no metric looks at products; ids are integers, 0 for none; with ``revenue``
        and ``cost`` (untaxed, company currency) when a metric looks at the margin. What is no
        goods has quantity 0, what came back a negative one; ``origin`` as of orders
    :param given: frame indexed by customer id, a float column per code of the metrics that are
        not computed from orders, NaN for unknown; customers and codes may be missing
    :param entry: array with the id of the ``policy.Entry`` that fits each customer, 0 for none, or
        None when there are no such rules
    :param given_last: as ``given``, as of the end of each customer's last full year, see ``years``;
        what is missing in it is the same as in ``given``
    :param payments: frame of how invoices were paid, see ``payment``, or None for nobody's
    :param since: array of day numbers on which customers without orders became known, NaN for
        unknown, or None
    :raise ValueError: when customers are not sorted and distinct, or a row belongs to none of
        them (it would silently count for somebody else)
    """

    customers: np.ndarray
    orders: pd.DataFrame
    lines: pd.DataFrame | None = None
    given: pd.DataFrame | None = None
    entry: np.ndarray | None = None
    given_last: pd.DataFrame | None = None
    payments: pd.DataFrame | None = None
    since: np.ndarray | None = None

    def __post_init__(self):
        if (np.diff(self.customers) <= 0).any():
            raise ValueError("Customers must be sorted and distinct.")
        frames = {"orders": ORDER_TYPES, "lines": LINE_TYPES, "payments": payment.TYPES}
        for name, types in frames.items():
            frame = getattr(self, name)
            if frame is None:
                continue
            optional = LINE_MONEY_TYPES | CORRECTED_TYPES | VOID_TYPES | PURCHASE_TYPES
            money = {k: v for k, v in optional.items() if k in frame.columns}
            # Like astype, which takes five times as long where there are few rows.
            columns = {k: frame[k].to_numpy(dtype=v) for k, v in {**types, **money}.items()}
            frame = pd.DataFrame(columns)
            if not np.isin(frame["customer"], self.customers).all():
                raise ValueError(f"The {name} are not all of these customers.")
            object.__setattr__(self, name, frame)

    def corrected(self):
        """The facts of any day before, as they are known by the last day that was read: what came
        back counts from the day of the order that it takes back, and an order that came back in
        full has never been one.

        Grade them as of any day up to the one that they were gathered for. A credit note without
        an order takes back nothing that is known, and stays on its own day.
        """
        frames = {}
        for name in ("orders", "lines"):
            frame = getattr(self, name)
            if frame is None or "origin" not in frame:
                continue
            frame = frame.assign(day=frame["origin"])
            if "void" in frame:
                frame["frequent"] &= np.isinf(frame["void"])
                frame = frame.drop(columns="void")
            frames[name] = frame
        return replace(self, **frames) if frames else self

    def until(self, as_of):
        """What was known on a day, each row on its own day: without what is dated later.

        :param as_of: as for ``Window``
        """
        end = day_number(as_of) if isinstance(as_of, date) else as_of
        orders = self._until("orders", end, self.order_owners)
        if "void" in orders:
            day = end[np.searchsorted(self.customers, orders["customer"])] if np.ndim(end) else end
            orders = orders.assign(void=orders["void"].where(orders["void"] <= day, np.inf))
        lines = None if self.lines is None else self._until("lines", end, self.line_owners)
        return replace(self, orders=orders, lines=lines)

    def _until(self, name, end, owners):
        frame = getattr(self, name)
        return frame[(frame["day"] <= (end[owners] if np.ndim(end) else end)).to_numpy()]

    @cached_property
    def order_owners(self):
        """Position of the customer of each order."""
        return np.searchsorted(self.customers, self.orders["customer"].to_numpy())

    @cached_property
    def line_owners(self):
        return np.searchsorted(self.customers, self.lines["customer"].to_numpy())

    def given_values(self, code, last=False):
        """What came with the facts about each of the customers, NaN where nothing did.

        :param last: as of the end of the last full year
        """
        for frame in (self.given_last if last else None, self.given):
            if frame is not None and code in frame:
                return frame[code].reindex(self.customers).to_numpy(dtype=float)
        return np.full(len(self.customers), np.nan)


def lines_start(programs, first):
    """Last day number before any order line that grading looks at, or None when it looks at all.

    :param programs: ``policy.Program`` each
    :param first: ``datetime.date``, the first day that is graded
    """
    start = day_number(first)
    for program in programs:
        # The last full year of a customer's own ends within a year before, with days to spare.
        more = 0 if program.period == "rolling" else YEAR + 1
        for metric in program.metrics:
            if metric.measure in LINE_MEASURES:
                if not metric.months:
                    return None
                start = min(start, day_before_window(first, metric.months + more))
    return start


def as_date(days):
    """One day number as ``datetime.date``; an array of them stays one."""
    return days if np.ndim(days) else EPOCH + timedelta(days=int(days))


def leaving_day(days, months):
    """The first as-of day whose window of so many months no longer holds the given days.

    :param days: float array of day numbers, NaN for unknown
    """
    days = np.asarray(days, dtype=float)
    later = add_months(days, months)
    # A day that the month does not have is left behind with the month.
    return later + (day_of_month(later) < day_of_month(days))


class Window:
    """The facts dated after ``start`` and not after the as-of date, customers as positions.

    :param as_of: ``datetime.date``, or an array with a day number for each customer
    :param since: where a year is one of its own, a day number, or an array of them, on whose
        anniversaries years begin
    """

    def __init__(self, facts, as_of, months, since=None):
        self.facts = facts
        self.size = len(facts.customers)
        self.months = months
        self.since = since if months == YEAR else None
        self.as_of = day_number(as_of) if isinstance(as_of, date) else as_of
        if self.since is None:
            self.start = day_before_window(as_of, months)
        else:
            self.start = year_start(self.as_of, since) - 1

    @cached_property
    def previous(self):
        """The window of the same length that ends where this one starts; of a year that is not
        over yet, as much of the year before.

        :raise ValueError: when this one has no start
        """
        if not self.months:
            raise ValueError("All history has no period before it.")
        end = self.start if self.since is None else year_before(self.as_of, self.since)
        return Window(self.facts, as_date(end), self.months, self.since)

    def _cut(self, frame, owners):
        day = frame["day"].to_numpy()
        start, end = (b[owners] if np.ndim(b) else b for b in (self.start, self.as_of))
        inside = (day > start) & (day <= end)
        columns = {name: frame[name].to_numpy()[inside] for name in frame.columns}
        return {**columns, "customer": owners[inside]}

    @cached_property
    def orders(self):
        cut = self._cut(self.facts.orders, self.facts.order_owners)
        if "void" in cut:
            end = self.as_of[cut["customer"]] if np.ndim(self.as_of) else self.as_of
            cut["frequent"] = cut["frequent"] & (cut["void"] > end)
        return cut

    @cached_property
    def lines(self):
        if self.facts.lines is None:
            raise ValueError("A metric looks at products, but no order lines were gathered.")
        return self._cut(self.facts.lines, self.facts.line_owners)

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
        counted = self.orders["frequent"]
        customers = self.orders["customer"][counted]
        if "purchase" not in self.orders:
            return self.total(customers)
        purchase = self.orders["purchase"][counted]
        parts = purchase > 0
        whole = np.unique(rhythm.pack(customers[parts], purchase[parts]))
        return self.total(customers[~parts]) + self.total(rhythm.unpack(whole)[0])

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
    def first_day(self):
        """Day number of the first frequent order, NaN without one."""
        first = np.full(self.size, np.nan)
        customers, days = self.days
        is_first = np.append(True, customers[1:] != customers[:-1])[: len(customers)]
        first[customers[is_first]] = days[is_first]
        return first

    @cached_property
    def lapse_day(self):
        """Day number on which the first frequent order will no longer be in the window, NaN
        without an order or an end; of a year of its own, the first day of the next one."""
        if not self.months:
            return np.full(self.size, np.nan)
        if self.since is not None:
            return np.broadcast_to(next_year(self.as_of, self.since), self.size)
        return leaving_day(self.first_day, self.months)

    @cached_property
    def intervals(self):
        return rhythm.intervals(*self.days)

    def line_total(self, column):
        """Sum of a money column of the lines, in cents' precision."""
        if column not in self.lines:
            raise ValueError(f"A metric looks at the {column} of lines, which was not gathered.")
        return rounded(self.total(self.lines["customer"], self.lines[column]), 2)

    @cached_property
    def margin(self):
        return np.round(self.line_total("revenue") - self.line_total("cost"), 2)

    @cached_property
    def bought(self):
        """Which of the lines are of products of which the customer kept any."""
        quantity = self.lines["quantity"]
        bought = quantity > 0
        if not (quantity < 0).any():
            return bought
        products = rhythm.pack(self.lines["customer"], self.lines["product"])
        _distinct, places = np.unique(products, return_inverse=True)
        kept = np.round(np.bincount(places, weights=quantity), 6) > 0
        return bought & kept[places]

    def distinct(self, column):
        """Number of different values of a line column among the products that were kept. A line
        without a product (0 or less) has no product to count, and a category only where it is
        known; products without a category have that in common."""
        known = self.bought & ((self.lines["product"] > 0) | (self.lines[column] > 0))
        pairs = rhythm.pack(self.lines["customer"][known], self.lines[column][known])
        return self.total(rhythm.unpack(np.unique(pairs))[0])


def _average_order(window):
    """Amount of the purchases counted by their number: what came back is in neither."""
    counted = window.orders["frequent"]
    amount = window.total(window.orders["customer"][counted], window.orders["amount"][counted])
    return np.round(quotient(rounded(amount, 2), window.order_count), 2)


def _margin_rate(window):
    return ratio(window.margin, window.line_total("revenue"))


def _growth(window):
    before = window.previous.amount
    return ratio(window.amount - before, before)


def _interval(window, index, digits):
    return np.round(rhythm.mean_and_cv(*window.intervals, window.size)[index], digits)


# Measure: formula over a Window. Units are in the comments.
MEASURES = {
    "amount": lambda w: w.amount,  # company currency, untaxed
    "order_count": lambda w: w.order_count,  # orders
    "purchase_days": lambda w: w.total(w.days[0]),  # days with an order
    "recency_days": lambda w: w.as_of - w.last_day,  # days since the last order
    "average_order": _average_order,  # company currency per order
    "quantity": lambda w: rounded(w.total(w.lines["customer"], w.lines["quantity"]), 3),
    "product_count": lambda w: w.distinct("product"),  # different products
    "category_count": lambda w: w.distinct("category"),  # different categories
    "interval_mean": lambda w: _interval(w, 0, 1),  # days between order days
    "interval_cv": lambda w: _interval(w, 1, 3),  # standard deviation over mean
    "margin": lambda w: w.margin,  # company currency: untaxed revenue less cost
    "margin_rate": _margin_rate,  # percent of the revenue
    "growth": _growth,  # percent of the amount in the window before
}
MONEY_MEASURES = frozenset({"margin", "margin_rate"})
LINE_MEASURES = frozenset({"quantity", "product_count", "category_count"}) | MONEY_MEASURES


# Measure: formula over ``payment.standings``, whose window is the company's.
PAYMENT_MEASURES = {
    "credit_score": lambda p: p["credit_score"],  # 0–100
    "days_beyond_terms": lambda p: p["days_beyond_terms"],  # days
    "on_time_share": lambda p: np.round(p["on_time_share"] * 100, 2),  # percent of the amount
    "worst_delay": lambda p: p["worst_delay"],  # days
    "overdue_amount": lambda p: p["overdue_amount"],  # company currency
}


class Windows(dict):
    """The windows of some facts by their months, each cut and sorted once.

    :param as_of, since: as for ``Window``
    :param last: whether they end with the last full year
    :param credit: ``policy.Credit`` for what comes from payments; without it, its defaults
    :param payments: how the customers pay, where that is found already
    """

    def __init__(self, facts, as_of, since=None, last=False, credit=None, payments=None):
        self.facts, self.as_of, self.since, self.last = facts, as_of, since, last
        self.credit = credit or Credit()
        if payments is not None:
            self.payments = payments

    def __missing__(self, months):
        window = self[months] = Window(self.facts, self.as_of, months, self.since)
        return window

    @cached_property
    def payments(self):
        """How each of the customers pays, see ``payment.standings``."""
        return payment.standings(self.facts.payments, self.facts.customers, self.as_of, self.credit)


def compute(facts, metrics, as_of, windows=None):
    """Values of all metrics.

    :param metrics: iterable of ``policy.Metric``
    :param windows: ``Windows`` of these facts, where the caller needs them too
    :return: frame indexed by customer id, a float column per metric code
    """
    windows = Windows(facts, as_of) if windows is None else windows
    columns = {}
    # Ratios last: the others are their parts.
    for metric in sorted(metrics, key=lambda m: m.measure == RATIO):
        if metric.measure == GIVEN:
            columns[metric.code] = facts.given_values(metric.code, windows.last)
        elif metric.measure in PAYMENT_MEASURES:
            columns[metric.code] = PAYMENT_MEASURES[metric.measure](windows.payments).to_numpy()
        elif metric.measure == RATIO:
            numerator, denominator = (columns[code] for code in metric.parts)
            columns[metric.code] = ratio(numerator, denominator)
        else:
            columns[metric.code] = MEASURES[metric.measure](windows[metric.months])
    return pd.DataFrame(columns, index=pd.Index(facts.customers, name="customer"))
