"""Thresholds that give each tier about the share of the customers that somebody wants: between two
customers who are far apart, at a number that people say.
"""

import numpy as np

from .policy import SCORE
from .whatif import Change

# So far from the wanted number of customers, as a part of it, and of all of them, is still near.
NEAR, NEAR_OF_ALL = 0.2, 0.01
# So many times a power of ten is easiest to say, in this order; then multiples of such steps.
ROUNDEST = (1.0, 5.0, 2.0)
STEPS = (5.0, 2.0, 1.0)
DIGITS = 5


def proposals(figures, program, shares):
    """What to change for tiers to have some shares of the customers.

    Tiers are looked at from the best one down. Its threshold lies in the widest gap between two
    customers near the wanted number: by factors for metrics, by points for scores. Of several
    conditions of a tier the first is moved; a share of the best becomes the shares of it and of
    the tiers above.

    :param figures: ``findings.Figures``
    :param program: ``policy.Program``
    :param shares: parts (0–1) of all customers, for each tier from the lowest on
    :return: list of ``whatif.Change``
    """
    changes, within, bound = [], 0.0, {}
    for tier, share in zip(program.tiers[::-1], shares[::-1], strict=True):
        within += share
        if tier.top:
            changes.append(Change("top", round(100 * within, 2), tier.id))
        elif tier.conditions and tier.conditions[0].operator[0] == ">":
            condition = tier.conditions[0]
            value = _cut(figures.subject(condition.metric), within, bound, condition.metric)
            if value is not None:
                changes.append(Change("threshold", value, tier.id, 0))
                if condition.keep is not None and condition.keep > value:
                    changes.append(Change("keep", 0.0, tier.id, 0))
        elif tier.min_score:
            value = _cut(figures.score, within, bound, SCORE)
            if value is not None:
                changes.append(Change("score", value, tier.id))
                if tier.keep_score is not None and tier.keep_score > value:
                    changes.append(Change("keep_score", 0.0, tier.id))
    return changes


def _cut(values, share, bound, code):
    """The threshold for a share of the best, below that of the tier above.

    :param bound: by code, how many customers the tier above lets in by it; the next one is put in
    """
    known = np.sort(np.where(np.isnan(values), -np.inf, values))[::-1]
    wanted, size = share * len(known), len(known)
    spare = max(NEAR * wanted, NEAR_OF_ALL * size)
    # Behind how many customers the threshold may lie.
    places = np.arange(1, size)
    near = (np.abs(places - wanted) <= spare) & (places > bound.get(code, 0))
    places = places[near & (known[1:] < known[:-1]) & (known[:-1] > 0)]
    if not len(places):
        return None
    upper, lower = known[places - 1], np.maximum(known[places], 0.0)
    width = upper - lower
    if code != SCORE:
        # Below nothing there is no factor: as far as a tenth.
        width = np.log(upper / np.maximum(lower, upper / 10))
    nearness = -np.abs(places - wanted)
    best = np.lexsort((nearness, np.round(width, 9)))[-1]
    bound[code] = int(places[best])
    return roundest(float(lower[best]), float(upper[best]))


def roundest(low, high):
    """The number above ``low`` and up to ``high`` that is easiest to say: a power of ten, else 5 or
    2 of them, else with as few digits as there are; of several the one nearest to the middle."""
    power, middle = np.floor(np.log10(high)), (low + high) / 2
    options = [step * 10.0 ** np.arange(power - DIGITS, power + 1) for step in ROUNDEST]
    for digits in range(DIGITS):
        for step in STEPS:
            size = step * 10.0 ** (power - digits)
            options.append(np.arange(np.floor(low / size) + 1, np.floor(high / size) + 1) * size)
    for numbers in options:
        between = numbers[(numbers > low) & (numbers <= high)]
        if len(between):
            return float(f"{between[np.argmin(np.abs(between - middle))]:.12g}")
    return high
