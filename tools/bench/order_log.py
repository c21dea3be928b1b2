"""Orders from a file: what the benches that need no database read."""

import numpy as np
import pandas as pd

from . import core

COLUMNS = {"customer": "customer_id", "date": "order_date", "amount": "amount"}


def arguments(parser):
    """Add the file and the names of its columns to a parser."""
    parser.add_argument("file", help="CSV file with a header, one line per order")
    for name, column in COLUMNS.items():
        parser.add_argument(f"--{name}", default=column, help=f"its column (default: {column})")


def read(file, customer="customer_id", date="order_date", amount=None):
    """Orders by day: orders of one customer on one day are one.

    :return: (customers as positions, day numbers, amounts or ``None``), sorted by the pair
    :raise ValueError: when the file has no such columns or something else than dates in them, or
        when nobody in it has ordered on two days
    """
    try:
        orders = pd.read_csv(file, dtype=str)
    except pd.errors.EmptyDataError:
        raise ValueError(f"{file} is empty. Give a CSV file with a header and an order a line.")
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        raise ValueError(f"{file} is no CSV file in UTF-8: {error}")
    missing = [name for name in (customer, date) if name not in orders]
    if missing:
        raise ValueError(
            f"{file} has no column {', '.join(missing)}, but: {', '.join(orders)}. "
            "Its first line must name the columns; choose them with --customer and --date."
        )
    wanted = [name for name in (customer, date, amount) if name in orders]
    orders = orders[wanted].dropna(subset=[customer, date])
    if orders.empty:
        raise ValueError(f"{file} has a header, but no order. Give a file with an order a line.")
    days = _days(file, date, orders[date])
    numbers = pd.factorize(orders[customer])[0]
    found = core.load("rhythm").order_days(numbers, days)
    _check_enough(file, *found)
    values = None
    if amount in orders:
        values = _amounts(file, amount, orders[amount], numbers, days)
    return (*found, values)


def _days(file, column, texts):
    parsed = pd.to_datetime(texts, errors="coerce", format="ISO8601")
    if parsed.isna().any():
        # One format for all: what can be read either way is not guessed line by line.
        other = pd.to_datetime(texts, errors="coerce", format="mixed", utc=True).dt.tz_localize(
            None
        )
        parsed = other
    wrong = texts[parsed.isna()]
    if len(wrong):
        raise ValueError(
            f"{file} has something else than dates in {column}, in {len(wrong):,} of "
            f"{len(texts):,} lines, first in line {wrong.index[0] + 2}: {wrong.iloc[0]!r}. "
            "Write dates like 2024-05-31, or choose another column with --date."
        )
    return parsed.to_numpy().astype("datetime64[D]").astype(np.int64)


def _amounts(file, column, texts, numbers, days):
    """Amounts by customer and day, in the order of the pairs."""
    values = pd.to_numeric(texts, errors="coerce")
    wrong = texts[values.isna()]
    if len(wrong):
        raise ValueError(
            f"{file} has something else than numbers in {column}, first in line "
            f"{wrong.index[0] + 2}: {wrong.iloc[0]!r}. Choose another column with --amount."
        )
    pairs = core.load("rhythm").pack(numbers, days)
    _found, place = np.unique(pairs, return_inverse=True)
    return np.bincount(place, values)


def _check_enough(file, customers, days):
    if days.min() == days.max():
        raise ValueError(
            f"All orders of {file} are of one day, {as_text(days[0])}: there is no time between "
            "orders to learn from. Give a log of several months."
        )
    if not (customers[1:] == customers[:-1]).any():
        raise ValueError(
            f"No customer in {file} has ordered on two days, so nobody's next order is known. "
            "Check that --customer names the customer, not the order."
        )


def as_text(day):
    """A day number as people write it."""
    return str(np.datetime64(int(day), "D"))


def cuts(days, shares):
    """Days at some shares of the time that a log is of, its first fiftieth of orders left out: one
    order with a wrong year would make it long.

    :return: list of day numbers
    """
    first, last = np.quantile(days, 0.02), days.max()
    return [int(first + (last - first) * share) for share in shares]
