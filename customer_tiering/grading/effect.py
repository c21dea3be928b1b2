"""What reminders cause: the difference between customers who were reminded and others, drawn by
chance, who were held back. Closed forms, without scipy.

Everything takes counts or sums of both groups, as numbers or arrays of the same shape. Rates and
differences are shares (0–1), treated minus control.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
# Of the 5 % of reports that may be wrong, half a percent for all looks before the planned number is
# there, four for the one look at it; what is left is for rounding in small groups.
EARLY, FINAL = 0.995, 0.96
POWER = 0.8
# Groups that differ from what was drawn this improbably are no accident.
MISMATCH = 0.001
# Revenue of a case above this quantile counts as this quantile: one large order decides nothing.
WINSOR = 0.99
# How far orders of one group differ in size is not known from a few of them: its typical size is
# drawn towards that of both groups by so many orders.
DRAWN = 30
# An effect below this is not worth the trouble, in points of the order rate.
WORTH = 0.02
# Order rates that are planned with: below and above, a plan would ask for next to nothing.
BASES = (0.05, 0.9)


def _z(confidence):
    """Two-sided quantile of the normal distribution."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(successes, cases, confidence=CONFIDENCE):
    """Interval of one rate (Wilson 1927, score interval), arrays (low, high); (0, 1) of no cases.

    ``(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)``
    """
    successes, cases = np.asarray(successes, float), np.asarray(cases, float)
    size = np.maximum(cases, 1)
    share, square = successes / size, _z(confidence) ** 2
    middle = share + square / (2 * size)
    reach = np.sqrt(square * (share * (1 - share) / size + square / (4 * size**2)))
    whole = 1 + square / size
    known = cases > 0
    return (
        np.where(known, np.maximum((middle - reach) / whole, 0), 0.0),
        np.where(known, np.minimum((middle + reach) / whole, 1), 1.0),
    )


def newcombe(treated, cases, control, control_cases, confidence=CONFIDENCE):
    """Interval of a difference of rates (Newcombe 1998, method 10: squared distances of the Wilson
    limits, added), arrays (difference, low, high)."""
    rate, other = _rate(treated, cases), _rate(control, control_cases)
    low, high = wilson(treated, cases, confidence)
    other_low, other_high = wilson(control, control_cases, confidence)
    difference = rate - other
    return (
        difference,
        difference - np.sqrt((rate - low) ** 2 + (other_high - other) ** 2),
        difference + np.sqrt((high - rate) ** 2 + (other - other_low) ** 2),
    )


def always_valid(treated, cases, control, control_cases, planned, confidence=CONFIDENCE):
    """Interval of a difference of rates that may be looked at as often as one likes, arrays
    (difference, low, high): over all looks together it misses the truth with 1 − confidence.

    Normal mixture (Robbins 1970; Johari et al. 2022) with the variance ``V`` of the difference:
    ``± √((V² + Vτ)/τ · ln((V + τ)/(V α²)))``. The mixture's ``τ`` makes it narrowest at the
    planned number, where ``τ/V ≈ −2 ln α + ln(1 − 2 ln α)``. Rates are drawn towards one half by
    two cases, half of which ordered, so that a group without orders has a variance too.

    :param planned: number of cases in both groups together that is planned, in the same shares
    """
    difference = _rate(treated, cases) - _rate(control, control_cases)
    variance = _variance(treated, cases) + _variance(control, control_cases)
    total = np.asarray(cases, float) + np.asarray(control_cases, float)
    reach = _mixture(variance, total, planned, confidence)
    enough = (np.asarray(cases) > 0) & (np.asarray(control_cases) > 0)
    reach = np.where(enough, reach, np.inf)
    return difference, *_possible(difference, reach)


def _possible(difference, reach):
    """Bounds of a difference of rates, which is between −1 and 1 whatever was seen: of ten cases
    that differ wholly, the reach must not end where the difference does."""
    return np.maximum(difference - reach, -1.0), np.minimum(difference + reach, 1.0)


def _mixture(variance, total, planned, confidence):
    """Half the width of :func:`always_valid`."""
    alpha = 1 - confidence
    at_planned = variance * np.maximum(total, 1) / np.maximum(planned, 1)
    tau = at_planned * (-2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha)))
    return np.sqrt(
        (variance**2 + variance * tau) / tau * np.log((variance + tau) / (variance * alpha**2))
    )


def interval(treated, cases, control, control_cases, planned):
    """The interval to show: always valid until the planned number is there, Newcombe's then. Both
    together miss the truth in 5 % of all cases, however often one looks; of more than the planned
    number, the first ones are to be given, or the last look would be many.

    :return: arrays (difference, low, high, final)
    """
    groups = (treated, cases, control, control_cases)
    final = np.asarray(cases) + np.asarray(control_cases) >= planned
    early, late = always_valid(*groups, planned, EARLY), newcombe(*groups, FINAL)
    return (*(np.where(final, b, a) for a, b in zip(early, late, strict=True)), final)


def of_strata(treated, cases, control, control_cases, planned, tuned=None):
    """The interval to show of cases that were drawn with different shares, such as those of several
    rules or half-years: each stratum is compared with itself (Mantel & Haenszel's weights
    ``n₁n₀/(n₁+n₀)``), or a rule with many orders that holds few back would look like an effect.

    :param treated, cases, control, control_cases: arrays, a stratum each
    :param tuned: number of cases at which it is narrowest before the end; ``planned`` by default
    :return: (difference, low, high, final) as numbers; (0, −1, 1, False) where no stratum has both
        groups
    """
    tuned = min(planned if tuned is None else tuned, 1e9)
    groups = np.array([treated, cases, control, control_cases], dtype=float).reshape(4, -1)
    groups = groups[:, (groups[1] > 0) & (groups[3] > 0)]
    if not groups.shape[1]:
        return 0.0, -1.0, 1.0, False
    difference, variance, total = _stratified(groups)
    final = bool(total >= planned)
    if final and groups.shape[1] == 1:
        return (*map(float, newcombe(*groups[:, 0], FINAL)), True)
    early = _mixture(variance, total, tuned, EARLY)
    reach = float(_z(FINAL) * np.sqrt(variance) if final else early)
    return difference, *map(float, _possible(difference, reach)), final


def _stratified(groups):
    """
    :param groups: array of four rows: ordered and cases of those reminded, then of those held back
    :return: difference of the rates, its variance, number of cases
    """
    treated, cases, control, control_cases = groups
    weights = cases * control_cases / (cases + control_cases)
    weights = weights / weights.sum()
    difference = float(weights @ (_rate(treated, cases) - _rate(control, control_cases)))
    parts = _variance(treated, cases) + _variance(control, control_cases)
    return difference, float(weights**2 @ parts), float(cases.sum() + control_cases.sum())


def of_means(treated, control, planned, counted, final):
    """The interval of what is bought more, as :func:`of_strata` for amounts: of one stratum with
    all planned cases Welch's, else always valid.

    :param treated, control: lists of :class:`Mean`, a stratum each
    :param counted: number of cases
    :param final: whether all that were planned are there; None where no number is planned
    :return: (difference, low, high); (0, −inf, inf) where no stratum has two cases in each group,
        or nobody bought anything
    """
    pairs = [
        (one, other)
        for one, other in zip(treated, control, strict=True)
        if min(one.size, other.size) > 1
    ]
    if not pairs:
        return 0.0, -np.inf, np.inf
    weights = np.array([a.size * b.size / (a.size + b.size) for a, b in pairs])
    weights = weights / weights.sum()
    difference = float(weights @ np.array([a.mean - b.mean for a, b in pairs]))
    # A variance for each stratum and group, and the degrees of freedom it has.
    parts = np.array([[group.variance / group.size for group in pair] for pair in pairs])
    parts = parts * (weights**2)[:, None]
    variance = float(parts.sum())
    if not variance:
        return 0.0, -np.inf, np.inf
    if final:
        freedom = np.array([[group.size - 1 for group in pair] for pair in pairs])
        reach = _student(FINAL, variance**2 / float((parts**2 / freedom).sum())) * variance**0.5
    else:
        early = CONFIDENCE if final is None else EARLY
        reach = float(_mixture(variance, counted, min(planned, 1e9), early))
    return difference, difference - reach, difference + reach


@dataclass(frozen=True)
class Comparison:
    """What is known of cases that were reminded and held back by chance: counts of both groups, and
    shares (0–1) and amounts with their bounds."""

    cases: int = 0
    ordered: int = 0
    control: int = 0
    control_ordered: int = 0
    difference: float = 0.0
    low: float = -1.0
    high: float = 1.0
    amount: float = 0.0
    amount_low: float = -np.inf
    amount_high: float = np.inf
    # Number of cases for an answer, and whether they are there.
    planned: float = np.inf
    final: bool = False
    # Those after the planned ones, which change nothing of the answer.
    later: int = 0
    visible: float = 1.0

    @property
    def counted(self):
        return self.cases + self.control

    @property
    def rate(self):
        return self.ordered / self.cases if self.cases else 0.0

    @property
    def control_rate(self):
        return self.control_ordered / self.control if self.control else 0.0


def enough(held, ordered, wanted):
    """After how many of some cases, the oldest first, an answer is there: the first number that is
    not below what its own cases ask for (their order rate, both groups together so that the plan
    does not look at the effect, and the share held back). What comes later does not move it.

    :param held, ordered: bool arrays
    :param wanted: effect that the answer is planned for, 0–1
    :return: (how many there are, or None; how many are planned by what is known)
    """
    held, ordered = np.asarray(held, float), np.asarray(ordered, float)
    numbers = np.arange(1, len(held) + 1)
    base = np.clip(np.cumsum(ordered) / numbers, *BASES)
    planned = cases_needed(base, wanted, np.cumsum(held) / numbers)
    there = numbers >= planned
    if there.any():
        number = int(numbers[there.argmax()])
        return number, float(number)
    return None, float(planned[-1]) if len(planned) else np.inf


def compare(strata, held, ordered, amounts, wanted, once=True):
    """What some cases say, the oldest first.

    With ``once`` the first that are enough are one answer that stays, see :func:`enough` and
    :func:`interval`. Without, as for several rules together that begin and end at different times,
    all cases count for ever, and the interval is the one that may always be looked at.

    :param strata: array of labels; each is compared with itself
    :param held: bool array, whether the customer was held back
    :param ordered: bool array
    :param amounts: array of what was bought
    :param wanted: effect that the answer is planned for, 0–1
    :return: :class:`Comparison`
    """
    strata, held = np.asarray(strata), np.asarray(held, bool)
    ordered, amounts = np.asarray(ordered, bool), np.asarray(amounts, float)
    number, planned = enough(held, ordered, wanted)
    first = slice(number if once else None)
    later = len(held) - number if once and number else 0
    strata, held, ordered, amounts = strata[first], held[first], ordered[first], amounts[first]
    _labels, which = np.unique(strata, return_inverse=True)
    size = int(which.max()) + 1 if len(which) else 0
    counts = [
        np.bincount(which[some], minlength=size)
        for some in (~held & ordered, ~held, held & ordered, held)
    ]
    final = bool(number) if once else None
    difference, low, high = _of_counts(counts, planned, final)
    money = _of_amounts(which, size, held, amounts, planned, final)
    treated, cases, control_ordered, control = (int(column.sum()) for column in counts)
    seen = 1.0
    if not final and cases and control:
        base = float(np.clip((treated + control_ordered) / (cases + control), *BASES))
        seen = visible(base, control / (cases + control), cases + control)
    return Comparison(
        *(cases, treated, control, control_ordered),
        *(difference, low, high),
        *money,
        *(planned, bool(final), later, seen),
    )


def _of_counts(counts, planned, final):
    """Bounds of the difference of the order rates; ``final`` as in :func:`of_means`."""
    if final is None:
        groups = np.array(counts, dtype=float)
        groups = groups[:, (groups[1] > 0) & (groups[3] > 0)]
        if not groups.shape[1]:
            return 0.0, -1.0, 1.0
        difference, variance, total = _stratified(groups)
        reach = float(_mixture(variance, total, min(planned, 1e9), CONFIDENCE))
        return difference, *map(float, _possible(difference, reach))
    difference, low, high, _final = of_strata(*counts, 0 if final else np.inf, planned)
    return difference, low, high


def _of_amounts(which, size, held, amounts, planned, final):
    """Bounds of the difference of the mean amounts, see :func:`of_means`."""
    cut = np.minimum(amounts, np.quantile(amounts, WINSOR)) if amounts.size else amounts
    pairs = [
        alike(cut[~held & (which == stratum)], cut[held & (which == stratum)])
        for stratum in range(size)
    ]
    return of_means(*(zip(*pairs, strict=True) if pairs else ((), ())), planned, len(held), final)


def _rate(successes, cases):
    return np.asarray(successes, float) / np.maximum(np.asarray(cases, float), 1)


def _variance(successes, cases):
    size = np.maximum(np.asarray(cases, float), 1)
    share = (np.asarray(successes, float) + 1) / (size + 2)
    return share * (1 - share) / size


def mismatch(cases, control_cases, share):
    """Probability of groups at least so far from the share that was drawn, by χ² with one degree of
    freedom; below :data:`MISMATCH` something assigns cases other than by chance.

    :param share: of the control group, 0–1
    """
    cases, control_cases = np.asarray(cases, float), np.asarray(control_cases, float)
    total, share = cases + control_cases, np.asarray(share, float)
    spread = np.sqrt(np.maximum(total * share * (1 - share), 1e-12))
    distance = np.abs(control_cases - total * share) / spread
    return np.vectorize(lambda z: 2 * NormalDist().cdf(-z))(distance)


@dataclass(frozen=True)
class Mean:
    """Mean of one group: number of cases, mean and variance of one case."""

    size: int
    mean: float
    variance: float

    @classmethod
    def of(cls, amounts):
        amounts = np.asarray(amounts, float)
        size = len(amounts)
        return cls(
            size,
            float(amounts.mean()) if size else 0.0,
            float(amounts.var(ddof=1)) if size > 1 else 0.0,
        )


def alike(treated, control):
    """Means of the amounts of two groups, most of which are nothing, with variances that each
    group borrows from the other.

    Few held back whose orders are by chance small have a small variance as well, so that an
    interval by the groups' own variances is too narrow just when the difference is large (of 100
    years with a look each week and no effect, 6 to 40 said “more”). Therefore the share that buys
    is drawn towards one half by two cases as in :func:`always_valid`, ``p = (k + 1)/(n + 2)``; the
    typical size of a purchase ``m`` is the group's own, drawn towards that of both by
    :data:`DRAWN`; and how much sizes vary around it, ``w = Σ (x/m)² / Σ k``, is taken from both:

    ``variance = p w m² − (p m)²``

    :param treated, control: arrays of amounts, 0 where nothing was bought
    :return: two :class:`Mean`, of variance 0 where nobody bought
    """
    groups = [np.asarray(group, float) for group in (treated, control)]
    sizes = [group[group != 0] for group in groups]
    counts = [len(some) for some in sizes]
    together = np.concatenate(sizes)
    middle = together.mean() if together.size else 0.0
    typical = [(some.sum() + DRAWN * middle) / (len(some) + DRAWN) for some in sizes]
    if min(typical) <= 0:
        # Nothing bought, or more given back than bought.
        return tuple(map(Mean.of, groups))
    spread = sum(((some / own) ** 2).sum() for some, own in zip(sizes, typical, strict=True))
    spread = spread / sum(counts)
    means = []
    for group, count, own in zip(groups, counts, typical, strict=True):
        share = (count + 1) / (len(group) + 2)
        variance = share * spread * own**2 - (share * own) ** 2
        means.append(Mean(len(group), float(group.mean()) if len(group) else 0.0, float(variance)))
    return tuple(means)


def winsorised(treated, control, quantile=WINSOR):
    """Amounts of the cases of both groups, cut at one quantile of all of them together.

    :return: (treated, control) as arrays
    """
    treated, control = np.asarray(treated, float), np.asarray(control, float)
    together = np.concatenate([treated, control])
    if not together.size:
        return treated, control
    cut = np.quantile(together, quantile)
    return np.minimum(treated, cut), np.minimum(control, cut)


def welch(treated, control, confidence=CONFIDENCE):
    """Interval of a difference of means of groups with variances of their own (Welch 1947).

    :param treated, control: :class:`Mean`
    :return: (difference, low, high); infinite where a group has fewer than two cases
    """
    difference = treated.mean - control.mean
    if min(treated.size, control.size) < 2:
        return difference, -np.inf, np.inf
    parts = [group.variance / group.size for group in (treated, control)]
    variance = sum(parts)
    if not variance:
        return difference, difference, difference
    freedom = variance**2 / sum(
        part**2 / (group.size - 1) for part, group in zip(parts, (treated, control), strict=True)
    )
    reach = _student(confidence, freedom) * np.sqrt(variance)
    return difference, difference - reach, difference + reach


def _student(confidence, freedom):
    """Two-sided quantile of Student's t by its expansion (Abramowitz & Stegun 26.7.5), to three
    digits from 3 degrees of freedom."""
    z = _z(confidence)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def cases_needed(base, effect, share, confidence=CONFIDENCE, power=POWER):
    """How many cases it takes, both groups together, to see an effect.

    ``n = (z_α √(p̄q̄ (1/s + 1/(1−s))) + z_β √(p₀q₀/s + p₁q₁/(1−s)))² / d²`` (Fleiss 1981)

    :param base: order rate without a reminder, 0–1
    :param effect: by how much it is higher with one, 0–1
    :param share: of the control group, 0–1
    :return: float array, infinite without a control group or an effect
    """
    base, effect, share = (np.asarray(value, float) for value in (base, effect, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        higher = np.clip(base + effect, 0, 1)
        pooled = share * base + (1 - share) * higher
        alike = _z(confidence) * np.sqrt(pooled * (1 - pooled) * (1 / share + 1 / (1 - share)))
        apart = NormalDist().inv_cdf(power) * np.sqrt(
            base * (1 - base) / share + higher * (1 - higher) / (1 - share)
        )
        needed = np.ceil(((alike + apart) / (higher - base)) ** 2)
    return np.where((share > 0) & (share < 1) & (higher > base), needed, np.inf)


def months_needed(base, effect, share, cases_a_month):
    """How long an answer takes, in months; infinite without cases or a control group."""
    with np.errstate(divide="ignore"):
        volume = np.asarray(cases_a_month, float)
        return np.where(volume > 0, cases_needed(base, effect, share) / volume, np.inf)


def visible(base, share, cases):
    """The smallest effect that so many cases would show, as a share; 1 where none would."""
    low, high = 0.0, 1.0 - float(base)
    if not cases_needed(base, high, share) <= cases:
        return 1.0
    for _step in range(30):
        middle = (low + high) / 2
        if cases_needed(base, middle, share) <= cases:
            high = middle
        else:
            low = middle
    return high


def break_even(base, margin, coupon):
    """The order rate at which a coupon pays: what is earned less must come back by more orders.

    ``p · m / (m − c)``

    :param base: order rate without it, 0–1
    :param margin, coupon: shares of the price, 0–1
    :return: float array, infinite where the coupon takes all of the margin
    """
    base, margin, coupon = (np.asarray(value, float) for value in (base, margin, coupon))
    left = margin - coupon
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(left > 0, base * margin / left, np.inf)


def verdict(low, high):
    """What an interval says, as arrays of words: ``more`` (reminded customers order more often),
    ``less``, ``none`` (an effect worth the trouble is excluded) or ``unknown``.
    """
    low, high = np.broadcast_arrays(low, high)
    return np.select(
        [low > 0, high < 0, high < WORTH],
        ["more", "less", "none"],
        "unknown",
    )


def per_hundred(treated, cases, control, control_cases):
    """Of 100 reminders: orders that came because of them, and that would have come anyway.

    :return: arrays of whole numbers (caused, anyway)
    """
    rate, other = _rate(treated, cases), _rate(control, control_cases)
    return np.rint(100 * (rate - other)), np.rint(100 * other)
