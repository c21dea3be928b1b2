"""Stages of any history: they equal the definition, day by day."""

from bisect import bisect_right
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from math import exp, log
from statistics import fmean

import numpy as np
from builders import examples
from grading import lifecycle
from grading.lifecycle import STAGES
from grading.policy import Lifecycle
from histories import NAMES, PLAIN, past, staged
from hypothesis import given
from hypothesis import strategies as st

# Any history: small numbers, so that thresholds are met on their very day often.
_orders = st.lists(st.integers(0, 300), max_size=16)
_histories = st.lists(_orders, min_size=1, max_size=4)
_typical = st.sampled_from([None, 7, 30])


@st.composite
def _settings(draw):
    loyal = draw(st.sampled_from([0.5, 1.0, 1.1, 1.5]))
    dormant = draw(st.integers(1, 60))
    return Lifecycle(
        new_days=draw(st.integers(1, 60)),
        new_orders=draw(st.integers(1, 3)),
        mature_ratio=loyal + draw(st.sampled_from([0.0, 0.5, 1.0])),
        loyal_orders=draw(st.integers(4, 6)),
        loyal_ratio=loyal,
        lost_ratio=loyal + draw(st.sampled_from([1.1, 2.0, 3.0])),
        won_back_days=draw(st.integers(1, 60)),
        min_orders=draw(st.integers(2, 4)),
        dormant_days=dormant,
        lost_days=dormant + draw(st.integers(1, 40)),
    )


class Naive:
    """One customer by the letter of the definition, day after day, in exact numbers."""

    def __init__(self, orders, settings, typical):
        self.days, self.settings, self.typical = sorted(set(orders)), settings, typical
        self.limits = [self._limits(number + 1) for number in range(len(self.days))]
        self.comebacks = [
            after
            for number, (_before, after) in enumerate(pairwise(self.days), start=1)
            if self._lapsed(number, after - 1)
        ]

    def _limits(self, number):
        """Days to late, dormant and lost after so many orders."""
        s, typical = self.settings, self.typical or 0
        drawn = [*(b - a for a, b in pairwise(self.days[:number])), *[typical] * 3 * bool(typical)]
        pace = Fraction(str(round(exp(fmean(map(log, drawn))), 6))) if drawn else 0
        ratios = [Fraction(str(x)) for x in (s.loyal_ratio, s.mature_ratio, s.lost_ratio)]
        if number >= s.min_orders:
            # As exact as logarithms are.
            return tuple(ratio * pace + Fraction(1, 10**6) for ratio in ratios)
        dormant, lost = (ratio * typical for ratio in ratios[1:])
        return 0, max(dormant, s.dormant_days), max(lost, s.lost_days)

    def _lapsed(self, number, today):
        """Dormant, lost or None on a day by the first so many orders."""
        silent = today - self.days[number - 1]
        _late, dormant, lost = self.limits[number - 1]
        return "lost" if silent > lost else "dormant" if silent > dormant else None

    def stage(self, today):
        number = bisect_right(self.days, today)
        if not number:
            return "potential"
        s = self.settings
        came_back = [one for one in self.comebacks if one <= today]
        if lapsed := self._lapsed(number, today):
            return lapsed
        if came_back and today - came_back[-1] < s.won_back_days:
            return "won_back"
        young = number <= s.new_orders or today - self.days[0] < s.new_days
        if young and not came_back:
            return "new"
        in_time = today - self.days[number - 1] <= self.limits[number - 1][0]
        return "loyal" if number >= s.loyal_orders and in_time else "mature"

    def run(self, today):
        """Stage, first day of the unbroken run of days with it, stage before."""
        stage = entered = self.stage(today)
        for one in range(today, -2, -1):
            if self.stage(one) != stage:
                return stage, entered, self.stage(one)
            entered = one
        return stage, None, None


@examples(7)
@given(_histories, _settings(), _typical, st.integers(0, 420))
def test_stages_equal_the_naive_daily_walk(histories, thresholds, typical, as_of):
    """However thresholds, comebacks and lapses fall together, the stage and its first day are
    those that gradings on every single day would have found."""
    found = lifecycle.stages(past(histories, as_of, typical), thresholds)
    for number, orders in enumerate(histories):
        stage, entered, before = Naive(orders, thresholds, typical).run(as_of)
        assert NAMES[found["stage"][number]] == stage
        assert NAMES[found["stage_before"][number]] == before
        day_found = found["stage_entered"][number]
        assert (None if np.isnan(day_found) else day_found) == entered


AGEING = {"new": 0, "won_back": 0, "loyal": 0, "mature": 0, "dormant": 1, "lost": 2}


@given(_orders.filter(bool), _settings(), _typical, st.integers(1, 9))
def test_without_orders_a_customer_only_gets_older(orders, settings, typical, step):
    """Nobody wakes up without an order, and the day announced for the next stage is that day."""
    ahead, stages = None, []
    for today in range(max(orders), max(orders) + 40 * step, step):
        stage, entered, before, announced = staged(orders, today, settings, typical)
        if stage in {"dormant", "lost"} and stages and before == stages[-1]:
            assert entered == ahead
        stages.append(stage)
        ahead = announced
    ranks = [AGEING[stage] for stage in stages]
    assert ranks == sorted(ranks)
    order = {"new": 0, "won_back": 0, "loyal": 1, "mature": 2}
    active = [order[stage] for stage in stages if AGEING[stage] == 0]
    assert active == sorted(active)


@given(_histories, _settings(), _typical, st.integers(0, 420), st.randoms())
def test_alone_as_among_all_in_any_order(histories, settings, typical, as_of, random):
    """Chunks, single gradings and the order of rows must not change a stage."""
    together = lifecycle.stages(past(histories, as_of, typical), settings)
    for number, orders in enumerate(histories):
        mixed = orders + orders[:2]
        random.shuffle(mixed)
        alone = lifecycle.stages(past([mixed], as_of, typical), settings)
        for name, values in together.items():
            assert np.array_equal(alone[name], values[[number]], equal_nan=True)


@given(_histories, _settings(), st.integers(0, 420))
def test_head_counts_are_those_of_the_stages(histories, settings, as_of):
    """What the settings show while typing is what the next grading does."""
    known = past(histories, as_of)
    proposals = [settings, PLAIN]
    for proposal, counts in zip(proposals, lifecycle.head_counts(known, proposals), strict=True):
        stages = lifecycle.stages(known, proposal)["stage"].tolist()
        assert +Counter(counts) == Counter(NAMES[code] for code in stages)
        assert list(counts) == list(STAGES)
