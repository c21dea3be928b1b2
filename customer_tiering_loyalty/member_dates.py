"""On which days member days fall: plain dates."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

# The same day for everybody, or one of each customer.
SHARED = ("monthly", "yearly")


@dataclass(frozen=True)
class MemberDay:
    """What is known of a member day.

    :param month, day: of ``yearly`` its date, of ``monthly`` the day alone; of days of each
        customer neither
    :param days: how many days it lasts
    :param tiers: ids of the tiers whose day it is; empty: of all
    :param date_field: field of the contact that holds the date, where one does
    """

    id: int
    recurrence: str
    month: int
    day: int
    days: int
    tiers: frozenset[int] = frozenset()
    date_field: str = ""

    @property
    def shared(self):
        return self.recurrence in SHARED

    def of_tier(self, tier_id):
        return not self.tiers or tier_id in self.tiers

    def next(self, today, anchor=None):
        """First day of the occurrence that is on, else of the next one.

        :param anchor: of a day of each customer, the customer's date; itself it is no anniversary
        :return: ``datetime.date``, or None without a date
        """
        if self.recurrence == "monthly":
            starts = monthly(self.day, today)
        elif self.recurrence == "yearly":
            starts = yearly(self.month, self.day, today)
        elif anchor:
            starts = [day for day in yearly(anchor.month, anchor.day, today) if day > anchor]
        else:
            return None
        return next((day for day in starts if day + timedelta(days=self.days) > today), None)

    def is_on(self, today, anchor=None):
        start = self.next(today, anchor)
        return start is not None and start <= today


def monthly(day, today):
    """The day of the month before, this month and the next; of a shorter month its last day."""
    months = [12 * today.year + today.month - 1 + offset for offset in (-1, 0, 1)]
    return [in_month(month // 12, month % 12 + 1, day) for month in months]


def yearly(month, day, today):
    """The day of the year before, of this year and of the next two, since the first of these may
    be none yet; 29 February is 28 February in other years."""
    return [in_month(today.year + offset, month, day) for offset in (-1, 0, 1, 2)]


def in_month(year, month, day):
    return date(year, month, min(day, monthrange(year, month)[1]))
