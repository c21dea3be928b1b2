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
# Order days in a category from which it was bought steadily, so that it can be lost.
STEADY_ORDERS = 5
# Purchases that tell the usual quantity, the latest ones.
USUAL_ORDERS = 5
# Days, counted back from the last purchase, whose amount is what a category is worth in a year.
YEAR_DAYS = 365
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
# Who orders again later than this, and than so many times what half of all take, had been away,
# and tells nothing of when an order may be expected.
RETURN_DAYS, RETURN_TIMES = 365, 2
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
    return _learnt(_until(customers, days, as_of), as_of)


def _until(customers, days, as_of):
    """The :class:`Spells` that began before the as-of day."""
    past = days <= as_of
    spells = Spells.of(customers[past], days[past], as_of)
    return spells[spells.days > 0]


def _everybody(spells):
    """The curve of all, whatever had been known of them."""
    return _curve(np.log(spells.days), spells.ended, 0)


def _learnt(spells, as_of, everybody=None):
    """
    :param everybody: their :func:`_everybody`, where it is known
    """
    if spells.ended.sum() < LEARNT_ENDS:
        return None
    centre, weight, spread = _variances(spells)
    strength, cut = _regularity(spells, spread)
    everybody = everybody or _everybody(spells)
    half, most = (max(round(float(np.exp(_quantile(everybody, p)))), 1) for p in (0.5, 0.8))
    within = int(max(RETURN_DAYS, RETURN_TIMES * half))
    everybody = _returning(everybody, np.log(within))
    known = Rhythm(
        *(half, most),
        *(round(float(number), 4) for number in (centre, weight, spread)),
        *(strength, cut, (everybody,), None, int(spells.ended.sum()), int((~spells.ended).sum())),
        *(int(spells.start.min()), int(as_of)),
        *(round(min(p, everybody.seen * SETTLED), 4) for p in (0.5, 0.8)),
        *(within, everybody.back, round(float(np.nan_to_num(np.exp(_middle(everybody)))))),
    )
    foresight = Foresight(known, spells)
    about = np.log(spells.days) - foresight.shift
    regular, exact = is_steady(known, spells), None
    if (regular & spells.ended).sum() >= JUDGED:
        own = (np.log(spells.days) - spells.centre)[regular]
        exact = _curve(own, spells.ended[regular], REGULAR_INTERVALS)
        # They are foreseen by that, and would make the others look as regular.
        about, spells = about[~regular], spells[~regular]
    return returning(replace(known, curves=_curves(about, spells), regular=exact))


def returning(rhythm):
    """The rhythm with what its curves say of those who come back; for one that was learnt before
    that was kept, too."""
    within = rhythm.within or int(max(RETURN_DAYS, RETURN_TIMES * rhythm.typical))
    curves = tuple(_returning(curve, np.log(within)) for curve in rhythm.curves)
    # Curves of regular customers are multiples of their own interval: whenever they do.
    regular = rhythm.regular and _returning(rhythm.regular, np.inf)
    return replace(rhythm, within=within, curves=curves, regular=regular)


def _returning(curve, within):
    """:param within: logarithm of days within which who comes back does"""
    back = float(_share(curve, np.array([within]))[0])
    # Where most take longer, they are no exception.
    return replace(curve, back=round(back if back >= curve.seen / 2 else curve.seen, 4))


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
    return of_all(replace(rhythm, typical=typical, late=late, centre=centre, curves=curves))


def of_all(rhythm):
    """The rhythm by which an order is expected when half of all have ordered again: what somebody
    types is the day, not what half of some take."""
    return replace(rhythm, curves=tuple(replace(curve, back=1.0) for curve in rhythm.curves))


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


def _middle(curve):
    """Logarithm of days by which half of those have ordered again who come back; NaN where fewer
    than half of all are seen to."""
    if curve.seen + TINY < 0.5:
        return np.nan
    return _quantile(curve, curve.back / 2, settled=False)


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
        before = None if silent is None else self.share(silent)
        # From the order on, it is the same number for all of them.
        return self._days(
            lambda curve, some: _quantile(
                curve, share, 0.0 if before is None else before[some], settled
            )
        )

    def _days(self, logs):
        result = np.full(len(self.count), np.nan)
        for some, curve in self._curves():
            result[some] = np.exp(logs(curve, some) + self.shift[some])
        # Thirds and logarithms are not exact, and a day must not depend on it.
        return np.round(np.minimum(result, FAR), 3)

    def expected(self):
        """Half of those who come back have ordered again, see ``policy.Rhythm``; NaN where fewer
        than half of all are seen to order again."""
        return self._days(lambda curve, _some: _middle(curve))

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


# What ``Purchases.rhythms`` tells, floats but for the first four and ``source``. Days are NaN for
# unknown: the one by which half of such customers who come back have bought again, the one by which
# four of five of all have, and the window that four of five come in (none of who buys so regularly
# as to be expected on a day). ``interval`` is days to the first of these, ``own_median`` that of
# the ``order_days - 1`` own intervals, which weigh ``own_weight`` (0–1); ``source`` is a position
# in ``SOURCES``, -1 for none. ``lost_day``: the first day on which it had not been bought for too
# long, of what the customer bought steadily and is missing from its orders since.
RHYTHM_COLUMNS = (
    *("customer", "category", "order_days", "last_day", "cv", "own_median", "own_weight"),
    *("interval", "due_day", "late_day", "from_day", "until_day", "source"),
    *("usual_quantity", "amount_year", "lost_day"),
)
# Quantities and amounts are summed in whole parts of their units, which is exact: a customer alone
# has the same as among all.
PARTS = 10_000
# Day of a purchase: how many days after the last one it is, see ``_days_of``.
DAYS = {"due_day": "interval", "late_day": "late_days", "from_day": "first", "until_day": "last"}
# Beside these, the days by which half of all have bought again, whether they come back or not.
HALF = "half"


@dataclass(frozen=True)
class Cycle:
    """How a product category is bought, learnt from everybody's purchases in it and frozen.

    ``rhythm``: :func:`learn` of them; ``quarter`` and ``three_quarters``: days within which a
    quarter, and three quarters, of all have bought it again (0 where fewer were seen to);
    ``again``: percent of first buyers who bought it again within twice the median.
    """

    rhythm: Rhythm
    quarter: int
    three_quarters: int
    again: int


def cycle(spells, as_of):
    """How one category is bought; ``None`` while there are too few intervals.

    :param spells: :class:`Spells` in it, each of one day or longer
    :param as_of: day number until when they are known
    """
    everybody = _everybody(spells)
    known = _learnt(spells, as_of, everybody)
    if known is None:
        return None
    quarter, three_quarters = (
        0 if np.isnan(log) else max(round(float(np.exp(log))), 1)
        for log in (_quantile(everybody, share, settled=False) for share in (0.25, 0.75))
    )
    firsts = spells[spells.count == 0]
    found, shares = kaplan_meier(firsts.days, firsts.ended)
    soon = np.searchsorted(found, 2 * known.typical, "right")
    again = np.append(0.0, shares)[soon]
    return Cycle(known, quarter, three_quarters, round(100 * float(again)))


class Purchases:
    """The days on which customers bought in product categories, and how much.

    Each combination of a customer and a category has its own rhythm: it plays the part that the
    customer has elsewhere, and its category the part of the population.

    :param customers, categories, days: integer arrays of equal length, one element an order line
        of something bought; any order. What came back has the day on which it was bought
    :param quantities, amounts: arrays of the same length, negative for what came back; without
        quantities, each line is something bought. A day of which nothing was kept is none
    """

    def __init__(self, customers, categories, days, quantities=None, amounts=None):
        packed, number = np.unique(pack(customers, categories), return_inverse=True)
        keys, place = np.unique(pack(number, days), return_inverse=True)
        kept = _exact_sums(np.ones(len(place)) if quantities is None else quantities, place)
        worth = _exact_sums(np.zeros(len(place)) if amounts is None else amounts, place)
        pairs, self.days = unpack(keys[kept > 0])
        # Of some combinations everything came back.
        names, self.pairs = np.unique(pairs, return_inverse=True)
        self.customers, self.categories = unpack(packed[names])
        self.quantities, self.amounts = kept[kept > 0], worth[kept > 0]

    def cycles(self, as_of):
        """How each category is bought, to be frozen, and how all of them together are.

        :return: dict category → :class:`Cycle`, without those of too few intervals; ``None`` is the
            key of all
        """
        spells = _until(self.pairs, self.days, as_of)
        found = {None: cycle(spells, as_of)}
        for category, some in _groups(self.categories[spells.customer]):
            found[category] = cycle(spells[some], as_of)
        return {category: known for category, known in found.items() if known}

    def rhythms(self, as_of, rhythms, typed=None, products=None, last_days=None):
        """What is known about each customer in each category.

        :param as_of: day number; no purchase is later
        :param rhythms: dict category → ``policy.Rhythm``; that of ``None`` stands in for categories
            without one
        :param typed: dict category → days typed by hand, which stand for its median
        :param products: dict (customer, category) → days typed for what was bought last there
        :param last_days: dict customer → day of the last order of anything; without it, nothing
            is lost
        :return: frame sorted by ``customer, category``: see :data:`RHYTHM_COLUMNS`
        """
        spells = Spells.of(self.pairs, self.days, as_of).last(len(self.customers))
        found = {
            "customer": self.customers,
            "category": self.categories,
            "order_days": spells.count.astype(np.int64) + 1,
            "last_day": spells.start.astype(np.int64),
            **self._own_intervals(),
            **self._usual(spells.start),
            **self._foreseen(spells, rhythms, typed or {}, self._typed_of(products or {})),
        }
        for name, days in DAYS.items():
            found[name] = found["last_day"] + np.rint(found[days])
        found["lost_day"] = lost_days(found, last_days or {})
        # Copied together they would be copied once more when some rows are chosen.
        return pd.DataFrame({name: found[name] for name in RHYTHM_COLUMNS}, copy=False)

    def _typed_of(self, products):
        """Days typed for what was bought last, an array along the combinations, 0 for none."""
        if not products:
            return np.zeros(len(self.customers))
        pairs = zip(self.customers.tolist(), self.categories.tolist(), strict=True)
        return np.array([products.get(pair) or 0 for pair in pairs], dtype=float)

    def _foreseen(self, spells, rhythms, typed, cycles):
        """Days to the next purchase by the rhythm of each category, and what they rest on.

        :param cycles: array of what is typed for the products bought last, 0 for nothing
        """
        size = len(self.customers)
        days = {name: np.full(size, np.nan) for name in (*DAYS.values(), HALF)}
        known = {source: np.full(size, np.nan) for source in SOURCES}
        known["product"], weight = cycles, np.zeros(size)
        enough = spells.count + 1 >= CATEGORY_ORDERS
        for category, some in _groups(self.categories):
            own, cycle_days = rhythms.get(category), typed.get(category)
            around_it = around(own or rhythms.get(None) or plain(cycle_days), cycle_days)
            # Also where what is typed is what was measured.
            around_it = of_all(around_it) if cycle_days else around_it
            often = some[enough[some]]
            foresight = Foresight(around_it, spells[often])
            for name, found in _days_of(foresight).items():
                days[name][often] = found
            weight[often] = np.where(foresight.regular, 1.0, foresight.own_weight)
            if cycle_days:
                # Of who has no rhythm of its own there, what was typed is the day.
                _stretch(days, some[~enough[some]], float(cycle_days))
            mine = weight[some] > 0
            known["customer_category"][some[mine]] = days["interval"][some[mine]]
            others = known["category" if own or cycle_days else "all"]
            others[some[~mine]] = days["interval"][some[~mine]]
        for cycle_days in np.unique(cycles[cycles > 0]).tolist():
            _stretch(days, np.flatnonzero(cycles == cycle_days), cycle_days)
        weight[cycles > 0] = 0.0
        days["interval"], source = preferred_interval(known)
        return {**days, "own_weight": np.round(weight, 3), "source": source}

    def _own_intervals(self):
        """Median, coefficient of variation and longest of the days between two purchases."""
        size = len(self.customers)
        owners, lengths = intervals(self.pairs, self.days)
        longest = np.zeros(size, dtype=np.int64)
        np.maximum.at(longest, owners, lengths)
        return {
            "own_median": median(owners, lengths, size)[0],
            "cv": np.round(mean_and_cv(owners, lengths, size)[1], 3),
            "longest_gap": longest,
        }

    def _usual(self, last_days):
        """Quantity of the latest purchases, their median, and the amount of the year up to the last
        one: what a purchase and a year of it are worth, whenever that is asked."""
        size = len(self.customers)
        count = np.bincount(self.pairs, minlength=size)
        after = np.cumsum(count)[self.pairs] - np.arange(len(self.pairs))
        late = after <= USUAL_ORDERS
        # A row for each combination, sorted by itself: what is not there comes last.
        table = np.full((size, USUAL_ORDERS), np.inf)
        table[self.pairs[late], after[late] - 1] = self.quantities[late]
        table.sort(axis=1)
        row, number = np.arange(size), np.minimum(count, USUAL_ORDERS)
        usual = (table[row, (number - 1) // 2] + table[row, number // 2]) / 2
        year = self.days > last_days[self.pairs] - YEAR_DAYS
        worth = np.bincount(self.pairs[year], self.amounts[year], minlength=size)
        return {"usual_quantity": usual / PARTS, "amount_year": np.round(worth / PARTS, 2)}


def _groups(values):
    """Pairs of each value of an array, in rising order, and its positions."""
    order = np.argsort(values, kind="stable")
    names, start = np.unique(values[order], return_index=True)
    return zip(names.tolist(), np.split(order, start[1:]), strict=False)


def _exact_sums(values, place):
    return np.bincount(place, np.rint(np.asarray(values, dtype=float) * PARTS))


def _days_of(foresight):
    """The days that are kept of a customer in a category, counted from the last purchase."""
    first, last = (np.where(foresight.regular, np.nan, foresight.days(p)) for p in (0.1, 0.9))
    return {
        "interval": foresight.expected(),
        "late_days": foresight.late(),
        "first": first,
        "last": last,
        HALF: foresight.days(0.5),
    }


def _stretch(days, some, typed):
    """Put what somebody typed in the place of what was foreseen of some: the days around it move
    in proportion."""
    nobody = Spells.of(np.zeros(0, dtype=int), np.zeros(0, dtype=int), 0).last(1)
    stand_in = _days_of(Foresight(plain(typed), nobody))
    expected = days["interval"][some]
    factor = typed / expected
    for name, found in days.items():
        moved = np.where(np.isnan(expected), stand_in[name], found[some] * factor)
        found[some] = np.round(moved, 3)
    days["interval"][some] = days[HALF][some] = typed


def lost_days(found, last_days):
    """The first day (number) on which a customer had not bought in a category for too long, NaN
    where it has not, or has not ordered anything since, which is then not the category's fault.

    Too long is more than twice the days in which half of such customers buy again, and more than
    the longest of its own gaps; who bought on fewer than ``STEADY_ORDERS`` days did not buy
    steadily.

    :param found: dict of arrays, see :meth:`Purchases.rhythms`, with ``longest_gap``
    :param last_days: dict customer → day of the last order of anything
    """
    lost = np.full(len(found["customer"]), np.nan)
    (some,) = np.nonzero(found["order_days"] >= STEADY_ORDERS)
    half, median_, gap = (found[name][some] for name in (HALF, "own_median", "longest_gap"))
    usual = np.where(np.isnan(half), median_, half)
    limit = np.floor(np.fmax(2 * usual, gap))
    first = found["last_day"][some] + limit + 1
    latest = np.array([last_days.get(who, np.nan) for who in found["customer"][some].tolist()])
    lost[some] = np.where(latest >= first, first, np.nan)
    return lost


def preferred_interval(known):
    """The interval to expect the next order by: the first known of ``SOURCES``.

    :param known: dict source → days, arrays or numbers, NaN or ``None`` for unknown: ``product``
        (typed by hand), ``customer_category`` (:meth:`Purchases.rhythms`), ``category``
        (typed, or that of :func:`cycle`), ``customer`` (:meth:`Foresight.expected` of its orders),
        ``all``; sources may be missing
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
