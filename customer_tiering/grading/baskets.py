"""What a customer is likely to buy: its usual products again, and products that are new to it.

Two lists, as what is bought again and what is bought for the first time are foreseen by different
things (Li et al., TOIS 2023): the first by how often the customer itself bought a product, the
second by what customers who bought the same things bought besides: cosines between products over
customers (Sarwar et al., WWW 2001), less where few customers stand behind them.

Days are whole days in any count, products are ids. One customer's lists are short, so they are
plain Python; affinities of all products are arrays.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from statistics import median_low

import numpy as np

# The reorder list looks at so many order days, and a quantity at so many times it was bought.
USUAL_DAYS = 12
QUANTITIES = 5
USUAL_SIZE = 8
# Bought on so many days it is a habit; on one, where the customer has ordered on fewer than these.
HABIT_DAYS = 2
FEW_DAYS = 4
# Products that are bought again as often as others, as long as few have had the chance to.
CHANCES = 100
# Cross-sell: customers that two products have in common at least, products kept of each, customers
# of a tier from which it has affinities of its own, products of one customer that are looked at.
COMMON = 5
SHRINKAGE = 20
KEPT = 20
TIER_CUSTOMERS = 200
PRODUCTS = 200
# What a product of the profile weighs for each order day since it was last bought, and a customer
# for each of its order days since it first bought the product that is found.
FADING = 0.95
RECENT = 0.2
# How much it counts against a product, and against what is found by it, that everybody buys it.
OWN_POWER, OTHER_POWER = 0.9, 0.1


@dataclass(frozen=True)
class Usual:
    """A product bought on ``count`` of the last ``days`` order days, last on ``last``; ``quantity``
    is what is usually bought at a time, in the unit of the quantities given. ``habit``: bought so
    often that one would miss it."""

    product: int
    count: int
    days: int
    last: int
    quantity: float
    habit: bool


def usual(days, products, quantities, again=None, size=USUAL_SIZE):
    """The products that one customer buys, the likeliest next one first.

    The order is by the number of days, of the last ``USUAL_DAYS`` order days, with the product;
    among equals by how many of its buyers buy it again (:func:`repeat_shares`), then the newest.
    A quantity is the median of the last ``QUANTITIES``, the lower of two: halves are not sold.

    :param days, products, quantities: sequences of equal length, an element an order line; less
        than nothing for what came back on the day it was bought
    :param again: mapping product → share (0–1) of chances at which it is bought again
    :param size: most products, ``None`` for all
    :return: list of :class:`Usual`
    """
    bought = defaultdict(float)
    for day, product, quantity in zip(days, products, quantities, strict=True):
        bought[day, product] += quantity
    bought = {key: quantity for key, quantity in bought.items() if quantity > 0}
    recent = sorted({day for day, _product in bought})[-USUAL_DAYS:]
    counted = set(recent)
    history = defaultdict(list)
    for day, product in sorted(bought):
        if day in counted:
            history[product].append(day)
    least = HABIT_DAYS if len(recent) >= FEW_DAYS else 1
    found = [
        Usual(
            product,
            len(on),
            len(recent),
            on[-1],
            median_low(bought[day, product] for day in on[-QUANTITIES:]),
            len(on) >= least,
        )
        for product, on in history.items()
    ]
    again = again or {}
    found.sort(key=lambda u: (-u.count, -again.get(u.product, 0.0), -u.last, u.product))
    return found[:size]


def repeat_shares(repeats, chances):
    """Share of chances at which products are bought again, drawn to that of all products.

    :param repeats: array, per product: days on which customers who had it bought it again
    :param chances: array: their order days after the one on which they bought it first
    :return: float array, 0–1
    """
    repeats, chances = np.asarray(repeats, float), np.asarray(chances, float)
    total = chances.sum()
    share = repeats.sum() / total if total else 0.0
    return (repeats + CHANCES * share) / (chances + CHANCES)


def affinities(product, other, common, weight, own, others):
    """How strongly products lead to others, and which are kept.

    ``w / (nᵢ^0.9 · nⱼ^0.1) · n / (n + 20)``: between a cosine (0.5 each) and the share of the
    buyers of i who bought j (1 and 0), over the n customers that both have in common. These are
    weighted: who has just bought j for the first time tells more of what is bought next.

    :param product, other: int arrays, one element a pair, both ways
    :param common: customers that both have, n
    :param weight: the same, each by how recently it first bought ``other``, w
    :param own, others: customers of the one and of the other, nᵢ and nⱼ
    :return: (positions of the pairs that are kept, by product and the strongest first; scores of
        these)
    """
    (enough,) = np.nonzero(np.asarray(common) >= COMMON)
    n = np.asarray(common, float)[enough]
    base = np.asarray(own, float)[enough] ** OWN_POWER
    base *= np.asarray(others, float)[enough] ** OTHER_POWER
    score = np.asarray(weight, float)[enough] / base * n / (n + SHRINKAGE)
    product, other = np.asarray(product)[enough], np.asarray(other)[enough]
    order = np.lexsort((other, -score, product))
    product = product[order]
    first = np.searchsorted(product, product)
    order = order[np.arange(len(order)) - first < KEPT]
    return enough[order], score[order]


def profile(days, products):
    """What each of a customer's products weighs: ``√n · 0.95^d`` of one bought on n days, last d
    order days ago.

    :return: dict product → weight, 1 for what was bought once, on the last order day
    """
    on = defaultdict(set)
    for day, product in zip(days, products, strict=True):
        on[product].add(day)
    rank = {day: number for number, day in enumerate(sorted(set(days), reverse=True))}
    return {
        product: sqrt(len(bought)) * FADING ** rank[max(bought)] for product, bought in on.items()
    }


def new_products(weights, rows, excluded=frozenset(), size=3):
    """Products that a customer does not have, the likeliest first.

    :param weights: what :func:`profile` gives
    :param rows: iterable of (product, other, score) of :func:`affinities`
    :param excluded: products that are not suggested; what is in the profile never is
    :return: list of (product, the one of the profile that speaks for it most)
    """
    total, best = defaultdict(float), {}
    for product, other, score in rows:
        if product not in weights or other in weights or other in excluded:
            continue
        part = weights[product] * score
        total[other] += part
        # Of equals the smaller id, whatever the order of the rows.
        best[other] = max(best.get(other, (0.0, 0)), (part, -product))
    ranked = sorted(total, key=lambda other: (-total[other], other))
    return [(other, -best[other][1]) for other in ranked[:size]]
