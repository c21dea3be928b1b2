"""How regularly a customer orders, and when the next order is due.

Customers are numbered 0…n-1 (their position in the facts); days are whole days since 1970.
"""

from bisect import insort

import numpy as np
import pandas as pd

# How many intervals of its own a customer needs to weigh as much as the population does.
SHRINKAGE = 3
# Only who orders so regularly, for so many intervals at least, is expected on a certain day.
REGULAR_CV = 0.8
REGULAR_INTERVALS = 3
# Orders from which a customer has a rhythm of its own in a product category.
CATEGORY_ORDERS = 3
# Intervals from which a category has a rhythm: one chance pair would go before the customer's own.
CATEGORY_INTERVALS = 10
# Where the number of days to the next order was taken from, the best source first.
SOURCES = ("product", "customer_category", "category", "customer", "all")
# So many intervals at once fit into a processor's cache.
TABLE_CELLS = 2**18
# A table of fewer columns takes longer than they do one by one.
NARROW = 16


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


def running_median(owners, lengths, size):
    """For each interval the median of its owner's intervals up to it: the rhythm as it was known
    then.

    :param owners, lengths: intervals in order of time, owner after owner, as :func:`intervals`
        returns them; lengths in the range of 30 bits
    :return: float array, one number per interval
    """
    count = np.bincount(owners, minlength=size)
    start = np.cumsum(count) - count
    lengths = np.asarray(lengths, np.int32)
    doubled = np.empty(len(lengths), np.int32)
    longest = count.max(initial=0)
    above, width = 0, 8
    while above < longest:
        rows = np.flatnonzero((count > above) & (count <= width))
        if len(rows) < NARROW:
            for row in rows.tolist():
                own = slice(start[row], start[row] + count[row])
                doubled[own] = _doubled_medians_of_one(lengths[own].tolist())
        else:
            _fill_table_by_table(doubled, lengths, start[rows], count[rows], min(width, longest))
        above, width = width, width * 2
    return doubled / 2


def _fill_table_by_table(doubled, lengths, start, count, width):
    """Write the medians, doubled, of those whose ``count`` intervals begin at ``start``."""
    step = max(TABLE_CELLS // width, 1)
    for low in range(0, len(start), step):
        some = slice(low, low + step)
        where = start[some] + np.arange(width)[:, None]
        inside = np.arange(width)[:, None] < count[some]
        medians = _doubled_medians(lengths.take(where, mode="clip"))
        doubled[where[inside]] = medians[inside]


def _doubled_medians(table):
    """Twice the running medians down each column of an integer table, by insertion into sorted
    columns: all columns at once, which a median per prefix could not be."""
    height, columns = table.shape
    # No median ever asks for a larger element than the middle one of all.
    kept = height // 2 + 1
    ordered = np.full((kept, columns), np.iinfo(table.dtype).max, table.dtype)
    sums = np.empty_like(table)
    for number, row in enumerate(table):
        last = min(number, kept - 1)
        pushed = np.maximum(ordered[:last], row)
        np.minimum(ordered[0], row, out=ordered[0])
        np.minimum(ordered[1 : last + 1], pushed, out=ordered[1 : last + 1])
        np.add(ordered[number // 2], ordered[(number + 1) // 2], out=sums[number])
    return sums


def _doubled_medians_of_one(lengths):
    """The same for one list."""
    ordered, sums = [], []
    for number, length in enumerate(lengths):
        insort(ordered, length)
        sums.append(ordered[number // 2] + ordered[(number + 1) // 2])
    return sums


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


def is_regular(cv, count):
    """Who has a coefficient of variation below 0.8 over three intervals or more."""
    return (count >= REGULAR_INTERVALS) & (np.nan_to_num(cv, nan=np.inf) < REGULAR_CV)


def next_order(last_day, expected, regular):
    """The first and the last day on which the next order is expected; one and the same for
    regular customers.

    The window goes from half to double the expected interval. It holds not quite half of the next
    orders of who orders by chance (46 % where intervals are exponential) and most of the others'.

    :param last_day: day numbers of the last order, NaN without one
    :param expected: interval in days, see :func:`expected_interval`
    :return: two float arrays of day numbers
    """
    earliest = np.where(regular, expected, expected / 2)
    latest = np.where(regular, expected, expected * 2)
    return last_day + np.rint(earliest), last_day + np.rint(latest)


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
