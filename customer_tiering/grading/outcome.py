"""What came of cases: what their customers bought in a time, less what came back of it since."""

import numpy as np
import pandas as pd

# Ids and day numbers; both days belong to the time.
CASE_TYPES = {"case": np.int64, "customer": np.int64, "first": np.int64, "last": np.int64}


def of_cases(cases, purchases, lines):
    """What was bought in the time of each case.

    What came back belongs to the purchase that it came back of, whenever it did; a credit note
    without an order is of its own day. An order that came back in full is none.

    :param cases: frame of ``CASE_TYPES``
    :param purchases: frame ``customer, day, amount, frequent``, with ``origin`` (day of the
        purchase) and ``void`` (since when it is none, else infinite) where anything came back
    :param lines: frame ``customer, day, revenue, cost``, with ``origin`` where anything came back
    :return: frame indexed by case ``orders, amount, margin``, money in company currency
    """
    lasting = purchases["frequent"].to_numpy(dtype=bool)
    if "void" in purchases:
        lasting = lasting & np.isinf(purchases["void"].to_numpy())
    orders = pd.DataFrame({"orders": lasting.astype(np.int64), "amount": purchases["amount"]})
    margin = pd.DataFrame({"margin": lines["revenue"] - lines["cost"]})
    found = [_within(cases, purchases, orders), _within(cases, lines, margin)]
    found = pd.concat(found, axis=1).reindex(cases["case"].to_numpy()).fillna(0)
    return found.assign(
        orders=found["orders"].astype(np.int64), amount=found["amount"].round(2)
    ).assign(margin=found["margin"].round(2))


def _within(cases, rows, values):
    """Sums of values along rows that are within the time of a case, indexed by case."""
    day = rows["origin"] if "origin" in rows else rows["day"]
    dated = values.assign(customer=rows["customer"], day=day)
    both = cases.merge(dated, on="customer")
    both = both[(both["day"] >= both["first"]) & (both["day"] <= both["last"])]
    return both.groupby("case")[list(values)].sum()
