import numpy as np
import pandas as pd
from grading.outcome import CASE_TYPES, of_cases

CASES = pd.DataFrame(
    [(1, 7, 10, 20), (2, 7, 21, 30), (3, 8, 10, 20), (4, 9, 10, 20)], columns=list(CASE_TYPES)
)
PURCHASES = pd.DataFrame(
    [
        # Both days belong to the time; 9 is before it.
        (7, 9, 1.0, True, 9, np.inf),
        (7, 10, 100.0, True, 10, np.inf),
        (7, 20, 50.0, True, 20, np.inf),
        # Of the order of day 10, 30 came back long after; without an order, 5 in the second time.
        (7, 90, -30.0, False, 10, np.inf),
        (7, 25, -5.0, False, 25, np.inf),
        # In full.
        (8, 15, 80.0, True, 15, 40.0),
        (8, 40, -80.0, False, 15, np.inf),
    ],
    columns=["customer", "day", "amount", "frequent", "origin", "void"],
)
LINES = pd.DataFrame(
    [(7, 10, 100.0, 60.0, 10), (7, 90, -30.0, -18.0, 10), (8, 15, 80.0, 90.0, 15)],
    columns=["customer", "day", "revenue", "cost", "origin"],
)


def _rows(found):
    columns = ["orders", "amount", "margin"]
    return {
        case: tuple(row)
        for case, row in zip(found.index, found[columns].to_numpy().tolist(), strict=True)
    }


def test_what_came_back_is_of_its_purchase():
    """What is credited after the time was sold by the reminder for ever; or it is taken from the
    next one."""
    assert _rows(of_cases(CASES, PURCHASES, LINES)) == {
        1: (2, 120.0, 28.0),
        2: (0, -5.0, 0.0),
        3: (0, 0.0, -10.0),
        4: (0, 0.0, 0.0),
    }


def test_nothing_came_back():
    """Without a single credit note there are no columns that tell of them."""
    plain = PURCHASES[["customer", "day", "amount", "frequent"]]
    found = of_cases(CASES, plain, LINES[["customer", "day", "revenue", "cost"]])
    assert _rows(found) == {
        1: (2, 150.0, 40.0),
        2: (0, -5.0, 0.0),
        3: (1, 80.0, -10.0),
        4: (0, 0.0, 0.0),
    }
    assert _rows(of_cases(CASES[:0], plain, LINES)) == {}
