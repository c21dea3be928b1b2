"""How regularly a customer orders, and when the next order is due.

Intervals are looked at by their logarithms. What is foreseen of a customer is its own mean of them,
drawn to that of all by a weight learnt from the variance between customers and within them
(empirical Bayes), and a curve of how the next interval comes out about it, by Kaplan and Meier:
intervals that are not over yet count as longer than they are by now, so that who never comes back
counts, too. Customers with few intervals have a curve other than those with many: that of who has
ordered once tells how many do again. Where intervals tell nothing of the next one the weight is 0
and the curve's constant remains. Kaplan & Meier, JASA 53 (1958); Efron & Morris, JASA 70 (1975).

Customers are numbered 0…n-1 (their position in the facts); days are whole days since 1970.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .policy import Curve, Rhythm

# How many intervals of its own a customer needs to weigh as much as the population does.
SHRINKAGE = 3
# Orders from which a customer has a rhythm of its own in a product category.
CATEGORY_ORDERS = 3
# Intervals from which a category has a rhythm: one chance pair would go before the customer's own.
CATEGORY_INTERVALS = 10
# Where the number of days to the next order was taken from, the best source first.
SOURCES = ("product", "customer_category", "category", "customer", "all")
# Shares of customers whose days are kept of a curve.
LEVELS = np.arange(1, 20) / 20
# Customers with so many intervals or more of their own have a curve of their own, where it was
# seen to end so often; a rhythm is learnt from so many intervals at least.
CLASSES = (0, 1, 2, 4, 8)
CURVE_ENDS = 100
LEARNT_ENDS = 10
# The day of who orders regularly comes true when the order is within a quarter of the interval
# of it, and regular is called of whom that is so often so.
NEAR = 0.25
NEAR_SHARE = 0.6
REGULAR_INTERVALS = 3
# Where too few have been regular to tell: a quarter is 0.89 times this, which holds 63 %.
REGULAR_CUT = 0.25
CUTS = np.arange(1, 7) / 20
STRENGTHS = (0.25, 1.0, 4.0)
JUDGED = 20
# Ten times the days, and more, that who is late has been silent for.
CALL_STEPS = 25
# Longest days that are named: calendars end with the year 9999.
FAR = 36_500.0
# Where fewer than a level are seen to order again, it stands for so many of those who are.
SETTLED = 0.9
# Logarithms are summed in whole numbers, which is exact: a customer alone has the same as among
# all. Their squares have room for fewer digits.
GRAIN, COARSE = 2.0**32, 2.0**16
# Quantiles of a standard normal distribution at the levels: of who knows nothing better.
TINY = 1e-9
NORMAL = (-1.645, -1.282, -1.036, -0.842, -0.674, -0.524, -0.385, -0.253, -0.126, 0.0)


def pack(customers, days):
    """One integer per pair that sorts like the pair: sorting one array takes a tenth of the time
    of sorting by two. Days (or whatever else is paired) are in the range of 32 bits."""
    return (np.asarray(customers, np.int64) << 32) + (np.asarray(days, np.int64) + 2**31)


def unpack(packed):
    return packed >> 32, (packed & 0xFFFFFFFF) - 2**31


def order_days(customers, days):
    """Distinct (customer, day) pairs, sorted; orders of one day count once.

    :return: two int arrays of equal length
    """
    return unpack(np.unique(pack(customers, days)))


def intervals(customers, days):
    """Days between consecutive order days of the same customer.

    :param customers, days: sorted pairs as :func:`order_days` returns them
    :return: (customer of each interval, length in days)
    """
    same = customers[1:] == customers[:-1]
    return customers[1:][same], np.diff(days)[same]


def mean_and_cv(owners, lengths, size):
    """Mean interval in days and coefficient of variation (population standard deviation over
    mean), per customer; NaN below one and below two intervals.

    :return: two float arrays of length ``size``
    """
    count = np.bincount(owners, minlength=size).astype(float)
    total = np.bincount(owners, weights=lengths, minlength=size)
    squares = np.bincount(owners, weights=lengths.astype(float) ** 2, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        variance = np.maximum(squares / count - mean**2, 0.0)
        cv = np.where(count >= 2, np.sqrt(variance) / mean, np.nan)
    return mean, cv


def median(owners, lengths, size):
    """Median interval in days per customer, NaN without an interval, and their number."""
    _owners, lengths = unpack(np.sort(pack(owners, lengths)))
    count = np.bincount(owners, minlength=size)
    start = np.concatenate(([0], np.cumsum(count)[:-1]))
    known = count > 0
    result = np.full(size, np.nan)
    low = start[known] + (count[known] - 1) // 2
    high = start[known] + count[known] // 2
    result[known] = (lengths[low] + lengths[high]) / 2
    return result, count


def expected_interval(own_median, count, typical):
    """Own median m shrunk to the population's M: ``(n·m + 3·M) / (n + 3)`` over n intervals.

    Without M the own median stands alone; without own intervals M does.
    """
    if typical is None:
        return own_median
    total = own_median * count
    total[count == 0] = 0.0
    total += SHRINKAGE * typical
    total /= count + SHRINKAGE
    return total


def whole_before(days, as_of):
    """The last day on which an interval can have begun that was long enough ago to be seen whole.

    Intervals that began recently are only known if they are short, which would pull a median down
    (right-censoring). Long enough is a year, or half of the history where it is shorter than two
    years. Its first twentieth is no history: one order entered with a wrong year would make it
    long, and leave few intervals to look at.

    :param days: day numbers of orders
    """
    return as_of - min(365, (as_of - np.quantile(days, 0.05)) / 2)


def _begun(customers, days):
    """The day on which each of the :func:`intervals` began."""
    return days[:-1][customers[1:] == customers[:-1]]


def typical_interval(customers, days, as_of):
    """Median interval of a population in whole days, or ``None`` without any.

    Only intervals that began early enough are taken, see :func:`whole_before`, as long as there
    are any.

    :param customers, days: sorted pairs as :func:`order_days` returns them
    :param as_of: day number
    """
    _owners, lengths = intervals(customers, days)
    if not len(lengths):
        return None
    whole = lengths[_begun(customers, days) <= whole_before(days, as_of)]
    return float(np.rint(np.median(whole if len(whole) else lengths)))


@dataclass(frozen=True)
class Spells:
    """From each order day to the customer's next one, or to the as-of day: what had been known at
    its beginning, and how long it was; arrays, an element an order day.

    ``customer`` (position), ``start`` (day number), ``days`` until its end or so far, ``ended``,
    ``count`` of the customer's intervals before, ``centre``: mean of their logarithms, 0 without,
    ``variance``: their sample variance, NaN below two.
    """

    customer: np.ndarray
    start: np.ndarray
    days: np.ndarray
    ended: np.ndarray
    count: np.ndarray
    centre: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, customers, days, as_of):
        """:param customers, days: sorted pairs as :func:`order_days` returns them, no day later
        than the as-of day"""
        size = len(days)
        is_last = np.append(customers[1:] != customers[:-1], True)[:size]
        is_first = np.append(True, is_last[:-1])[:size]
        lengths = np.where(is_last, as_of - days, np.append(days[1:], 0)[:size] - days)
        place = np.arange(size)
        first = np.maximum.accumulate(np.where(is_first, place, 0)) if size else place
        logs = np.where(is_last, 0.0, np.log(np.maximum(lengths, 1)))
        count = place - first
        some = np.maximum(count, 1)
        fine, coarse = (np.rint(logs * grain).astype(np.int64) for grain in (GRAIN, COARSE))
        total, centre = _before(coarse, first), _before(fine, first) / some / GRAIN
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = (_before(coarse**2, first) - total / some * total) / (count - 1) / COARSE**2
        variance = np.where(count > 1, np.maximum(spread, 0.0), np.nan)
        return cls(customers, days, lengths, ~is_last, count, centre, variance)

    def __getitem__(self, some):
        return Spells(*(getattr(self, name)[some] for name in self.__dataclass_fields__))

    def last(self, size):
        """The last of each customer; empty ones (count 0, start NaN) of who has none."""
        has, place = np.unique(self.customer, return_index=True)
        place = np.append(place[1:], len(self.customer))[: len(has)] - 1
        empty = {"customer": np.arange(size), "start": np.full(size, np.nan)}
        for name in ("days", "count", "centre"):
            empty[name] = np.zeros(size)
        empty |= {"ended": np.zeros(size, bool), "variance": np.full(size, np.nan)}
        result = Spells(**empty)
        for name in self.__dataclass_fields__:
            getattr(result, name)[has] = getattr(self, name)[place]
        return result


def _before(values, first):
    """Sum of the owner's values before each, whose first is at ``first``."""
    total = np.cumsum(values) - values
    return total - total[first]


def kaplan_meier(values, ended):
    """Share (0–1) of who has ended by each value at which somebody did.

    :param values: float array; of those not ended, what they are longer than
    :return: (rising values, shares)
    """
    found, begin = np.unique(values[ended], return_index=False), np.sort(values)
    ends = np.bincount(np.searchsorted(found, values[ended]), minlength=len(found))
    at_risk = len(values) - np.searchsorted(begin, found, "left")
    return found, 1.0 - np.cumprod(1.0 - ends / at_risk)


def _curve(values, ended, intervals):
    if not ended.any():
        return Curve(intervals, (), 0.0, 0.0)
    found, shares = kaplan_meier(values, ended)
    reached = LEVELS[shares[-1] + TINY >= LEVELS]
    logs = found[np.searchsorted(shares, reached - TINY)]
    logs, last, seen = np.round(logs, 6), round(float(found[-1]), 6), round(float(shares[-1]), 4)
    return Curve(intervals, tuple(logs.tolist()), last, seen)


def learn(customers, days, as_of):
    """What is to be known of how customers order, see ``policy.Rhythm``; ``None`` while there are
    too few intervals.

    :param customers, days: sorted pairs as :func:`order_days` returns them
    :param as_of: day number; nothing later is looked at
    """
    past = days <= as_of
    spells = Spells.of(customers[past], days[past], as_of)
    spells = spells[spells.days > 0]
    if spells.ended.sum() < LEARNT_ENDS:
        return None
    centre, weight, spread = _variances(spells)
    strength, cut = _regularity(spells, spread)
    everybody = _curve(np.log(spells.days), spells.ended, 0)
    known = Rhythm(
        *(max(round(float(np.exp(_quantile(everybody, p)))), 1) for p in (0.5, 0.8)),
        *(round(float(number), 4) for number in (centre, weight, spread)),
        *(strength, cut, (everybody,), None, int(spells.ended.sum()), int((~spells.ended).sum())),
        *(int(spells.start.min()), int(as_of)),
    )
    foresight = Foresight(known, spells)
    about = np.log(spells.days) - foresight.shift
    regular, exact = is_steady(known, spells), None
    if (regular & spells.ended).sum() >= JUDGED:
        own = (np.log(spells.days) - spells.centre)[regular]
        exact = _curve(own, spells.ended[regular], REGULAR_INTERVALS)
        # They are foreseen by that, and would make the others look as regular.
        about, spells = about[~regular], spells[~regular]
    return replace(known, curves=_curves(about, spells), regular=exact)


def _curves(about, spells):
    """Of customers with few intervals and with many."""
    curves = []
    for low, high in zip(CLASSES, (*CLASSES[1:], np.inf), strict=True):
        some = (spells.count >= low) & (spells.count < high)
        if (some & spells.ended).sum() >= CURVE_ENDS:
            curves.append(_curve(about[some], spells.ended[some], low))
    if not curves:
        return (_curve(about, spells.ended, 0),)
    # Who has fewer intervals than the first of them has that one.
    return (replace(curves[0], intervals=0), *curves[1:])


def _variances(spells):
    """Mean of the logarithms of ended intervals, variance between customers over that within, and
    the standard deviation within; by the analysis of variance of one factor with groups of unequal
    size (Searle, Casella & McCulloch, *Variance Components*, 1992, ch. 3)."""
    logs, owner = np.log(spells.days[spells.ended]), spells.customer[spells.ended]
    _names, owner, count = np.unique(owner, return_inverse=True, return_counts=True)
    size, groups = len(logs), len(count)
    means = np.bincount(owner, logs) / count
    within = ((logs - means[owner]) ** 2).sum() / max(size - groups, 1)
    if groups < 2 or size == groups or within <= 0:
        return logs.mean(), float(groups > 1 and size > groups), np.sqrt(within)
    between = (count * (means - logs.mean()) ** 2).sum() / (groups - 1) - within
    between /= (size - (count**2).sum() / size) / (groups - 1)
    return logs.mean(), max(between, 0.0) / within, np.sqrt(within)


def _regularity(spells, spread):
    """The strength and the cut by which most customers are called regular of whose next intervals
    ``NEAR_SHARE`` come within ``NEAR`` of their mean; (1, 0) where nobody can be."""
    some = spells[spells.count >= REGULAR_INTERVALS]
    mean = np.exp(some.centre)
    told = some.ended | (some.days > (1 + NEAR) * mean)
    near = (some.ended & (np.abs(some.days - mean) <= NEAR * mean))[told]
    best, result = 0, None
    enough = False
    for strength in STRENGTHS:
        own = _own_spread(some.count, some.variance, spread, strength)[told]
        for cut in CUTS:
            called = own < cut
            number = called.sum()
            enough |= number >= JUDGED
            # Half a standard error more, as the best of several is looked for.
            asked = NEAR_SHARE * number + np.sqrt(NEAR_SHARE * (1 - NEAR_SHARE) * number) / 2
            if number >= JUDGED and near[called].sum() >= asked and number > best:
                best, result = number, (strength, round(float(cut), 2))
    return result or ((1.0, 0.0) if enough else (1.0, REGULAR_CUT))


def is_steady(rhythm, spells):
    """Whose own intervals differ so little that the next one may be told to the day."""
    spread = _own_spread(spells.count, spells.variance, rhythm.spread, rhythm.strength)
    return (spells.count >= REGULAR_INTERVALS) & (spread < rhythm.cut)


def _own_spread(count, variance, spread, strength):
    """Standard deviation of a customer's logarithms, drawn to that of all."""
    own = np.maximum(count - 1, 0)
    total = own * np.nan_to_num(variance) + strength * spread**2
    return np.sqrt(total / (own + strength))


def plain(typical):
    """The rhythm of customers of whom nothing but the median interval is known, in days: three
    intervals of its own weigh as much, and nobody is called regular. Without it (``None`` or 0),
    own intervals stand alone."""
    logs = (*NORMAL, *(-number for number in NORMAL[-2::-1]))
    if not typical:
        nobody = Curve(0, (), 0.0, 0.0)
        own = Curve(1, logs, logs[-1], LEVELS[-1])
        return Rhythm(0, 0, 0.0, 1e9, 1.0, 1.0, 0.0, (nobody, own))
    centre = float(np.log(typical))
    curve = Curve(0, tuple(centre + log for log in logs), centre + logs[-1], LEVELS[-1])
    late = round(float(np.exp(curve.logs[15])))
    return Rhythm(typical, late, centre, 1 / SHRINKAGE, 1.0, 1.0, 0.0, (curve,))


def of_program(program):
    """The rhythm that a ``policy.Program`` has, or what stands in for it."""
    if program.rhythm:
        return around(program.rhythm, program.typical_interval)
    return plain(program.typical_interval)


def around(rhythm, typical):
    """The rhythm with another median: who types one knows of a change that orders do not show."""
    if not typical or typical == rhythm.typical:
        return rhythm
    moved = float(np.log(typical / rhythm.typical))
    curves = tuple(
        replace(curve, logs=tuple(log + moved for log in curve.logs), last=curve.last + moved)
        for curve in rhythm.curves
    )
    late = round(rhythm.late * typical / rhythm.typical)
    centre = rhythm.centre + moved
    return replace(rhythm, typical=typical, late=late, centre=centre, curves=curves)


def _share(curve, logs):
    """Share who have ordered again by some logarithms of days, 0–1."""
    if not curve.seen:
        return np.zeros_like(logs)
    # Half as long again as before the first level nobody has.
    begin = (curve.logs[0] if curve.logs else curve.last) - 1.0
    reached = LEVELS[: len(curve.logs)]
    known, shares = [begin, *curve.logs], [0.0, *reached]
    if curve.last > known[-1]:
        known, shares = [*known, curve.last], [*shares, curve.seen]
    return np.interp(logs, known, shares)


def _quantile(curve, shares, before=0.0, settled=True):
    """Logarithm of days by which so many of those have ordered again who had not before.

    :param shares: 0–1, array or number
    :param before: share who had ordered again when the silence was as long as it is
    :param settled: ``SETTLED`` of those who are seen to order again where fewer than asked for
        are; otherwise NaN
    """
    share = before + (1.0 - before) * shares
    if settled:
        share = np.minimum(share, before + (curve.seen - before) * SETTLED)
    share = np.asarray(share, dtype=float)
    if not curve.logs:
        return np.full(share.shape, np.nan if not curve.seen else curve.last)
    reached = LEVELS[: len(curve.logs)]
    known, logs = [0.0, *reached], [curve.logs[0] - 1.0, *curve.logs]
    if curve.seen > known[-1]:
        known, logs = [*known, curve.seen], [*logs, curve.last]
    return np.where(share > curve.seen + TINY, np.nan, np.interp(share, known, logs))


class Foresight:
    """What a rhythm says of the next orders of some customers.

    :param rhythm: ``policy.Rhythm``
    :param spells: :class:`Spells` that they are in, of which what had been known at the beginning
        is looked at alone
    """

    def __init__(self, rhythm, spells):
        self.rhythm, self.count, self.centre = rhythm, spells.count, spells.centre
        own = self.count * rhythm.weight
        self.own_weight = own / (1.0 + own)
        self.regular = np.zeros(len(self.count), dtype=bool)
        # Of so few that nothing is known of their days, none is named.
        if rhythm.regular:
            self.regular = is_steady(rhythm, spells)
        about = np.where(self.count > 0, self.centre - rhythm.centre, 0.0)
        self.shift = self.own_weight * about
        if rhythm.regular:
            self.shift = np.where(self.regular, self.centre, self.shift)
        intervals = [curve.intervals for curve in rhythm.curves]
        self.kind = np.searchsorted(intervals, self.count, "right") - 1
        if rhythm.regular:
            self.kind = np.where(self.regular, len(intervals), self.kind)

    def _curves(self):
        curves = (*self.rhythm.curves, self.rhythm.regular)
        for kind, curve in enumerate(curves):
            some = np.flatnonzero(self.kind == kind)
            if len(some):
                yield some, curve

    def share(self, days):
        """Share of such customers who have ordered again so many days after the order, 0–1.

        :param days: array, one element a customer; 0 for the order itself
        """
        result = np.zeros(len(self.count))
        with np.errstate(divide="ignore"):
            logs = np.log(np.broadcast_to(days, result.shape).astype(float)) - self.shift
        for some, curve in self._curves():
            result[some] = _share(curve, logs[some])
        return result

    def days(self, share, silent=None, settled=False):
        """Days from the order by which a share of such customers has ordered again; NaN where it
        is not known, since fewer were seen to.

        :param share: 0–1
        :param silent: array of days of silence that they have in common, none: the order itself
        :param settled: see :func:`_quantile`
        """
        result = np.full(len(self.count), np.nan)
        before = None if silent is None else self.share(silent)
        for some, curve in self._curves():
            # From the order on, it is the same number for all of them.
            logs = _quantile(curve, share, 0.0 if before is None else before[some], settled)
            result[some] = np.exp(logs + self.shift[some])
        # Thirds and logarithms are not exact, and a day must not depend on it.
        return np.round(np.minimum(result, FAR), 3)

    def expected(self, silent=None):
        return self.days(0.5, silent)

    def late(self, silent=None):
        """Four of five have ordered again; where fewer are seen to, nine in ten of those who
        are."""
        return self.days(0.8, silent, settled=True)

    def nothing(self, silent, within):
        """Probability (0–1) that nothing is ordered within so many more days of silence; 1 where
        nobody was seen to order again after so long."""
        left = 1.0 - self.share(silent)
        after = 1.0 - self.share(silent + within)
        return np.where(left > TINY, after / np.maximum(left, TINY), 1.0)

    def worth_a_call(self, late, within, least):
        """The first days of silence from being late on, in steps of a tenth, at which nothing is
        ordered within so many more days with a probability of ``least`` (0–1).

        :param late: array of days, NaN for unknown
        """
        days = np.array(late)
        (wait,) = np.nonzero(~np.isnan(days))
        for _step in range(CALL_STEPS):
            some = self._some(wait)
            wait = wait[some.nothing(days[wait], within) < least]
            days[wait] = np.minimum(1.1 * days[wait], FAR)
            if not len(wait):
                break
        return days

    def _some(self, rows):
        """The same for some of the customers."""
        result = object.__new__(Foresight)
        for name, value in vars(self).items():
            setattr(result, name, value[rows] if isinstance(value, np.ndarray) else value)
        return result


class Purchases:
    """The days on which customers bought in product categories.

    Each combination of a customer and a category has its own rhythm: it plays the part that the
    customer has elsewhere.

    :param customers, categories, days: integer arrays of equal length, one element an order line
        of something bought; any order
    """

    def __init__(self, customers, categories, days):
        packed, number = np.unique(pack(customers, categories), return_inverse=True)
        self.customers, self.categories = unpack(packed)
        self.pairs, self.days = order_days(number, days)

    def typical_intervals(self, as_of):
        """Median interval of each category in whole days, to be frozen like that of all; see
        :func:`typical_interval`.

        :return: series category → days; without those of which too few intervals were seen whole
        """
        pairs, lengths = intervals(self.pairs, self.days)
        if not len(lengths):
            return pd.Series(dtype=float)
        whole = _begun(self.pairs, self.days) <= whole_before(self.days, as_of)
        names, owners = np.unique(self.categories[pairs[whole]], return_inverse=True)
        medians, count = median(owners, lengths[whole], len(names))
        return pd.Series(np.rint(medians), names)[count >= CATEGORY_INTERVALS]

    def rhythms(self, typical_intervals, typical):
        """What is known about each customer in each category.

        :param typical_intervals: series category → days: cycles typed by hand, where there are
            none those of :meth:`typical_intervals`
        :param typical: interval of all, for the other categories; ``None`` for unknown
        :return: frame sorted by ``customer, category``: ``orders`` (days with one), ``last_day``
            (day number), ``cv`` and ``interval`` (expected days), NaN below
            ``CATEGORY_ORDERS`` orders
        """
        size = len(self.customers)
        found = intervals(self.pairs, self.days)
        own, count = median(*found, size)
        around = typical_intervals.reindex(self.categories).to_numpy(dtype=float)
        if typical is not None:
            around = np.where(np.isnan(around), typical, around)
        expected = expected_interval(own, count, around)
        # Where nobody knows the population's, the own median stands alone.
        expected = np.where(np.isnan(around), own, expected)
        return pd.DataFrame(
            {
                "customer": self.customers,
                "category": self.categories,
                "orders": count + 1,
                "last_day": self.days[np.searchsorted(self.pairs, np.arange(size), "right") - 1],
                "cv": mean_and_cv(*found, size)[1],
                "interval": np.where(count + 1 >= CATEGORY_ORDERS, expected, np.nan),
            }
        )


def preferred_interval(known):
    """The interval to expect the next order by: the first known of ``SOURCES``.

    :param known: dict source → days, arrays or numbers, NaN or ``None`` for unknown: ``product``
        (typed by hand), ``customer_category`` (:meth:`Purchases.rhythms`), ``category``
        (:meth:`Purchases.typical_intervals`), ``customer`` (:func:`expected_interval` of who has
        ordered twice), ``all``; sources may be missing
    :return: (float array of days, NaN where nothing is known; array of positions in ``SOURCES``,
        -1 for none)
    :raise ValueError: for a source that does not exist
    """
    if known.keys() - set(SOURCES):
        raise ValueError(f"Unknown source of an interval: {sorted(known.keys() - set(SOURCES))}")
    values = [np.asarray(known.get(source), dtype=float) for source in SOURCES]
    table = np.column_stack(np.broadcast_arrays(np.atleast_1d(values[0]), *values[1:]))
    # A product without a cycle has 0 typed in.
    usable = table > 0
    source = np.where(usable.any(axis=1), usable.argmax(axis=1), -1)
    days = np.where(source < 0, np.nan, table[np.arange(len(table)), source])
    return days, source
