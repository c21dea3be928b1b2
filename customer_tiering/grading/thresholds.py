"""Thresholds of a programme that fit what the customers of a company buy."""

from dataclasses import dataclass, replace

import numpy as np

from .distribution import proposal, shares_cut
from .metrics import Windows, compute
from .pipeline import grade
from .points import band_index, number_points, numbered
from .policy import ALWAYS_KNOWN, COUNTS, Bands, Indicator
from .population import populations
from .spread import Spread, lopsided, misfits

# Measures of which a tier may ask for more; of other ones, what is good does not depend on what a
# company sells.
SIZES = ALWAYS_KNOWN | COUNTS | {"average_order"}
# The share of those who bought who are to reach the lowest of several tiers, and the highest.
FIRST_SHARE, LAST_SHARE = 0.5, 0.1
# Where only one tier asks for something.
ONLY_SHARE = 0.25


@dataclass(frozen=True)
class Thresholds:
    """What is put in the place of thresholds of a programme.

    :param conditions: (tier id, position of the condition, value, value to keep or None) each
    :param scores: (tier id, minimum score, score to keep or None) each
    :param bands: (indicator id, ``Bands``) each
    """

    conditions: tuple = ()
    scores: tuple = ()
    bands: tuple = ()

    def of(self, program):
        """The programme with them."""
        return replace(
            program,
            tiers=tuple(self._tier(tier) for tier in program.tiers),
            indicators=tuple(
                replace(i, scale=dict(self.bands).get(i.id, i.scale)) for i in program.indicators
            ),
        )

    def _tier(self, tier):
        conditions = list(tier.conditions)
        for tier_id, position, value, keep in self.conditions:
            if tier_id == tier.id:
                conditions[position] = replace(conditions[position], value=value, keep=keep)
        for tier_id, score, keep in self.scores:
            if tier_id == tier.id:
                tier = replace(tier, min_score=score, keep_score=keep)
        return replace(tier, conditions=tuple(conditions))


class Fit:
    """A programme against some customers of its company.

    :param facts: ``metrics.Facts`` of a sample
    :param program: ``policy.Program``, whose years are the last twelve months here, as for all
        proposals
    :param typed: ids of the indicators whose bands were typed
    :param money: codes of the metrics that are amounts of money
    """

    def __init__(self, facts, program, as_of, typed=(), money=()):
        self.facts, self.as_of = facts, as_of
        self.program = replace(program, period="rolling")
        self.typed, self.money = typed, money

    def buyers(self, thresholds=None):
        """Number of those who bought in each tier, from the lowest on."""
        program = thresholds.of(self.program) if thresholds else self.program
        spread = Spread.of(grade(self.facts, program, self.as_of), program)
        return [spread.buyers[tier.id] for tier in program.tiers]

    def proposed(self):
        """Thresholds by which tiers tell customers apart and none is empty; where there are none
        and the present ones tell hardly anybody apart, the first that do better.

        :return: ``Thresholds``, round numbers where round ones do; None where nothing helps
        """
        better = None
        lost = lopsided(self.buyers())
        for found in self._candidates():
            counts = self.buyers(found)
            if not misfits(counts):
                return found
            if better is None and lost and not lopsided(counts):
                better = found
        return better

    def _candidates(self):
        """Conditions, and bands of money that nearly everybody is in one of; then all typed bands;
        at last minimum scores."""
        everything = [i.metric for i in self.program.indicators]
        for method, codes, lopsided_only in (
            ("round", self.money, True),
            ("round", everything, False),
            ("quantile", everything, False),
        ):
            bands = self.bands(method, codes, lopsided_only)
            found = Thresholds(self._conditions(method), (), bands)
            if found.conditions or found.bands:
                yield found
        if scores := self._scores(found):
            yield replace(found, scores=scores)

    # Of what

    def _populations(self, indicators):
        windows = Windows(self.facts, self.as_of, credit=self.program.credit)
        values = compute(self.facts, self.program.metrics, self.as_of, windows)
        return populations(values, windows, indicators, self.program.metrics)

    def _share(self, position):
        """The share of those who bought who are to reach the tier at a position, 1 for the lowest
        that asks for something: falling by the same factor from tier to tier."""
        steps = len(self.program.tiers) - 2
        if steps < 1:
            return ONLY_SHARE
        return FIRST_SHARE * (LAST_SHARE / FIRST_SHARE) ** ((position - 1) / steps)

    def _conditions(self, method):
        measures = {metric.code: metric.measure for metric in self.program.metrics}
        asked = {}
        for rank, tier in enumerate(self.program.tiers):
            for position, condition in enumerate(tier.conditions):
                measure = measures.get(condition.metric)
                # “At least one order” only asks for a customer.
                once = measure in COUNTS and condition.value <= 1
                if rank and measure in SIZES and condition.operator[0] == ">" and not once:
                    asked.setdefault(condition.metric, []).append((rank, tier, position))
        people = self._populations([Indicator(code, code, 1, Bands((0,), (0,))) for code in asked])
        found = []
        for code, places in asked.items():
            shares = [self._share(rank) for rank, _tier, _position in places]
            values = people[code].values
            cuts = shares_cut(values, shares, method) or _alike(values, shares)
            found += [
                (tier.id, position, cut, _kept(tier.conditions[position], cut))
                for (_rank, tier, position), cut in zip(places, cuts, strict=False)
            ]
        return tuple(found)

    def bands(self, method, codes, lopsided_only=False):
        """Bands cut from customers in the place of typed ones, as many of them.

        :param method: of ``distribution.proposal``
        :param codes: only for these metrics
        :param lopsided_only: only those that tell customers too little apart
        :return: pairs of indicator id and ``Bands``
        """
        found = []
        for id_, people in self._populations(self.program.indicators).items():
            indicator = next(i for i in self.program.indicators if i.id == id_)
            if id_ not in self.typed or indicator.metric not in codes:
                continue
            scale = indicator.scale
            count = len(scale.bounds)
            filled = np.bincount(band_index(scale, people.values), minlength=count)
            if lopsided_only and not lopsided(filled.tolist()):
                continue
            direction = "low" if scale.points[0] > scale.points[-1] else "high"
            cuts = proposal(people.values, count, method, direction, people.floor)
            if cuts and len(people.values) >= count:
                bounds, numbers = numbered(cuts, count, direction)
                first = scale.bounds[0] if scale.bounds[0] < bounds[0] else bounds[0] - 1
                points = tuple(number_points(number, count) for number in numbers)
                found.append((id_, Bands((first, *bounds), points, tuple(numbers))))
        return tuple(found)

    def _scores(self, thresholds):
        program = thresholds.of(self.program)
        tiers = [(n, tier) for n, tier in enumerate(program.tiers) if n and tier.min_score > 0]
        if not tiers:
            return ()
        frame = grade(self.facts, program, self.as_of)
        scores = frame["score"].to_numpy()[frame["last_day"].notna().to_numpy()]
        shares = [self._share(rank) for rank, _tier in tiers]
        cuts = shares_cut(np.sort(scores[~np.isnan(scores)]), shares, "quantile")
        return tuple(
            (tier.id, cut, None if tier.keep_score is None else min(tier.keep_score, cut))
            for (_rank, tier), cut in zip(tiers, cuts, strict=False)
        )


def _alike(values, shares):
    """Where values differ too little for a cut each, what so many reach, be it all of them: who
    ordered once each does not make “at least 4 orders” a tier of nobody."""
    if not len(values):
        return []
    cuts = np.quantile(values, 1 - np.asarray(shares), method="lower")
    return (np.floor(cuts * 100 + 1e-6) / 100).tolist()


def _kept(condition, cut):
    """The value that is enough to stay, as easy as it was."""
    if condition.keep is None or not condition.value:
        return None
    return min(round(condition.keep * cut / condition.value, 2), cut)
