"""Short ways to write order histories and to ask for their stages."""

import numpy as np
from grading import lifecycle, rhythm
from grading.lifecycle import STAGES
from grading.policy import Lifecycle

NAMES = {code: name for name, code in STAGES.items()} | {0: None}
PLAIN = Lifecycle()
# Everybody orders once a month: with that rhythm 45, 60 and 120 days go by before a customer is
# late, dormant and lost.
MONTH = 30


def past(orders, as_of, typical=MONTH):
    """:param orders: list of day numbers per customer; those after the as-of day are left out"""
    pairs = [(owner, one) for owner, days in enumerate(orders) for one in days if one <= as_of]
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    found = rhythm.order_days(columns[:, 0], columns[:, 1])
    return lifecycle.Past(*found, len(orders), as_of, rhythm.plain(typical))


def staged(orders, as_of, settings=PLAIN, typical=MONTH):
    """Stage, day of entering it, stage before, and day of the next one, of one customer."""
    found = lifecycle.stages(past([orders], as_of, typical), settings)
    entered, ahead = (
        None if np.isnan(found[name][0]) else int(found[name][0])
        for name in ("stage_entered", "stage_next")
    )
    return NAMES[found["stage"][0]], entered, NAMES[found["stage_before"][0]], ahead


def every(step, number, first=0):
    return [first + step * place for place in range(number)]
