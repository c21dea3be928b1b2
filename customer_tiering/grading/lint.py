"""What a programme would better be told: rules that contradict, overlap or change nothing.

A finding is advice, not an error: the programme grades all the same. Nothing here needs pandas,
because it is looked at whenever somebody opens a programme.
"""

from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil, floor

import numpy as np

from .points import band_count
from .policy import ALWAYS_KNOWN, COUNTS, SCORE, Bands
from .score import composite, rfm_axes, segment_ids
from .spread import ENOUGH, lopsided, pair_key
from .together import possible

# An indicator known for less than this share of the customers hardly counts.
RARE = 0.05
# Why nobody is ever in a tier.
LOST_TIER = ("no_score", "score", "contradiction", "vetoed", "shadowed")


@dataclass(frozen=True)
class Finding:
    """One piece of advice.

    ============  ==================================  ==========================================
    code          subjects                            values
    ============  ==================================  ==========================================
    letters                                           RFM letters that no indicator stands for
    gap                                               cells without a segment, then the numbers
                                                      of one of them on each axis
    dead          segment, segments that cover it
    apart         segments that need numbers      for each axis that they need them on: axis,
                  no customer has together        lowest and highest number
    outside       segments with a lower bound beyond  axis, number of bands
    bounds        segments with an upper one beyond   axis, number of bands
    no_score      tier
    score         tier                                its minimum score, highest possible score
    contradiction tier                                metric code
    vetoed        tier                                id of a veto that caps everybody
                                                      who reaches it at a lower one
    shadowed      tier, a higher one as easy to reach
    empty         tier                                customers graded
    lopsided      the fullest tier                    customers in it, those who bought at all
    idle          veto that caps at the highest tier
    weightless    indicator
    flat          indicator                           the points that its scale gives everybody
    constant      indicator                           the points that all known customers got
    unknown       indicator                           customers with a value, customers graded
    twins         two indicators with equal rules
    alike         two indicators whose points were
                  equal for everybody
    ============  ==================================  ==========================================
    """

    code: str
    subjects: tuple[int, ...] = ()
    values: tuple = ()


def findings(program, spread=None):
    """Everything worth saying about a programme, in a fixed order.

    :param program: ``policy.Program``
    :param spread: ``spread.Spread`` of its customers at the last grading, where there was one
    :return: list of :class:`Finding`
    """
    found = [*_segments(program), *_tiers(program), *_indicators(program)]
    if spread and spread.customers >= ENOUGH:
        # What follows from the rules is said once, not again as what came of it.
        found += _alike(program, spread, {f.subjects[1] for f in found if f.code == "twins"})
        found += _empty_tiers(program, spread, _about(found, *LOST_TIER))
        found += _idle_indicators(program, spread, _about(found, "flat", "weightless"))
    return found


def _about(found, *codes):
    return {finding.subjects[0] for finding in found if finding.code in codes}


# Segments


def _segments(program):
    if not program.segments:
        return
    scales = {i.role: i.scale for i in program.indicators if i.role and isinstance(i.scale, Bands)}
    missing = tuple(role for role in "rfm" if role not in scales)
    if missing:
        yield Finding("letters", (), missing)
        return
    cells = grid([band_count(scales[role]) for role in "rfm"], program.rfm_mode)
    axes = rfm_axes(*cells, program.rfm_mode)
    # Numbered from 1, whatever the ids are: 0 is no segment.
    numbered = [replace(segment, id=n) for n, segment in enumerate(program.segments, start=1)]
    winners = segment_ids(numbered, *cells, program.rfm_mode)
    gaps = winners == 0
    if gaps.any():
        example = (int(numbers[gaps][-1]) for numbers in axes.values())
        yield Finding("gap", (), (int(gaps.sum()), *example))
    yield from _beyond(program.segments, {axis: int(n.max()) for axis, n in axes.items()})
    used = []
    for segment in numbered:
        inside = segment_ids([segment], *cells, program.rfm_mode) > 0
        covering = np.unique(winners[inside]).tolist()
        if segment.id in covering:
            used.append(program.segments[segment.id - 1])
        elif covering:
            ids = (program.segments[number - 1].id for number in (segment.id, *covering))
            yield Finding("dead", tuple(ids))
    yield from _apart(used, rfm_axes(*possible(program, scales), program.rfm_mode))


def grid(sizes, mode):
    """Band numbers of one customer for each cell that segments tell apart, the worst cell first.

    :param sizes: number of bands of R, F and M
    :return: int array (3 × cells)
    """
    numbers = np.indices(sizes).reshape(3, -1) + 1
    axes = np.stack(list(rfm_axes(*numbers, mode).values()))
    _cells, first = np.unique(axes, axis=1, return_index=True)
    return numbers[:, first]


def _apart(segments, axes):
    """Segments that nobody is in, for no customer has all the numbers that they ask for.

    :param axes: dict of axis → its numbers in each combination that can occur
    """
    reasons = {}
    for segment in segments:
        inside = {}
        for axis, numbers in axes.items():
            low, high = getattr(segment, axis)
            inside[axis] = (numbers >= low) & (numbers <= high)
        if not np.logical_and.reduce(list(inside.values())).any():
            reasons.setdefault(_needed(segment, inside), []).append(segment.id)
    for needed, ids in reasons.items():
        yield Finding("apart", tuple(ids), needed)


def _needed(segment, inside):
    """The fewest axes on which a segment asks for numbers that do not occur together."""
    for count in range(1, len(inside) + 1):
        for axes in combinations(inside, count):
            if not np.logical_and.reduce([inside[axis] for axis in axes]).any():
                return tuple((axis, *getattr(segment, axis)) for axis in axes)
    return ()


def _beyond(segments, sizes):
    """Bounds that count more bands than there are."""
    left = list(segments)
    for axis, size in sizes.items():
        outside = [s for s in left if getattr(s, axis)[0] > size]
        if outside:
            yield Finding("outside", tuple(s.id for s in outside), (axis, size))
        left = [s for s in left if s not in outside]
    for axis, size in sizes.items():
        if wide := tuple(s.id for s in left if getattr(s, axis)[1] > size):
            yield Finding("bounds", wide, (axis, size))


# Tiers


@dataclass(frozen=True)
class _Test:
    """One requirement: the key's value is at least (or, strictly, above) a bound. For upper
    bounds both are negated, so that the higher bound is always the harder one."""

    key: str
    sign: str
    bound: float
    strict: bool

    def implies(self, other):
        if (self.key, self.sign) != (other.key, other.sign):
            return False
        return (self.bound, self.strict) >= (other.bound, other.strict)


def _test(condition):
    above = condition.operator[0] == ">"
    bound = condition.value if above else -condition.value
    return _Test(condition.metric, condition.operator[0], bound, "=" not in condition.operator)


def _tests(tier):
    tests = [_test(condition) for condition in tier.conditions]
    if tier.min_score > 0:
        tests.append(_Test(SCORE, ">", tier.min_score, False))
    if tier.top:
        # Where it begins is measured again and again, so only another share compares with it.
        tests.append(_Test(f"best by {tier.top.metric}", ">", tier.top.value, False))
    return tests


def highest_score(program):
    """A score that nobody can exceed, NaN where nobody can have one.

    Indicators without a value are left out of a score, so the poor ones among those that may
    lack one do not pull it down.
    """
    weighted = [i for i in program.indicators if i.weight > 0]
    if not weighted:
        return float("nan")
    known = {m.code for m in program.metrics if m.measure in ALWAYS_KNOWN}
    always = np.array([i.metric in known for i in weighted])
    most = np.array([_most(i.scale) for i in weighted])
    # The best mean is that of what is always known and of all others from some points on.
    floors = np.append(most[~always], np.inf)[:, np.newaxis]
    points = np.where(always | (most >= floors), most, np.nan)
    return float(np.fmax.reduce(composite(points, [i.weight for i in weighted])[0]))


def _most(scale):
    return max(scale.points) if isinstance(scale, Bands) else 100.0


def _tiers(program):
    highest = highest_score(program)
    whole = {metric.code for metric in program.metrics if metric.measure in COUNTS}
    lost = {
        tier.id: finding
        for tier in program.tiers
        if (finding := _out_of_reach(tier, highest, whole))
    }
    order = [tier.id for tier in program.tiers]
    caps = [order.index(veto.tier_id) for veto in program.vetoes]
    for position, tier in enumerate(program.tiers):
        # Whoever is capped comes to a tier without reaching it.
        if tier.id not in lost and position not in caps:
            below = (v for v, cap in zip(program.vetoes, caps, strict=True) if cap < position)
            if veto := next((v for v in below if _is_met_by_all(v, tier)), None):
                lost[tier.id] = Finding("vetoed", (tier.id,), (veto.id,))
    reachable = [tier for tier in program.tiers if tier.id not in lost]
    for position, tier in enumerate(reachable):
        upper = next((u for u in reachable[position + 1 :] if _as_easy(tier, u)), None)
        # Whoever is capped in between comes down to this one.
        if upper and not any(order.index(tier.id) <= cap < order.index(upper.id) for cap in caps):
            lost[tier.id] = Finding("shadowed", (tier.id, upper.id))
    idle = [Finding("idle", (v.id,)) for v in program.vetoes if v.tier_id == order[-1]]
    return [lost[tier.id] for tier in program.tiers if tier.id in lost] + idle


def _out_of_reach(tier, highest, whole):
    """Why nobody can reach a tier, or None.

    :param whole: codes of the metrics that are whole numbers
    """
    tests = _tests(tier)
    missed = None
    if tier.min_score > 0 and not tier.min_score <= highest:
        missed = Finding("score", (tier.id,), (tier.min_score, highest))
        if np.isnan(highest):
            missed = Finding("no_score", (tier.id,))
    if tier.match_any:
        # Conditions contradict each other only where all of them must hold.
        return missed if len(tests) == 1 else None
    return missed or _contradiction(tier, tests, whole)


def _contradiction(tier, tests, whole):
    for low in (test for test in tests if test.sign == ">"):
        for high in (test for test in tests if test.sign == "<" and test.key == low.key):
            room = -high.bound - low.bound
            nothing = room < 0 or room == 0 and (low.strict or high.strict)
            if low.key in whole:
                least = floor(low.bound) + 1 if low.strict else ceil(low.bound)
                most = ceil(-high.bound) - 1 if high.strict else floor(-high.bound)
                nothing = least > most
            if nothing:
                return Finding("contradiction", (tier.id,), (low.key,))
    return None


def _as_easy(tier, upper):
    """Whether everybody who reaches a tier reaches the upper one too."""
    wanted = _tests(upper)
    if not wanted:
        return True
    enough = any if upper.match_any else all
    return all(
        enough(any(test.implies(w) for test in case) for w in wanted) for case in _cases(tier)
    )


def _is_met_by_all(veto, tier):
    """Whether everybody who reaches a tier meets the condition of a veto."""
    wanted = _test(veto.condition)
    return all(any(test.implies(wanted) for test in case) for case in _cases(tier))


def _cases(tier):
    """What may be known of someone in a tier: all of its tests hold, or each alone may."""
    tests = _tests(tier)
    return [[test] for test in tests] if tier.match_any and tests else [tests]


def _empty_tiers(program, spread, lost):
    for tier in program.tiers:
        if spread.tiers.get(tier.id) == 0 and tier.id not in lost:
            yield Finding("empty", (tier.id,), (spread.customers,))
    counts = [spread.buyers.get(tier.id) for tier in program.tiers]
    # Of a tier that is newer than the grading nothing is known.
    if None not in counts and lopsided(counts):
        fullest = program.tiers[counts.index(max(counts))]
        yield Finding("lopsided", (fullest.id,), (max(counts), sum(counts)))


# Indicators


def _indicators(program):
    first = {}
    for indicator in program.indicators:
        if not indicator.weight and not indicator.role:
            yield Finding("weightless", (indicator.id,))
        scale = indicator.scale
        if isinstance(scale, Bands) and len(set(scale.points)) == 1:
            yield Finding("flat", (indicator.id,), scale.points[:1])
        other = first.setdefault((indicator.metric, scale), indicator)
        if other is not indicator:
            yield Finding("twins", (other.id, indicator.id))


def _idle_indicators(program, spread, told):
    for indicator in program.indicators:
        known, low, high = spread.points.get(indicator.id, (None, None, None))
        if known is None or indicator.id in told:
            continue
        if known < RARE * spread.customers:
            yield Finding("unknown", (indicator.id,), (known, spread.customers))
        elif low == high:
            yield Finding("constant", (indicator.id,), (low,))


def _alike(program, spread, repeated):
    varied = {id_ for id_, (_known, low, high) in spread.points.items() if low != high}
    ids = [i.id for i in program.indicators if i.id in varied]
    for one, other in combinations(ids, 2):
        if not repeated & {one, other} and spread.differing.get(pair_key(one, other)) == 0:
            repeated = repeated | {other}
            yield Finding("alike", (one, other))
