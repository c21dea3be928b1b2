"""Findings about how a programme does: tiers that tell nobody apart, thresholds in the wrong place,
customers who go up and down, indicators that say the same, discounts that buy nothing.

``lint`` looks at the rules alone; this looks at customers, at a year and at money. Each finding
comes with what to try, where a change of the rules that can be tried removes it.
"""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from . import ladder
from .policy import SCORE, Review
from .whatif import EDGE, Change, shifted, variant

# Fewer customers than this are no distribution.
ENOUGH = 50
THIN, SWOLLEN = 0.02, 0.60
# Of a tier, within ``whatif.EDGE`` below the next one; and so many at least.
CLIFF, FEW = 0.10, 5
# Of all customers, exactly on a threshold.
HEAP = 0.03
# Of all customers, up and down within ``replay.REVERSAL_DAYS`` in a year.
FLAPPING = 0.05
# Rank correlation of two indicators.
SAME = 0.9
# Whoever is so near to a threshold is compared with who is as near on the other side; so many of
# each at least, over so many days before and after.
NEAR, PAIR, GROWTH_DAYS = 0.10, 10, 180
# Of its share of the customers, that the best tier has gained or lost by the same rules.
DRIFT = 0.25
# Of the revenue of a year, that may be of customers in no tier.
UNCOVERED = 0.10
# As many times the median of the salespeople, of so many of them at least.
UNBALANCED, POOL = 1.5, 3
# What a keep threshold and a guarantee are tried with against flapping.
EASIER, GUARANTEE = 0.9, 12
# Of the customers, that a veto which stops nobody is tried to stop.
BITING = (0.005, 0.01, 0.02, 0.05)
# Numbers of customers in a metric that is a count, where equal values are no accident.
COUNTED = 100


@dataclass(frozen=True)
class Found:
    """One finding.

    :param code: ``thin``, ``swollen``, ``cliff``, ``heap``, ``flapping``, ``correlated``,
        ``never_veto``, ``never_entry``, ``dead_discount``, ``drift`` or ``unbalanced``
    :param ids: of the tiers, indicators, vetoes or entry rules that it speaks of
    :param size: how large it is, as a part (0–1); what grows is told again
    :param values: other numbers that its words tell
    :param changes: ``whatif.Change`` that remove it; kind ``discount`` is of a tier
    """

    code: str
    ids: tuple[int, ...]
    size: float
    values: tuple = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Figures:
    """Everybody's figures by the present rules.

    :param values: frame of metric values by code
    :param score: float array
    :param entry: int array, id of the entry rule, 0 for none
    """

    values: object
    score: np.ndarray
    entry: np.ndarray

    @classmethod
    def of(cls, graded, program):
        """:param graded: what ``pipeline.grade`` made of them"""
        values = graded[[f"metric:{metric.code}" for metric in program.metrics]]
        values = values.rename(columns=lambda name: name.split(":", 1)[1])
        return cls(values, graded["score"].to_numpy(), graded["entry"].to_numpy())

    def places(self, program):
        """The positions that rules ask for; who came in by an entry rule is left out, as -2."""
        nobody = np.full(len(self.score), -1)
        found = ladder.target(program, self.values, self.score, nobody)
        return np.where(self.entry > 0, -2, found)

    def subject(self, code):
        return self.score if code == SCORE else self.values[code].to_numpy()


def by_figures(figures, program):
    """Findings about one grading: ``thin``, ``swollen``, ``cliff`` and ``heap`` with what to try,
    ``correlated``, ``never_veto`` and ``never_entry``.

    :return: list of :class:`Found`
    """
    if (figures.entry == 0).sum() < ENOUGH:
        return []
    found = [_with_try(one, figures, program) for one in _of_tiers(figures, program)]
    return [*found, *_correlated(figures, program), *_never(figures, program)]


# Tiers


def _of_tiers(figures, program):
    at = figures.places(program)
    total = int((at > -2).sum())
    easier = figures.places(_shifted(program, -EDGE))
    for position, tier in enumerate(program.tiers):
        share = float((at == position).sum()) / total
        if not tier.top and len(program.tiers) > 1:
            if share < THIN:
                yield Found("thin", (tier.id,), 1 - share, (share,))
            if share > SWOLLEN:
                yield Found("swollen", (tier.id,), share, (share,))
        below = at == position - 1
        near = below & (easier >= position)
        if position and near.sum() >= max(FEW, CLIFF * below.sum()):
            part = float(near.sum()) / float(below.sum())
            yield Found("cliff", (tier.id,), part, (int(near.sum()), part))
        yield from _heaps(tier, figures, total)


def _shifted(program, part):
    return replace(program, tiers=tuple(shifted(tier, part) for tier in program.tiers))


def _heaps(tier, figures, total):
    for condition in tier.conditions:
        known = figures.subject(condition.metric)
        known = known[~np.isnan(known)]
        if (known == np.rint(known)).all() and len(np.unique(known)) <= COUNTED:
            continue
        there = int((known == condition.value).sum())
        if there >= max(FEW, HEAP * total):
            yield Found("heap", (tier.id,), there / total, (there, condition.value))


def _with_try(found, figures, program):
    """The finding with the nearest threshold that removes it and brings no other one about."""
    others = _keys(_of_tiers(figures, program))
    for change in _candidates(found, figures, program):
        try:
            tried = variant(program, change)
        except ValueError:
            continue
        if not _rises(tried):
            continue
        left = _keys(_of_tiers(figures, tried))
        if left < others and (found.code, found.ids) not in left:
            return replace(found, changes=tuple(change))
    return found


def _keys(found):
    return {(one.code, one.ids) for one in found}


def _rises(program):
    """Whether no tier asks for less than one below it."""
    for lower, upper in combinations(program.tiers, 2):
        if upper.min_score and upper.min_score < lower.min_score:
            return False
        bounds = {(c.metric, c.operator[0]): c.value for c in lower.conditions}
        for condition in upper.conditions:
            bound = bounds.get((condition.metric, condition.operator[0]), condition.value)
            sign = 1 if condition.operator[0] == ">" else -1
            if sign * condition.value < sign * bound:
                return False
    return True


def _candidates(found, figures, program):
    """Lists of changes to try, those with the nearest thresholds first."""
    place = next(n for n, tier in enumerate(program.tiers) if tier.id == found.ids[0])
    # A tier that holds too many loses some to the one above it, or where there is none, below it.
    above = found.code == "swollen" and place + 1 < len(program.tiers)
    tier = program.tiers[place + above]
    if tier.conditions:
        condition = tier.conditions[0]
        now, code = condition.value, condition.metric
    elif tier.min_score:
        now, code = tier.min_score, SCORE
    else:
        return
    known = figures.subject(code)
    known = known[known > 0]
    if not len(known) or now <= 0:
        return
    parts = np.concatenate([np.arange(0.2, 1, 0.02), np.arange(1.02, 4, 0.04)])
    options = np.concatenate([now * parts, np.quantile(known, np.arange(0.02, 1, 0.02))])
    options = sorted({_said(value) for value in options if value > 0}, key=lambda v: abs(v - now))
    for value in options:
        if code == SCORE and not tier.conditions:
            if value <= 100:
                yield [Change("score", value, tier.id), *_kept_score(tier, value)]
        else:
            yield [Change("threshold", value, tier.id, 0), *_kept(tier, value)]


def _said(value):
    """A number as people say it: of two digits."""
    return float(f"{value:.1e}")


def _kept(tier, value):
    """A keep threshold is no harder than what reaches the tier."""
    keep = tier.conditions[0].keep
    if keep is not None and keep > value:
        yield Change("keep", 0.0, tier.id, 0)


def _kept_score(tier, value):
    if tier.keep_score is not None and tier.keep_score > value:
        yield Change("keep_score", 0.0, tier.id)


# Indicators, vetoes and entry rules


def _correlated(figures, program):
    weighed = [indicator for indicator in program.indicators if indicator.weight]
    for one, other in combinations(weighed, 2):
        rho = spearman(figures.subject(one.metric), figures.subject(other.metric))
        if one.metric != other.metric and abs(rho) > SAME:
            lighter = min(one, other, key=lambda indicator: indicator.weight)
            change = Change("weight", 0.0, lighter.id)
            yield Found("correlated", (one.id, other.id), abs(rho), (rho,), (change,))


def spearman(one, other):
    """Rank correlation of two arrays, equal values sharing their mean rank; NaN are left out. 0
    where there are too few, or all are equal."""
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < ENOUGH:
        return 0.0
    ranks = [_ranks(values[known]) for values in (one, other)]
    if any(rank.std() == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _ranks(values):
    _distinct, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place]


def _never(figures, program):
    for veto in program.vetoes:
        if not ladder.holds(veto.condition, figures.values, figures.score).any():
            yield Found("never_veto", (veto.id,), 1.0, (), _biting(veto, figures, program))
    for entry in program.entries:
        if not (figures.entry == entry.id).any():
            yield Found("never_entry", (entry.id,), 1.0)


def _biting(veto, figures, program):
    """The change of a veto that has it stop somebody and brings no finding about, the nearest one;
    none where there is nobody to stop."""
    known = figures.subject(veto.condition.metric)
    known = np.sort(known[~np.isnan(known)])
    if not len(known):
        return ()
    less = veto.condition.operator[0] == "<"
    others = _keys(_of_tiers(figures, program))
    for share in BITING:
        place = min(int(share * len(known)), len(known) - 1)
        value = _beyond(known[place] if less else known[-1 - place], less)
        change = Change("veto", value, veto.id)
        tried = variant(program, [change])
        held = ladder.holds(
            replace(veto.condition, value=value), figures.values, figures.score
        ).any()
        if held and _keys(_of_tiers(figures, tried)) <= others:
            return (change,)
    return ()


def _beyond(value, less):
    """A number of two digits just above a value, or just below it."""
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 1) if value else 1.0
    steps = np.floor(value / step) + 1 if less else np.ceil(value / step) - 1
    return float(f"{steps * step:.6g}")


def covering(figures, amounts, program, allowed):
    """What lets enough of those in who are in no tier, as the lowest one asks for too much.

    :param amounts: what each customer bought
    :param allowed: how much of it may be of customers in no tier
    :return: tuple of ``whatif.Change``, empty where no threshold of the lowest tier does it
    """
    if not program.tiers or not program.tiers[0].requirements:
        return ()
    others = _keys(_of_tiers(figures, program))
    for change in _candidates(Found("thin", (program.tiers[0].id,), 1.0), figures, program):
        try:
            tried = variant(program, change)
        except ValueError:
            continue
        left = amounts[figures.places(tried) == -1].sum()
        if left <= allowed and _rises(tried) and _keys(_of_tiers(figures, tried)) <= others:
            return tuple(change)
    return ()


# A year


def flapping(program, play):
    """Whether too many customers went up and down in a year, and what helps most: a guarantee,
    keep thresholds of nine tenths, or one level at a time; where none is enough, all of them.

    :param play: function ``policy.Program`` → ``whatif.Year``
    :return: :class:`Found` whose values are the number of customers now and with each of the
        three (None for what the programme has already), or None
    """
    now = play(program)
    if now.customers < ENOUGH or now.flapping <= FLAPPING * now.customers:
        return None
    options = list(_remedies(program))
    tried = [play(variant(program, one)).flapping if one else None for one in options]
    known = [(number, one) for number, one in zip(tried, options, strict=True) if one]
    number, changes = min(known, key=lambda pair: pair[0], default=(now.flapping, []))
    if number > FLAPPING * now.customers:
        changes = [change for one in options for change in one]
    size = now.flapping / now.customers
    return Found("flapping", (), size, (now.flapping, *tried), tuple(changes))


def _remedies(program):
    movement = program.movement
    yield [Change("hold_months", GUARANTEE)] if movement.hold_months < GUARANTEE else []
    yield [
        Change("keep", round(condition.value * EASIER, 2), tier.id, place)
        for tier in program.tiers
        for place, condition in enumerate(tier.conditions)
        if condition.operator[0] == ">" and condition.value > 0 and condition.keep is None
    ] + [
        Change("keep_score", round(tier.min_score * EASIER, 2), tier.id)
        for tier in program.tiers
        if tier.min_score and tier.keep_score is None
    ]
    calm = [Change("one_level", True)]
    if movement.review.every == "day":
        calm.append(Change("review", Review("month")))
    yield [] if movement.one_level else calm


# Time


def drift(then, now, program):
    """Whether by the same rules the best tier has come to hold far more, or fewer, of the customers
    than when the rules began, with the nearest threshold that brings it back.

    :param then, now: :class:`Figures` of a day before, and of today
    :return: :class:`Found` whose values are the shares then and now, or None
    """
    best = program.tiers[-1]
    if len(program.tiers) < 2 or best.top or not best.requirements:
        return None
    if min(len(then.score), len(now.score)) < ENOUGH:
        return None
    before, share = _best_share(then, program), _best_share(now, program)
    if not _drifted(before, share, len(now.score)):
        return None
    found = Found("drift", (best.id,), abs(share / before - 1), (before, share))
    known = _keys(_of_tiers(now, program))
    for change in _candidates(found, now, program):
        try:
            tried = variant(program, change)
        except ValueError:
            continue
        back = not _drifted(before, _best_share(now, tried), len(now.score))
        if back and _rises(tried) and _keys(_of_tiers(now, tried)) <= known:
            return replace(found, changes=tuple(change))
    return found


def _best_share(figures, program):
    at = figures.places(program)
    return float((at == len(program.tiers) - 1).sum()) / max(1, int((at > -2).sum()))


def _drifted(before, share, size):
    moved = abs(share - before)
    return before > 0 and moved > DRIFT * before and moved * size >= FEW


# People


def unbalanced(pools):
    """People who look after far more customers than their colleagues of a pool, each in proportion
    to the weight. Pools are apart: whoever has many small customers is compared with nobody who
    has a few large ones.

    :param pools: dict of a pool's ids → list of ``allocation.Member``
    :return: list of :class:`Found`, of each person for the pool where it is worst; values are how
        many customers somebody has, how many would be usual by the median, and the pool's ids
    """
    total = sum(member.load for members in pools.values() for member in members)
    worst = {}
    for key, members in pools.items():
        if len(members) < POOL or total < ENOUGH:
            continue
        median = float(np.median([member.load / member.weight for member in members]))
        for member in members:
            usual = median * member.weight
            over = member.load - usual
            if member.load <= UNBALANCED * usual or over < FEW:
                continue
            values = (member.load, usual, *key)
            found = Found("unbalanced", (member.id,), member.load / total, values)
            worst.setdefault(member.id, []).append((over, found))
    return [max(found, key=lambda pair: pair[0])[1] for _id, found in sorted(worst.items())]


# Money


def dead_discounts(figures, program, discounts, sums, before, after):
    """Discounts that buy nothing: a tier with more of it, no better margin than the one below, and
    no more growth of those who are just in it than of those who just missed it.

    :param figures: as of ``GROWTH_DAYS`` ago
    :param discounts: tier id → percent
    :param sums: ``whatif.Comparison.now``
    :param before, after: what each customer bought in so many days up to then, and since
    :return: iterator of :class:`Found` whose values are discounts, margins and growths, each of
        the lower tier and of this one
    """
    at = figures.places(program)
    easier, harder = (figures.places(_shifted(program, part)) for part in (-NEAR, NEAR))
    for position, (lower, tier) in enumerate(
        zip(program.tiers, program.tiers[1:], strict=False), start=1
    ):
        percents = [discounts.get(one.id, 0.0) for one in (lower, tier)]
        rates = [_rate(sums, one.id) for one in (lower, tier)]
        if percents[1] <= percents[0] or None in rates or rates[1] > rates[0]:
            continue
        missed = (at == position - 1) & (easier >= position)
        inside = (at == position) & (harder < position)
        if min(missed.sum(), inside.sum()) < PAIR:
            continue
        growths = [_growth(before[mask], after[mask]) for mask in (missed, inside)]
        if None in growths or growths[1] > growths[0]:
            continue
        change = Change("discount", percents[0], tier.id)
        size = (percents[1] - percents[0]) / 100
        values = (*percents, *rates, *growths)
        yield Found("dead_discount", (tier.id, lower.id), size, values, (change,))


def _rate(sums, tier_id):
    revenue = sums[tier_id, "revenue"]
    return sums[tier_id, "margin"] / revenue if revenue > 0 else None


def _growth(before, after):
    bought = float(before.sum())
    return float(after.sum()) / bought - 1 if bought > 0 else None
