"""What a month came to, by groups of customers: pure functions over frames."""

import numpy as np
import pandas as pd

# What customers are grouped by; 0 for none, stages and bands by their place from 1.
KEYS = ["program", "tier", "stage", "band", "user"]
# Of a customer who moved, by the tier that the move was about.
MOVES = ["first", "up", "down", "out", "won_back"]
# What is added up, in the order of the columns.
FIGURES = [
    *("customers", "buyers", "repeaters", "amount", "orders", "margin", "saved"),
    *MOVES,
    *("reminded", "reminded_ordered"),
]
# Customers who bought in so many days up to the end of the month are the ones looked at for whether
# they bought again.
YEAR_DAYS = 365


def of_month(customers, orders, lines, moves, others, first, last):
    """A month's figures by groups of customers.

    :param customers: frame ``customer`` and ``KEYS`` at the end of the month, each customer once
    :param orders: frame ``customer, day, amount, frequent`` and perhaps ``void``, up to the month's
        end, of whoever ordered; see ``customer.tier.gather._orders``
    :param lines: frame ``customer, revenue, cost`` of the month
    :param moves: frame ``customer, program, tier`` and ``MOVES`` (counts), a row for each tier that
        a customer moved about
    :param others: frame ``customer, saved, reminded, reminded_ordered`` of the month
    :param first, last: day numbers of the month
    :return: frame ``KEYS`` and ``FIGURES``, one row for each group with anything in it
    """
    customers = customers.set_index("customer")
    found = _bought(orders, first, last).reindex(customers.index, fill_value=0)
    lines = lines.groupby("customer")[["revenue", "cost"]].sum()
    lines = lines.reindex(customers.index, fill_value=0)
    others = others.groupby("customer")[["saved", "reminded", "reminded_ordered"]].sum()
    others = others.reindex(customers.index, fill_value=0)
    rows = pd.concat([customers[KEYS], found, others], axis=1)
    rows["margin"] = lines["revenue"] - lines["cost"]
    rows["customers"] = ((rows["tier"] > 0) | (rows["buyers"] > 0)).astype(int)
    moved = moves.join(customers[["stage", "band", "user"]], on="customer", how="inner")
    rows = pd.concat([rows, moved[KEYS + MOVES]]).reindex(columns=KEYS + FIGURES).fillna(0)
    sums = rows.groupby(KEYS, as_index=False)[FIGURES].sum()
    return sums[(sums[FIGURES] != 0).any(axis=1)]


def _bought(orders, first, last):
    """By customer: bought in the month, orders in it, whether there was one in the year up to its
    end, and whether there was another one."""
    day, owner = orders["day"].to_numpy(), orders["customer"].to_numpy()
    lasting = orders["frequent"].to_numpy()
    if "void" in orders:
        lasting = lasting & (orders["void"].to_numpy() > last)
    in_month = (day >= first) & (day <= last)
    in_year = lasting & (day > last - YEAR_DAYS) & (day <= last)
    names, place = np.unique(owner, return_inverse=True)

    def added(mask, weights=None):
        weights = None if weights is None else weights[mask]
        return np.bincount(place[mask], weights, minlength=len(names))

    year = added(in_year)
    return pd.DataFrame(
        {
            "amount": added(in_month, orders["amount"].to_numpy()),
            "orders": added(in_month & lasting),
            "buyers": (year > 0).astype(int),
            "repeaters": (year > 1).astype(int),
        },
        index=pd.Index(names, name="customer"),
    )


def merge(frames):
    """The figures of several parts of the customers as one."""
    rows = pd.concat(frames) if frames else pd.DataFrame(columns=KEYS + FIGURES)
    return rows.groupby(KEYS, as_index=False)[FIGURES].sum()
