"""What the list *My Customers Today* is put together from, and the SQL its sources share."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools import SQL

# Room in the ids of rows: each is ``id of the record × SLOTS + number of the source``.
SLOTS = 64
# Tier news stay for so long, and whoever has a quotation is left to answer it for so long.
NEWS_DAYS = 7
QUOTATION_DAYS = 14


@dataclass(frozen=True)
class AgendaSource:
    """One kind of rows: the records behind them, and what is to be done.

    :param query: function that makes ``SQL`` with the columns ``id`` (of the record),
        ``partner_id``, ``company_id``, ``user_id`` (whose row it is, NULL for nobody's), ``date``
        (since when) and ``stake``, in company currency; NULL: what is expected to be lost with
        the customer
    :param model: name of the model of the records
    :param step: key of ``customer.agenda.step``, the one next step
    :param quoted: whether a quotation that is under way is that step taken
    :param about_quotation: function that makes ``SQL``, a condition on rows ``r`` that are there
        because of a quotation, which for them is no step taken
    """

    query: Callable[[], SQL]
    model: str
    step: str
    quoted: bool = False
    about_quotation: Callable[[], SQL] | None = None

    def is_open(self, since):
        """Whether the step of row ``r`` is still to be taken, as ``SQL``; see
        :func:`no_quotation`."""
        if not self.quoted:
            return SQL("TRUE")
        free = no_quotation(SQL("r"), since)
        return SQL("(%s OR %s)", free, self.about_quotation()) if self.about_quotation else free


def expected_loss(standing):
    """What is expected to be lost with a customer whom nobody calls: the amount of a year, times
    the probability that nothing comes. NULL where that is unknown; see :func:`at_stake`.

    :param standing: ``SQL`` alias of a standing that an outer join may not have found
    """
    return SQL("%(s)s.amount * %(s)s.stay_away", s=standing)


def at_stake(standing):
    """The expected loss; where that is unknown, all of what the customer buys in a year."""
    return SQL("COALESCE(%s, %s.amount, 0)", expected_loss(standing), standing)


def no_quotation(row, since):
    """Whether nobody has quoted to the customer of a row lately.

    :param row: ``SQL`` alias of something with a ``partner_id`` and a ``company_id``
    :param since: moment from which quotations count
    """
    return SQL(
        """NOT EXISTS (
            SELECT FROM sale_order quotation
              JOIN res_partner buyer ON buyer.id = quotation.partner_id
              JOIN res_partner owner ON owner.id = %(row)s.partner_id
             WHERE buyer.commercial_partner_id = owner.commercial_partner_id
               AND quotation.company_id = %(row)s.company_id
               AND quotation.state IN ('draft', 'sent') AND quotation.date_order >= %(since)s)""",
        row=row,
        since=since,
    )


def union(sources, since):
    """Rows of all sources, with the ``kind``, ``number``, ``step`` and ``quoted`` of theirs.

    :param sources: dict kind → :class:`AgendaSource`
    :param since: see :func:`no_quotation`
    """
    parts = []
    for number, (kind, source) in enumerate(sources.items()):
        parts.append(
            SQL(
                """SELECT r.id, r.partner_id, r.company_id, r.user_id, r.date, r.stake,
                          %(kind)s AS kind, %(number)s AS number, %(step)s AS step
                     FROM (%(query)s) r WHERE %(open)s""",
                kind=kind,
                number=number,
                step=source.step,
                query=source.query(),
                open=source.is_open(since),
            )
        )
    return SQL(" UNION ALL ").join(parts)
