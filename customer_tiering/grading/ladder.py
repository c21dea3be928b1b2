"""Which tier a customer has earned."""

import operator

import numpy as np

_COMPARE = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


def meets(tier, metrics, score):
    """Boolean array: who meets the requirements of a tier.

    Comparisons with an unknown value are False.
    """
    tests = [
        _COMPARE[condition.operator](metrics[condition.metric].to_numpy(), condition.value)
        for condition in tier.conditions
    ]
    if tier.min_score > 0:
        tests.append(score >= tier.min_score)
    if not tests:
        return np.ones(len(score), dtype=bool)
    return np.logical_or.reduce(tests) if tier.match_any else np.logical_and.reduce(tests)


def highest(tiers, metrics, score):
    """Id of the highest tier whose requirements are met, 0 for none.

    :param tiers: ``policy.Tier`` from the lowest to the highest
    """
    result = np.zeros(len(score), dtype=np.int64)
    for tier in tiers:
        result[meets(tier, metrics, score)] = tier.id
    return result
