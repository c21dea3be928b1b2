"""Arithmetic on day numbers (whole days since 1970, NaN for none) without a loop over them."""

from datetime import date

import numpy as np

EPOCH = date(1970, 1, 1)


def day_number(day):
    """Whole days since 1970-01-01 of a ``datetime.date``."""
    return (day - EPOCH).days


def _parts(days):
    """Known flags, first days of the months as ``datetime64[M]``, and days within the month."""
    days = np.asarray(days, dtype=float)
    known = ~np.isnan(days)
    day = np.where(known, days, 0).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    return known, month, (day - month).astype(np.int64)


def _numbers(known, dates):
    return np.where(known, dates.astype("datetime64[D]").astype(np.int64), np.nan)


def month_length(months):
    """Days of ``datetime64[M]`` months."""
    start = months.astype("datetime64[D]")
    return ((months + 1).astype("datetime64[D]") - start).astype(np.int64)


def day_of_month(days):
    """The day within its month, counted from 0; 0 for none."""
    return _parts(days)[2]


def add_months(days, months):
    """The same day so many months later, or the last day of a month that is too short."""
    known, month, offset = _parts(days)
    there = month + np.asarray(months).astype("timedelta64[M]")
    offset = np.minimum(offset, month_length(there) - 1)
    return _numbers(known, there.astype("datetime64[D]") + offset)


def day_before_window(as_of, months):
    """Last day number *before* the window of so many months that ends at a day; for 0 months, a
    number before any day.

    :param as_of: ``datetime.date`` or an array of day numbers
    :return: a number or a float array, as ``as_of`` is
    """
    if not months:
        return np.iinfo(np.int64).min
    if isinstance(as_of, date):
        return int(add_months(day_number(as_of), -months))
    return add_months(as_of, -months)


def next_review(review, after, entered):
    """The first review strictly after a day.

    :param review: ``policy.Review``
    :param after: array of day numbers, NaN for none
    :param entered: array of day numbers on which the tier was entered, for anniversaries
    :return: float array
    """
    after = np.asarray(after, dtype=float)
    if review.every == "day":
        return after + 1
    if review.every == "anniversary":
        return _next_anniversary(after, np.asarray(entered, dtype=float))
    known, month, _offset = _parts(after)
    if review.every == "dates":
        return _next_date(review.dates, after, known, month.astype("datetime64[Y]"))
    size = {"month": 1, "quarter": 3, "year": 12}[review.every]
    index = month.astype(np.int64) // size + 1
    return _numbers(known, (index * size).astype("datetime64[M]"))


def _next_date(dates, after, known, year):
    result = np.full(after.shape, np.inf)
    for later in (0, 1):
        january = (year + later).astype("datetime64[M]")
        for month, day in dates:
            there = january + (month - 1)
            offset = np.minimum(day, month_length(there)) - 1
            date = _numbers(known, there.astype("datetime64[D]") + offset)
            result = np.where(date > after, np.fmin(result, date), result)
    return np.where(known, result, np.nan)


def _next_anniversary(after, entered):
    years = np.zeros(after.shape, dtype=np.int64)
    known = ~(np.isnan(after) | np.isnan(entered))
    years[known] = np.maximum((after[known] - entered[known]) // 366, 0).astype(np.int64)
    result = np.full(after.shape, np.nan)
    # From a year too early at most, so two steps are enough; more for centuries.
    for _step in range(3):
        date = add_months(entered, 12 * (years + 1))
        late = known & (date <= after)
        result = date
        if not late.any():
            break
        years = years + late
    return np.where(known, result, np.nan)


def year_start(days, since):
    """The first day of the year that a day lies in.

    Years begin on the anniversaries of ``since``; those of 29 February on the 28th where there is
    no 29th, as reviews do.

    :param days, since: day numbers or arrays of them
    :return: float array
    """
    years = _year(days) - _year(since)
    start = add_months(since, 12 * years)
    return np.where(start > days, add_months(since, 12 * (years - 1)), start)


def next_year(days, since):
    """The first day of the year after the one that a day lies in, see :func:`year_start`."""
    # No year has more than 366 days, and none fewer than 365.
    return year_start(year_start(days, since) + 366, since)


def year_before(days, since):
    """The last day of as much of the year before: of a whole year, the last day of the one before;
    else the day before the same day a year earlier is over."""
    after = np.asarray(days, dtype=float) + 1
    start = year_start(days, since)
    return np.where(year_start(after, since) == after, start, add_months(after, -12)) - 1


def _year(days):
    return _parts(days)[1].astype("datetime64[Y]").astype(np.int64)
