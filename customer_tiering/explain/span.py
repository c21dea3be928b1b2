"""The days that a metric looks at, as SQL: the same for everybody, or each customer's own."""

from dataclasses import dataclass, replace
from datetime import date

from odoo.tools import SQL

ALIAS = "customer_span"


@dataclass(frozen=True)
class Span:
    """Days that are looked at, both inclusive.

    Customers listed have days of their own, in lists of equal length; ``first`` and ``last`` are
    those of everybody else.
    """

    first: date
    last: date
    customers: tuple = ()
    firsts: tuple = ()
    lasts: tuple = ()

    @property
    def latest(self):
        return max(self.last, *self.lasts) if self.lasts else self.last

    @property
    def earliest(self):
        return min(self.first, *self.firsts) if self.firsts else self.first

    @property
    def earliest_end(self):
        return min(self.last, *self.lasts) if self.lasts else self.last

    @property
    def table(self):
        return SQL(
            "(SELECT * FROM unnest(%s::int[], %s::date[], %s::date[]) t (customer, first, last))",
            list(self.customers),
            list(self.firsts),
            list(self.lasts),
        )

    def condition(self, customer):
        """Whose days a row of the table is, for the SQL of a customer's id."""
        return SQL("%s = %s", SQL.identifier(ALIAS, "customer"), customer)

    def join(self, customer):
        """The SQL that joins the table where there is one."""
        if not self.customers:
            return SQL()
        alias, condition = SQL.identifier(ALIAS), self.condition(customer)
        return SQL("LEFT JOIN %s AS %s ON %s", self.table, alias, condition)

    def _own(self, name, other):
        if not self.customers:
            return SQL("%s::date", other)
        return SQL("COALESCE(%s, %s::date)", SQL.identifier(ALIAS, name), other)

    @property
    def first_sql(self):
        """First day of a customer, where the table is joined."""
        return self._own("first", self.first)

    @property
    def last_sql(self):
        return self._own("last", self.last)


def spans_of_years(facts, period, as_of):
    """What has passed of the running year of a programme, and the last full one.

    :param facts: ``grading.metrics.Facts`` of its customers
    :param period: that of ``policy.Program``, which is not ``rolling``
    :param as_of: ``datetime.date``
    :return: two :class:`Span`
    """
    import numpy as np

    from ..grading.metrics import Window, as_date
    from ..grading.years import Years

    usual = Years.of("calendar", as_of, None)
    running = Span(as_date(usual.start), as_of)
    last = Span(as_date(usual.last_start), as_date(usual.start - 1))
    if period == "calendar":
        return running, last
    first = Window(facts, as_of, 0).first_day
    ordered = ~np.isnan(first)
    customers = facts.customers[ordered].tolist()
    year = Years.of(period, as_of, first[ordered])
    start, last_start, end = (
        list(map(as_date, days.tolist())) for days in (year.start, year.last_start, year.start - 1)
    )
    return (
        replace(running, customers=customers, firsts=start, lasts=[as_of] * len(start)),
        replace(last, customers=customers, firsts=last_start, lasts=end),
    )
