"""What became of customers in each stage of life, on a list of orders from a file: the share
without an order in the following year."""

import argparse

import numpy as np

from . import core, order_log
from .table import render

YEAR = 365


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench stages",
        description="Stage customers on some days of a list of orders, and print the share of "
        "each stage without an order in the following year.",
    )
    order_log.arguments(parser)
    parser.add_argument(
        "--cuts",
        type=float,
        nargs="+",
        help="shares of the log's time, 0–1; without, three of those a year before its end",
    )
    options = parser.parse_args(arguments)
    try:
        customers, days, _amounts = order_log.read(options.file, options.customer, options.date)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    cuts = _cuts(days, options.cuts)
    if not cuts:
        print(
            "The log is of a year or less, so nobody can be followed for a year. Give a longer log."
        )
        return 1
    for cut in cuts:
        rows = rows_of(customers, days, cut)
        print(f"\nAs of {order_log.as_text(cut)}, followed until {_follow(days, cut)}")
        print(render(("stage", "customers", "no order in the year after"), rows))
    return 0


def _cuts(days, shares):
    """Days that can be followed for a year, or for half a year where the log is shorter."""
    if shares:
        return order_log.cuts(days, shares)
    first, last = order_log.cuts(days, (0, 1))
    late = last - min(YEAR, (last - first) // 3)
    if last - first <= YEAR:
        return []
    early = first + (late - first) // 2
    return [early, (early + late) // 2, late]


def _follow(days, cut):
    return order_log.as_text(min(cut + YEAR, days.max()))


def rows_of(customers, days, cut):
    """A row a stage: its name, customers in it, and the share of them without an order after."""
    lifecycle, policy, rhythm = (core.load(n) for n in ("lifecycle", "policy", "rhythm"))
    past = days <= cut
    size = int(customers.max()) + 1
    known = rhythm.learn(customers, days, cut) or rhythm.plain(None)
    history = lifecycle.Past(customers[past], days[past], size, cut, known)
    stage = lifecycle.stages(history, policy.Lifecycle())["stage"]
    after = np.bincount(customers[(days > cut) & (days <= cut + YEAR)], minlength=size)
    rows = []
    for name, code in lifecycle.STAGES.items():
        some = stage == code
        if code != lifecycle.POTENTIAL and some.any():
            rows.append((name, f"{some.sum():,}", f"{(after[some] == 0).mean():.0%}"))
    return rows
