"""How many days off the expected next order would have been, on a list of orders from a file.

Each order of the list is foreseen from what was known on the day of the one before it: the
customer's own intervals up to then, and the population's median as frozen at the end of the month
before. Orders that came the same day count once.
"""

import argparse

import numpy as np
import pandas as pd

from . import core
from .table import render

FIXED_DAYS = 30
# How far from the best way the mean error may be.
TOLERANCE = 0.1
WAYS = {
    "fixed": f"fixed {FIXED_DAYS}",
    "population": "population",
    "own": "own median",
    "ours": "ours",
}
GROUPS = ("regular", "irregular", "too few to tell", "all")
JUDGED = ("regular", "irregular")


def main(arguments):
    options, parser = _parse(arguments)
    try:
        customers, days = read(options.file, options.customer, options.date)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    found = predictions(customers, days)
    if found.empty:
        print("Nobody ordered often enough, and long enough ago, to foresee anything.")
        return 1
    rows, good = compare(found)
    header = ("buyers", "orders", *WAYS.values(), "ours to the best, by the mean")
    print("Days between the expected and the next order: median / mean of the absolute error")
    print(render(header, rows))
    return 0 if good else 1


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench rhythm",
        description="Compare ways to foresee the next order, on a list of orders. Without an own "
        "interval, the own median is that of the population. Orders due so late that only early "
        "ones are in the list are left out.",
    )
    parser.add_argument("file", help="CSV file with a header, one line per order")
    parser.add_argument("--customer", default="customer_id", help="its column with the customer")
    parser.add_argument("--date", default="order_date", help="its column with the day of order")
    return parser.parse_args(arguments), parser


def read(file, customer, day):
    """Sorted (customer, day) pairs of a CSV file, customers as positions.

    :raise ValueError: when the file has no such columns, or something else than dates in them
    """
    orders = pd.read_csv(file, dtype=str)
    missing = [name for name in (customer, day) if name not in orders]
    if missing:
        raise ValueError(
            f"{file} has no column {', '.join(missing)}, but: {', '.join(orders)}. "
            "Name them with --customer and --date."
        )
    orders = orders[[customer, day]].dropna()
    try:
        dates = pd.to_datetime(orders[day]).to_numpy()
    except ValueError as error:
        raise ValueError(f"{file} has something else than dates in {day}: {error}")
    numbers = dates.astype("datetime64[D]").astype(np.int64)
    return core.load("rhythm").order_days(pd.factorize(orders[customer])[0], numbers)


def predictions(customers, days):
    """What was foreseen, by each of the ways, of every order that has one before it.

    :param customers, days: sorted pairs as ``rhythm.order_days`` returns them
    :return: frame with ``group``, ``actual`` (days from the order before) and, for each way, the
        days foreseen; without intervals that began too late to be seen whole, or before anything
        was known about the population
    """
    rhythm, lifecycle = core.load("rhythm"), core.load("lifecycle")
    if not len(days):
        return pd.DataFrame()
    past = lifecycle.Past(customers, days, customers.max() + 1, days.max())
    owners, actual = past.gaps
    begun = days[:-1][customers[1:] == customers[:-1]]
    around = _typical_then(rhythm, customers, days, begun)
    known = past.place - 1
    own = past.rhythm_then
    cv = _cv_then(owners, actual, known)
    regular = rhythm.is_regular(cv, known)
    few = known < rhythm.REGULAR_INTERVALS
    frame = pd.DataFrame(
        {
            "group": np.select([few, regular], [GROUPS[2], GROUPS[0]], GROUPS[1]),
            "actual": actual,
            "fixed": float(FIXED_DAYS),
            "population": around,
            "own": np.rint(np.where(known, own, around)),
            "ours": np.rint(rhythm.expected_interval(own, known, around)),
        }
    )
    return frame[(begun <= rhythm.whole_before(days, days.max())) & ~np.isnan(around)]


def _typical_then(rhythm, customers, days, begun):
    """The population's median interval as frozen at the end of the month before each day."""
    month = begun.astype("datetime64[D]").astype("datetime64[M]")
    result = np.full(len(begun), np.nan)
    for one in np.unique(month):
        last = int(one.astype("datetime64[D]").astype(np.int64)) - 1
        seen = days <= last
        if seen.any():
            typical = rhythm.typical_interval(customers[seen], days[seen], last)
            result[month == one] = np.nan if typical is None else typical
    return result


def _cv_then(owners, lengths, known):
    """Coefficient of variation of each owner's intervals before this one; NaN below two."""

    def before(values):
        total = np.cumsum(values) - values
        return total - total[np.arange(len(known)) - known]

    lengths = lengths.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = before(lengths) / known
        variance = np.maximum(before(lengths**2) / known - mean**2, 0.0)
        return np.where(known >= 2, np.sqrt(variance) / mean, np.nan)


def compare(found):
    """Rows of the table, and whether ours is good enough for each group that is judged.

    :param found: result of :func:`predictions`
    """
    rows, good = [], True
    for group in GROUPS:
        some = found if group == "all" else found[found["group"] == group]
        if some.empty:
            continue
        errors = {way: (some["actual"] - some[way]).abs() for way in WAYS}
        best, ours = min(error.mean() for error in errors.values()), errors["ours"].mean()
        behind = (ours - best) / best if best else (np.inf if ours else 0.0)
        fine = behind <= TOLERANCE
        good &= fine or group not in JUDGED
        verdict = f"+{behind:.0%}" + ("" if fine else ", too far")
        cells = [f"{error.median():.0f} / {error.mean():.1f}" for error in errors.values()]
        rows.append((group, f"{len(some):,}", *cells, verdict))
    return rows, good
