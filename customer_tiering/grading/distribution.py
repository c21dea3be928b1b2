"""How a metric's values are distributed, and the bands or the line that could be laid over them.

Everything here is a proposal for a person to look at; grading uses what was frozen.
"""

from dataclasses import dataclass

import numpy as np

from .points import quantile_cuts

# More than so many times the median at the 95th percentile, and a linear axis shows one tall bar.
LONG_TAIL = 5
# The factor between the ends of an axis beyond which there is nothing to read on it.
LONGEST = 1e6
STEPS = np.array([1.0, 2.0, 5.0, 10.0])


@dataclass(frozen=True)
class Histogram:
    """Numbers of customers per bin; all bins are drawn equally wide.

    :param edges: n + 1 rising floats, or none where no value is known. Bin i holds the values in
        ``[edges[i], edges[i + 1])``, the last one its upper edge as well.
    :param counts: n integers; they add up to the number of known values
    :param unknown: number of values that are NaN
    :param below, above: whether the first or the last bin gathers what lies beyond the axis
    :param log: whether the bins grow by a constant factor
    """

    edges: np.ndarray
    counts: np.ndarray
    unknown: int
    below: bool = False
    above: bool = False
    log: bool = False

    def position(self, value):
        """Where a value lies on the axis, from 0 (left) to 1; beyond the axis, on its end."""
        size = len(self.counts)
        return float(np.interp(value, self.edges, np.arange(size + 1) / size))

    def value(self, position):
        """The value at a position from 0 to 1."""
        size = len(self.counts)
        return float(np.interp(position, np.arange(size + 1) / size, self.edges))

    def levels(self, count=4):
        """Up to so many round steps above 0 that take in the fullest bin."""
        step = max(_step_above(max(int(self.counts.max()), 1) / count), 1.0)
        return [int(step * n) for n in range(int(np.ceil(self.counts.max() / step)) + 1)]

    def ticks(self, count=6):
        """About so many round values on the axis proper, without the gathering bins."""
        low, high = self.edges[int(self.below)], self.edges[-1 - int(self.above)]
        if self.log:
            powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
            few, some = powers, np.outer(powers, [1.0, 3.0]).ravel()
            for ticks in (np.outer(powers, STEPS[:3]).ravel(), some, few, few[::2], few[::3]):
                ticks = ticks[(ticks >= low) & (ticks <= high)]
                if len(ticks) <= count + 1:
                    break
        else:
            step = _step_above((high - low) / count)
            if _whole(self.edges):
                step = max(step, 1.0)
            first, last = np.ceil(low / step), np.floor(high / step)
            ticks = np.arange(first, last + 1) * step
        # Multiples of 0.1 are not quite what they say.
        return [float(f"{tick:.12g}") for tick in ticks]


def histogram(values, include=()):
    """Bins for a picture of some values.

    Their number follows the Rice rule, ``2·∛n``, within 20 and 40. Their width is 1, 2 or
    5·10^k, at least 1 among whole numbers. The axis ends at the 1st and 99th percentile where
    the rest would stretch it by a quarter; an outermost bin then gathers what lies beyond. Where
    the 95th percentile of the positive values is above five times their median, bins grow by a
    constant factor instead and the first one gathers what is not positive.

    :param values: floats in any order, NaN where unknown
    :param include: values (cuts) that the axis should reach, as long as they do not more than
        double it (ten times on an axis that grows by a factor)
    :return: ``Histogram``
    """
    values = np.asarray(values, dtype=float)
    known = np.sort(values[~np.isnan(values)])
    unknown = len(values) - len(known)
    if not len(known):
        return Histogram(np.array([]), np.array([], dtype=int), unknown)
    log = _long_tailed(known)
    data = known[known > 0] if log else known
    bins = int(np.clip(np.ceil(2 * np.cbrt(len(known))), 20, 40))
    low, high = _ends(data)
    low = max(low, high / LONGEST) if log else low
    low, high = _reach(low, high, include, log)
    edges = (_log_edges if log else _linear_edges)(low, high, bins, _whole(known))
    below, above = bool(known[0] < edges[0]), bool(known[-1] > edges[-1])
    edges = np.concatenate([known[:1][: int(below)], edges, known[-1:][: int(above)]])
    index = np.searchsorted(edges[1:-1], known, side="right")
    counts = np.bincount(index, minlength=len(edges) - 1)
    return Histogram(edges, counts, unknown, below, above, log)


def _whole(values):
    return bool((values == np.rint(values)).all())


def _long_tailed(known):
    positive = known[known > 0]
    if 2 * len(positive) < len(known):
        return False
    median, high = np.quantile(positive, [0.5, 0.95])
    return bool(high > LONG_TAIL * median)


def _ends(data):
    """The percentiles at which the axis ends, or the extremes where those are near."""
    low, high = np.quantile(data, [0.01, 0.99])
    slack = (high - low) / 4
    return (
        data[0] if low - data[0] <= slack else low,
        data[-1] if data[-1] - high <= slack else high,
    )


def _reach(low, high, include, log):
    if log:
        include = [value for value in include if low / 10 <= value <= high * 10]
    else:
        span = high - low or abs(low)
        include = [value for value in include if low - span <= value <= high + span]
    return min([low, *include]), max([high, *include])


def _linear_edges(low, high, bins, whole):
    width = _step_above((high - low) / bins or abs(low) / bins or 1.0)
    # Bins finer than the numbers themselves would have edges that coincide.
    width = max(width, 1.0 if whole else 0.0, 8 * np.spacing(max(abs(low), abs(high))))
    start, stop = np.floor(low / width), np.floor(high / width) + 1
    return np.unique(np.arange(start, stop + 1) * width)


def _log_edges(low, high, bins, whole):
    per_decade = max(1, min(int(bins / np.log10(high / low)) if high > low else 1, 20))
    start, stop = np.floor(np.log10([low, high])) * per_decade
    exponents = np.arange(start, stop + per_decade + 2) / per_decade
    # Two significant digits tell 20 bins of a decade apart, and are readable.
    edges = [float(f"{edge:.1e}") for edge in 10.0**exponents]
    edges = np.unique(np.rint(edges) if whole else edges)
    first, last = np.searchsorted(edges, [low, high], side="right")
    return edges[max(first - 1, 0) : last + 1]


def _step_above(number):
    """The smallest of 1, 2, 5·10^k that is not below a positive number."""
    power = 10.0 ** np.floor(np.log10(number))
    steps = STEPS * power
    return float(steps[min(np.searchsorted(steps, number), 3)])


def proposal(values, count, method, direction="high", idle=None, digits=2):
    """Cuts between ``count`` bands, proposed from the values of those who bought.

    * ``quantile``: equally filled, see :func:`points.quantile_cuts`;
    * ``round``: the same, each cut moved to the roundest number that is nearer to it than to its
      neighbours: 1, 2 or 5·10^k, else one significant digit, else two, else as it is;
    * ``width``: ``low + i·(high − low)/count`` for i = 1 … count − 1, with the 5th and the 95th
      percentile as low and high, so that a giant does not take the whole scale.

    They are meant for :func:`points.numbered`. Where many values are equal, cuts are, too: equal
    values are never split, who is exactly on a cut belongs to the better side of it (where less
    is better that takes a cut just above), and the bands between are empty. The worst value is
    always in band 1 and the best in band ``count``. Among whole numbers cuts are whole.

    :param values: floats in any order, NaN where unknown
    :param direction: ``high`` where more is better, ``low`` where less is
    :param idle: value of who did not buy, such as 0 orders; those, and who is below, move no cut
        and stay in the lowest band. None where such values count like all others
    :param digits: decimals of a cut
    :return: rising list of ``count - 1`` floats c with worst < c ≤ best (with ``low``,
        best < c ≤ worst); empty where values do not differ by what a cut can show
    :raise ValueError: for another method
    """
    known = np.asarray(values, dtype=float)
    known = np.sort(known[~np.isnan(known) if idle is None else known > idle])
    if method in ("quantile", "round"):
        cuts = quantile_cuts(known, count)
    elif method == "width":
        low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (0.0, 0.0)
        cuts = low + np.arange(1, count) * (high - low) / count
    else:
        raise ValueError(f"Unknown method {method!r}")
    room = _room(np.unique(known), digits)
    if not room:
        return []
    cuts = np.clip(_on_better_side(np.asarray(cuts), known, direction, digits), *room)
    cuts = [round(cut, digits) for cut in cuts.tolist()]
    if method == "round":
        distinct = sorted(set(cuts))
        rounder = _roundest(distinct, known[0], known[-1], digits)
        cuts = [rounder[distinct.index(cut)] for cut in cuts]
    return cuts


# Of what all customers bring, the best bring so much (A), and with those after them so much (B).
ABC_SHARES = (0.8, 0.95)


def abc_cuts(values, digits=2):
    """Cuts between classes C, B and A: by the share of the total that the customers before bring.

    From the greatest value on, who is behind less than 80 % of the total is in class A, behind
    less than 95 % in B, and whoever is left in C; so is who brings nothing or less, which is not
    part of the total either. Equal values share a class: it is that of the first of them.

    H. F. Dickie, "ABC Inventory Analysis Shoots for Dollars, not Pennies", Factory Management and
    Maintenance 109 (1951).

    :param values: floats in any order that can be added up, NaN where unknown
    :param digits: decimals of a cut; values that do not differ in them are equal
    :return: the lowest values of B and of A, equal where B is empty, for :func:`points.numbered`
        with 3 bands; empty where nothing is above 0
    """
    known = np.asarray(values, dtype=float)
    known = _round_down(known[~np.isnan(known)], digits)
    levels, customers = np.unique(known[known > 0], return_counts=True)
    if not len(levels):
        return []
    total = np.cumsum((levels * customers)[::-1])[::-1]
    # Rounded: 8 of 0.8 + 0.1 + 0.1 is 80 %, whatever the unit.
    before = np.round(np.append(total[1:], 0.0) / total[0], 9)
    return [float(levels[before < share][0]) for share in ABC_SHARES[::-1]]


def _round_down(values, digits):
    """Values in so many decimals, never above what they were."""
    rounded = np.round(values, digits)
    return np.where(rounded > values, np.round(rounded - 10.0**-digits, digits), rounded)


def shares_cut(values, shares, method="round", digits=2):
    """From which value on a share of some customers begins, the best ones.

    :param values: rising floats without NaN
    :param shares: falling, each within 0 and 1
    :param method: ``round``, as for :func:`proposal`, or ``quantile``, of type 7 as they are
    :return: rising list of as many distinct floats c with min < c ≤ max; empty where values do
        not differ enough for that
    """
    room = _room(np.unique(values), digits)
    if not room:
        return []
    cuts = np.quantile(values, 1 - np.asarray(shares))
    cuts = np.clip(_on_better_side(cuts, values, "high", digits), *room)
    cuts = sorted({round(cut, digits) for cut in cuts.tolist()})
    if len(cuts) < len(shares):
        return []
    if method == "quantile":
        return cuts
    # Nearer to the share that is meant than to nobody, or to everybody.
    low, high = (values[0] + cuts[0]) / 2, (cuts[-1] + values[-1]) / 2
    return _roundest(cuts, low, high, digits)


def _on_better_side(cuts, known, direction, digits):
    """Cuts in so many digits that leave whoever is on one on its better side."""
    # Interpolation leaves 2.9999999999999996 where 3 is meant.
    cuts = np.round(cuts, digits)
    whole = _whole(known)
    better = np.ceil(cuts) if whole else cuts
    if direction == "high":
        return better
    return np.where(np.isin(cuts, known), cuts + (1 if whole else 10.0**-digits), better)


def _room(known, digits):
    """The lowest and the highest cut that tell the extremes from their neighbours, or at least
    from each other, as far as so many digits can; None where they cannot.

    :param known: rising distinct floats
    """
    if len(known) < 2:
        return None
    low = _cut_between(known[0], known[1], digits)
    low = low if low is not None else _cut_between(known[0], known[0] + 10.0**-digits, digits)
    high = _cut_between(known[-2], known[-1], digits)
    high = high if high is not None else _cut_between(known[0], known[-1], digits)
    if low is None or high is None or not known[0] < low <= high <= known[-1]:
        return None
    return low, high


def _cut_between(low, high, digits):
    """The highest number of so many digits in (low, high], or None."""
    cut = round(float(high), digits)
    if cut > high:
        cut = round(cut - 10.0**-digits, digits)
    return cut if low < cut <= high else None


def _roundest(cuts, low, high, digits):
    middles = [(a + b) / 2 for a, b in zip(cuts, cuts[1:], strict=False)]
    result = []
    for cut, start, stop in zip(cuts, [low, *middles], [*middles, high], strict=False):
        for candidate in (*_rounder(cut, digits), cut):
            above = candidate > start if start == low else candidate >= start
            if above and (candidate < stop or candidate == stop == high):
                result.append(candidate)
                break
    return result


def _rounder(number, digits):
    """Rounder numbers near to a number, the roundest first."""
    if not number:
        return
    size = abs(number)
    power = int(np.floor(np.log10(size)))
    steps = STEPS * 10.0**power
    nearest = steps[np.argmin(np.abs(np.log(steps / size)))]
    for candidate in (nearest, round(size, -power), round(size, 1 - power)):
        yield round(float(np.copysign(candidate, number)), digits)


def line(values, direction="high", digits=2):
    """Ends of a straight line, proposed from known values: the 5th and the 95th percentile, both
    rounded to the same 1, 2 or 5·10^k, at most a tenth of what lies between them.

    :param direction: ``high`` where more is better, ``low`` where less is
    :return: (value of 0 points, value of 100 points), or None where the values do not differ
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return None
    low, high = np.quantile(known, [0.05, 0.95])
    if low == high:
        low, high = known.min(), known.max()
    if high > low:
        # The next step above a quarter of a tenth is not above a tenth.
        step = _step_above((high - low) / 25)
        low, high = (round(float(np.round(end / step) * step), digits) for end in (low, high))
    if low == high:
        return None
    return (low, high) if direction == "high" else (high, low)
