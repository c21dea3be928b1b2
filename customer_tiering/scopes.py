"""Which customers are read: functions from a column of commercial partner ids to a condition."""

from dataclasses import dataclass, replace
from functools import cached_property

from odoo.tools import SQL

# So few customers are read by other ways than thousands of them.
FEW = 50


# Like any function, a scope is the same as itself alone.
@dataclass(frozen=True, eq=False)
class Some:
    """Customers by their ids.

    :param ids: list of commercial partner ids
    :param kept: whether it is known that nothing that they bought ever came back
    :param refunds: see :func:`refunds`
    """

    ids: list
    kept: bool = False
    refunds: list | None = None

    def __call__(self, column):
        return SQL("%s = ANY(%s::int4[])", column, self._text)

    @cached_property
    def _text(self):
        """The ids as PostgreSQL writes an array: made once, and read faster than an expression,
        where thousands of them stand in a statement several times."""
        return f"{{{','.join(map(str, self.ids))}}}"

    def that_kept(self):
        """The same, where nothing that they bought ever came back."""
        return replace(self, kept=True)


@dataclass(frozen=True, eq=False)
class Between:
    """The customers with ``low < id <= high``.

    :param refunds: see :func:`refunds`
    """

    low: int
    high: int
    refunds: list | None = None

    def __call__(self, column):
        return SQL("%s > %s AND %s <= %s", column, self.low, column, self.high)


def few(scope):
    return isinstance(scope, Some) and len(scope.ids) <= FEW


def kept(scope):
    """Whether it is known that nothing ever came back of the customers of a scope."""
    return isinstance(scope, Some) and scope.kept


def refunds(scope):
    """Ids of the credit notes that may be for anything that the customers of a scope bought, None
    where that is not known. Several statements ask for them, and looking for those of thousands of
    customers takes each longer than all else about them."""
    return getattr(scope, "refunds", None)


def with_refunds(scope, ids):
    return replace(scope, refunds=ids)


def back(gather, company, scope):
    """Whether anything may have come back of the customers of a scope, as SQL. Of few it is nearly
    never so, and who asks this once need not ask each kind of records that could tell."""
    return SQL("(%s)", SQL(" OR ").join(gather._came_back_conditions(scope, company)))


def asked(gather, company, scope):
    """A scope that knows whether anything came back.

    :param scope: :class:`Some`
    """
    rows = gather.env.execute_query(SQL("SELECT %s", back(gather, company, scope)))
    return scope if rows[0][0] else scope.that_kept()
