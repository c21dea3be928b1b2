"""Where it is told what customers bought: queries over orders, invoices and credit notes.

``customer.tier.gather`` reads them and asks its hooks what counts; here is only the SQL. Functions
take the gather model first; a scope is a function from a column of commercial partner ids to a
condition. Dates of orders are compared in a way that no index serves: one on dates alone would read
everybody's orders for every chunk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from odoo.tools import SQL

from . import reversals, scopes
from .grading.policy import INVOICED, ORDERED

# Columns of what customers bought, as ``FactSource.orders`` gives them.
ORDER_COLUMNS = {
    "customer": "int4",
    "ordered_at": "timestamp",
    "amount": "float8",
    "frequent": "int4",
}
# Columns of ``FactSource.returns``: events of order lines, see ``grading.returns``.
RETURN_COLUMNS = {
    "customer": "int4",
    "document": "int4",
    "line": "int4",
    "product": "int4",
    "ordered_at": "timestamp",
    "happened_at": "timestamp",
    "kind": "int4",
    "amount": "float8",
    "ordered": "float8",
    "quantity": "float8",
    "pieces": "float8",
    "goods": "int4",
    "cost": "float8",
    "counts": "int4",
    "worth": "float8",
}


@dataclass(frozen=True)
class FactSource:
    """A kind of records that tell what customers bought, such as confirmed orders.

    All queries have the same columns in all sources, none of them NULL, and know nothing that is
    dated after the as-of date. A grading asks for orders and returns of days to come as well, to
    know when it will have to look again; each row has its own day. Customers are commercial
    partners, moments are in UTC.

    :param orders: function ``(company, as_of, scope) → SQL`` with the columns ``ORDER_COLUMNS``:
        customer, moment, untaxed amount in company currency, and whether it counts for the
        frequency (0 or 1); a return has a negative amount that does not count. Of a source with
        ``returns`` also ``document``, the id that these speak of
    :param lines: function ``(company, as_of, scope, measures, after) → SQL`` with the columns of
        ``customer.tier.gather._line_query``; None where no products are known
    :param returns: functions ``(company, as_of, scope, measures) → SQL`` with the columns
        ``RETURN_COLUMNS``: what came back of the orders, and what that is to be compared with
    :param lines_net: whether ``lines`` has what came back already
    :param credits: whether it tells of nothing but credit notes: of whom nothing ever came back,
        see ``customer.tier.gather._came_back_conditions``, it is not asked
    :param bases: the choices of a programme that the source belongs to, of ``policy.BASES``
    """

    orders: Callable
    lines: Callable | None = None
    returns: tuple = ()
    lines_net: bool = False
    credits: bool = False
    bases: tuple = (ORDERED, INVOICED)


def core_sources(gather, company):
    """The kinds of records that tell what was bought without any other addon."""
    return [
        FactSource(
            gather._order_query,
            gather._line_query,
            tuple(gather._return_queries(company)),
            bases=(ORDERED,),
        ),
        FactSource(
            partial(loose_credits, gather),
            partial(loose_credit_lines, gather),
            credits=True,
            bases=(ORDERED,),
        ),
        FactSource(
            partial(invoices, gather),
            partial(invoice_lines, gather),
            (partial(reversed_invoices, gather),),
            lines_net=True,
            bases=(INVOICED,),
        ),
        FactSource(partial(invoice_credits, gather), credits=True, bases=(INVOICED,)),
    ]


def noon(day, zone):
    """The moment (UTC) of noon of a date, an SQL value, in a time zone."""
    return SQL("((%s + time '12:00') AT TIME ZONE %s AT TIME ZONE 'UTC')", day, zone)


def purchases(gather, company, as_of, scope, basis, since=None):
    """What all sources of a basis tell of purchases, with the columns ``ORDER_COLUMNS`` and
    ``document``, 0 where no returns speak of it; what came back of these is not taken off.

    :param since: only purchases from this day on
    """
    queries = [
        SQL("(%s)", source.orders(company, as_of, scope))
        if source.returns
        else SQL("(SELECT q.*, 0 FROM (%s) q)", source.orders(company, as_of, scope))
        for source in gather._sources(company, basis, scope)
    ]
    found = SQL(" UNION ALL ").join(queries)
    if since is None:
        return found
    names = SQL(", ").join(map(SQL.identifier, (*ORDER_COLUMNS, "document")))
    start = gather._end_of_day(company, since - timedelta(days=1))
    return SQL("SELECT * FROM (%s) AS q (%s) WHERE q.ordered_at >= %s", found, names, start)


def kept_share(gather, company, as_of, scope):
    """Which part of the worth of orders ``o`` customers have kept up to a day.

    :return: SQL of a join to ``sale_order o``, and of the part, from 0 to 1
    """
    back = gather._came_back(company, as_of, scope, ORDERED, lines=False)
    back = back.groupby("document")["amount"].sum()
    join = SQL(
        "LEFT JOIN unnest(%s::int4[], %s::float8[]) AS back (id, amount) ON back.id = o.id",
        back.index.tolist(),
        back.tolist(),
    )
    share = SQL(
        """CASE WHEN back.amount IS NULL OR COALESCE(o.amount_untaxed, 0) = 0 THEN 1
                ELSE GREATEST(1 + back.amount * COALESCE(NULLIF(o.currency_rate, 0), 1)::float8
                                  / o.amount_untaxed::float8, 0) END"""
    )
    return join, share


# Confirmed orders


def orders(gather, company, as_of, scope):
    return SQL(
        """
        SELECT p.commercial_partner_id,
               o.date_order,
               COALESCE(o.amount_untaxed, 0)::float8
                   / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8,
               (%(frequent)s)::int,
               o.id
          FROM res_partner p
          JOIN sale_order o ON o.partner_id = p.id
         WHERE o.state = 'sale'
           AND o.company_id = %(company)s
           AND o.date_order < %(end)s
           AND %(scope)s
        """,
        frequent=gather._frequent_condition(company),
        company=company.id,
        end=gather._end_of_day(company, as_of),
        scope=scope(SQL("p.commercial_partner_id")),
    )


def dated_later(gather, company, as_of, scope, basis):
    """Number of what is dated after a day, and the first day."""
    if basis == INVOICED:
        return SQL(
            """
            SELECT COUNT(*), MIN(m.invoice_date)
              FROM res_partner p
              JOIN account_move m ON m.partner_id = p.id
             WHERE m.move_type = 'out_invoice' AND m.state = 'posted' AND m.company_id = %s
               AND m.invoice_date > %s AND %s
            """,
            company.id,
            as_of,
            scope(SQL("p.commercial_partner_id")),
        )
    return SQL(
        """
        SELECT COUNT(*), MIN((o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)
          FROM res_partner p
          JOIN sale_order o ON o.partner_id = p.id
         WHERE o.state = 'sale' AND o.company_id = %s AND o.date_order >= %s AND %s
        """,
        gather._timezone(company),
        company.id,
        gather._end_of_day(company, as_of),
        scope(SQL("p.commercial_partner_id")),
    )


def order_lines(gather, company, as_of, scope, measures, after):
    """Tables that no column is taken from are not read."""
    from .grading.metrics import as_date

    start = SQL("TRUE")
    if after is not None:
        start = SQL(
            "COALESCE(o.date_order, '-infinity') >= %s",
            gather._end_of_day(company, as_date(after)),
        )
    return SQL(
        """
        SELECT p.commercial_partner_id, o.date_order, l.product_id, %(columns)s
          FROM res_partner p
          JOIN sale_order o ON o.partner_id = p.id
          JOIN sale_order_line l ON l.order_id = o.id
          %(products)s
         WHERE o.state = 'sale'
           AND o.company_id = %(company)s
           AND COALESCE(o.date_order, 'infinity') < %(end)s
           AND %(start)s
           AND l.display_type IS NULL
           AND l.product_id IS NOT NULL
           AND %(scope)s
        """,
        columns=SQL(", ").join(gather._line_values(company, measures)),
        products=ORDERED_PRODUCTS,
        company=company.id,
        end=gather._end_of_day(company, as_of),
        start=start,
        scope=scope(SQL("p.commercial_partner_id")),
    )


# What order lines ``l`` are of.
ORDERED_PRODUCTS = SQL(
    """
     LEFT JOIN product_product v ON v.id = l.product_id
     LEFT JOIN product_template t ON t.id = v.product_tmpl_id
     LEFT JOIN uom_uom u ON u.id = l.product_uom_id
     LEFT JOIN uom_uom own ON own.id = t.uom_id
    """
)


def line_of_return(gather, company, measures):
    """Columns of ``RETURN_COLUMNS`` that tell of the line ``l`` of order ``o`` itself: its worth,
    its pieces, whether it is goods, its cost, whether it makes the order one, and the worth of all
    lines that do.

    With them come ``unit``, the worth of one in the order's currency, and ``whole``, a join that
    all this needs, to be the last one. Taxes that are in prices are rounded for lines as for the
    whole order, which may be a cent: all lines together are worth what the order is, unless they
    nearly cancel each other out.
    """
    from .grading.metrics import MONEY_MEASURES

    counts = _makes_a_purchase(gather, company, SQL("l.product_id"))
    unit = SQL("(COALESCE(whole.share, 1)::float8 / %s)", _RATE)
    return {
        "unit": unit,
        "whole": SQL(
            """JOIN LATERAL (
                   SELECT CASE WHEN o.amount_untaxed / NULLIF(SUM(l.price_subtotal), 0)
                                    BETWEEN 0.99 AND 1.01
                               THEN o.amount_untaxed / SUM(l.price_subtotal) END AS share,
                          COALESCE(SUM(l.price_subtotal) FILTER (WHERE %s), 0) AS worth
                     FROM sale_order_line l
                    WHERE l.order_id = o.id AND l.display_type IS NULL) whole ON TRUE""",
            counts,
        ),
        "ordered": SQL("l.price_subtotal::float8 * %s", unit),
        "pieces": SQL("(%s)::float8", gather._line_quantity()),
        "goods": SQL("(%s)::int", gather._goods_condition(company)),
        "cost": SQL("COALESCE((%s)::float8, 0)", gather._line_cost(company))
        if measures & MONEY_MEASURES
        else SQL("0::float8"),
        "counts": SQL("(%s)::int", counts),
        "worth": SQL("whole.worth::float8 * %s", unit),
    }


def with_reductions(gather, company, measures, sent_back):
    """What was sent back or never delivered, and what goes with it of the discounts of the order
    and of what paid for it: they are for all that was ordered and belong to what is kept of it.

    :param sent_back: query with the columns ``RETURN_COLUMNS``, of goods alone
    """
    line = line_of_return(gather, company, measures)
    names = SQL(", ").join(map(SQL.identifier, RETURN_COLUMNS))
    return SQL(
        """
        WITH back (%(names)s) AS MATERIALIZED (%(sent_back)s)
        SELECT * FROM back
         UNION ALL
        SELECT e.customer, e.document, l.id, COALESCE(l.product_id, 0), e.ordered_at,
               e.happened_at, 2, 0::float8, %(ordered)s,
               e.worth / (CASE WHEN %(counts)s = 1 THEN bought.goods ELSE bought.anything END
                          * %(unit)s) * l.product_uom_qty::float8,
               l.product_uom_qty::float8, 0, %(cost)s, %(counts)s, %(worth)s
          FROM (SELECT customer, document, ordered_at, happened_at,
                       SUM(quantity * ordered / NULLIF(pieces, 0)) AS worth
                  FROM back
                 WHERE pieces > 0
              GROUP BY customer, document, ordered_at, happened_at) e
          JOIN sale_order o ON o.id = e.document
          JOIN LATERAL (SELECT SUM(l.price_subtotal)::float8 AS anything,
                               SUM(l.price_subtotal) FILTER (WHERE %(goods_condition)s)::float8
                                   AS goods
                          FROM sale_order_line l
                         WHERE l.order_id = o.id AND l.display_type IS NULL
                           AND l.price_subtotal > 0) bought ON bought.goods > 0
          JOIN sale_order_line l ON l.order_id = o.id AND l.display_type IS NULL
           AND l.price_subtotal < 0 AND l.product_uom_qty > 0
          %(products)s
          %(whole)s
         WHERE NOT EXISTS (SELECT FROM back own WHERE own.line = l.id)
        """,
        **line,
        names=names,
        sent_back=sent_back,
        goods_condition=gather._goods_condition(company),
        products=ORDERED_PRODUCTS,
    )


def _makes_a_purchase(gather, company, product):
    """Whether a line of a product makes an order, or an invoice, a purchase: all of this came back,
    and it is none any more."""
    return SQL("(%s IN (%s)) IS NOT TRUE", product, gather._products_beside_purchases(company))


def no_goods(company):
    """Products that stand for something else: the company's discount, and the frames of combos, of
    which what was chosen are goods."""
    # What is a discount does not depend on who grades.
    return SQL(
        """SELECT UNNEST(%s::int[])
            UNION ALL
           SELECT c.id
             FROM product_combo_product_template_rel f
             JOIN product_template d ON d.id = f.product_template_id AND d.type = 'combo'
             JOIN product_product c ON c.product_tmpl_id = d.id""",
        company.sudo().sale_discount_product_id.ids,
    )


_RATE = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)::float8")


def _refunds_of(contact, company, as_of):
    """Posted credit notes of a contact up to a day, looked up a contact at a time (OFFSET 0): else
    those of everybody are read for each chunk of customers.

    :param contact: SQL of the contact's id
    """
    return SQL(
        """
        LATERAL (SELECT * FROM account_move n
                  WHERE n.move_type = 'out_refund' AND n.state = 'posted'
                    AND n.company_id = %s AND n.partner_id = %s AND n.invoice_date <= %s
                 OFFSET 0)
        """,
        company.id,
        contact,
        as_of,
    )


def _customers_and_refunds(company, as_of, scope):
    """Customers ``p`` of a scope and their credit notes ``m`` up to a day, to select from."""
    known = scopes.refunds(scope)
    if known is None:
        return SQL("res_partner p JOIN %s m ON TRUE", _refunds_of(SQL("p.id"), company, as_of))
    return SQL(
        "res_partner p JOIN account_move m ON m.partner_id = p.id AND m.id = ANY(%s)"
        " AND m.invoice_date <= %s",
        known,
        as_of,
    )


def _refunds_for(company, as_of, scope):
    """Credit notes ``m`` up to a day that may be for anything that the customers of a scope bought,
    whoever they are made out to, to select from."""
    known = scopes.refunds(scope)
    if known is None:
        payers = _who_is_credited(company, scope(SQL("p.commercial_partner_id")))
        return SQL("(%s) payer (id), %s m", payers, _refunds_of(SQL("payer.id"), company, as_of))
    return SQL(
        "(SELECT * FROM account_move n WHERE n.id = ANY(%s) AND n.invoice_date <= %s) m",
        known,
        as_of,
    )


def with_refunds(gather, company, scope):
    """A scope that knows the credit notes that may be for anything that its customers bought; one
    of few customers stays as it is, and so does one of which nothing ever came back."""
    if not isinstance(scope, scopes.Between | scopes.Some) or scopes.kept(scope):
        return scope
    if scopes.few(scope):
        return scope
    query = SQL("SELECT m.id FROM %s", _refunds_for(company, date.max, scope))
    return scopes.with_refunds(scope, gather._read(query, {"id": "int4"})["id"].tolist())


def _who_is_credited(company, condition):
    """Contacts to whom credit notes for orders of some customers ``p`` are made out: their own, who
    pays for their orders by now, and whoever else got one.

    :param condition: SQL on ``p``
    """
    return SQL(
        """
        SELECT p.id FROM res_partner p WHERE %(condition)s
         UNION
        SELECT o.partner_invoice_id
          FROM res_partner p
          JOIN sale_order o ON o.partner_id = p.id
         WHERE o.state = 'sale' AND o.partner_invoice_id <> o.partner_id
           AND o.company_id = %(company)s AND %(condition)s
         UNION
        SELECT c.partner_id
          FROM customer_tier_credited_order_rel r
          JOIN account_move c ON c.id = r.move_id
          JOIN sale_order o ON o.id = r.order_id
          JOIN res_partner p ON p.id = o.partner_id
         WHERE %(condition)s
        """,
        company=company.id,
        condition=condition,
    )


def credited_lines(gather, company, as_of, scope, measures):
    """Invoices and credit notes of the order lines of which anything was credited.

    Whoever pays for an order may be another customer, and a credit note may be made out to somebody
    else altogether. An amount in the order's currency is worth what it was on the day of the order,
    and in another one that of the invoice what it was on the invoice's day: credited in full is in
    full, whatever the rate is by then.
    """
    line = line_of_return(gather, company, measures)
    return SQL(
        """
        WITH note AS MATERIALIZED (
            %(notes)s
        ), lump AS MATERIALIZED (%(lumps)s), credited AS MATERIALIZED (
            SELECT x.order_line_id AS id
              FROM note,
                   LATERAL (SELECT y.order_line_id
                              FROM account_move_line i
                              JOIN sale_order_line_invoice_rel y ON y.invoice_line_id = i.id
                             WHERE i.move_id = note.id
                            OFFSET 0) x
             UNION
            SELECT lump.order_line_id FROM lump
        ), told (line_id, document_line_id, share, lump) AS (
            SELECT credited.id, x.invoice_line_id, 1::float8 / links.number, FALSE
              FROM credited
              JOIN sale_order_line_invoice_rel x ON x.order_line_id = credited.id
              JOIN LATERAL (SELECT COUNT(*) AS number FROM sale_order_line_invoice_rel y
                             WHERE y.invoice_line_id = x.invoice_line_id) links ON TRUE
             UNION ALL
            SELECT lump.order_line_id, lump.document_line_id, lump.share, TRUE FROM lump
        )
        SELECT p.commercial_partner_id, o.id, l.id, COALESCE(l.product_id, 0), o.date_order,
               %(noon)s,
               CASE WHEN m.move_type = 'out_refund' THEN 1 WHEN %(restores)s THEN 3 ELSE 0 END,
               CASE WHEN i.currency_id = o.currency_id
                    THEN i.price_subtotal::float8
                         * CASE WHEN told.lump THEN 1 / %(rate)s ELSE %(unit)s END
                    WHEN m.move_type = 'out_refund' THEN i.balance::float8 * %(rates)s
                    WHEN %(restores)s THEN -i.balance::float8 * %(rates)s
                    ELSE -i.balance::float8 END * told.share,
               %(ordered)s,
               CASE WHEN told.lump THEN 0
                    ELSE i.quantity::float8 * COALESCE(iu.factor / NULLIF(own.factor, 0), 1)::float8
                         * told.share END,
               %(pieces)s, %(goods)s, %(cost)s, %(counts)s, %(worth)s
          FROM told
          JOIN sale_order_line l ON l.id = told.line_id
          JOIN sale_order o ON o.id = l.order_id
          JOIN res_partner p ON p.id = o.partner_id
          %(products)s
          JOIN account_move_line i ON i.id = told.document_line_id
          JOIN account_move m ON m.id = i.move_id
     LEFT JOIN uom_uom iu ON iu.id = i.product_uom_id
     LEFT JOIN account_move n ON n.id = m.reversed_entry_id
     LEFT JOIN account_move r
            ON r.id = CASE WHEN %(restores)s THEN n.reversed_entry_id ELSE n.id END
          %(whole)s
         WHERE o.state = 'sale' AND o.company_id = %(company)s AND o.date_order < %(end)s
           AND l.display_type IS NULL
           AND m.move_type IN ('out_invoice', 'out_refund') AND m.state = 'posted'
           AND m.invoice_date <= %(as_of)s
           AND %(scope)s
        """,
        **line,
        rate=_RATE,
        rates=_RATES,
        notes=reversals.notes(_refunds_for(company, as_of, scope), as_of),
        restores=SQL("(n.move_type = 'out_refund' AND n.state = 'posted')"),
        lumps=reversals.lump_sums(),
        noon=noon(SQL("m.invoice_date"), gather._timezone(company)),
        products=ORDERED_PRODUCTS,
        company=company.id,
        as_of=as_of,
        end=gather._end_of_day(company, as_of),
        scope=scope(SQL("p.commercial_partner_id")),
    )


# Credit notes without an order


def _loose(gather, company, as_of, scope):
    """Customers ``p``, their credit notes ``r`` for no invoice, and with each of these what
    reverses it, as ``m``, to select from.

    A credit note for an invoice is for what this was for: its orders, see
    :func:`reversals.lump_sums`, or what never counted.
    """
    return SQL(
        """
        (SELECT p.commercial_partner_id, m.id AS credit_id
           FROM %s
          WHERE m.reversed_entry_id IS NULL AND %s AND %s) p
          JOIN account_move r ON r.id = p.credit_id
          JOIN %s m ON TRUE
        """,
        _customers_and_refunds(company, as_of, scope),
        gather._loose_credit_condition(company),
        scope(SQL("p.commercial_partner_id")),
        reversals.chain(SQL("r.id")),
    )


def loose_credits(gather, company, as_of, scope):
    """Credit notes, or lines of them, that belong to no order: less of the customer's amount."""
    return SQL(
        """
        SELECT p.commercial_partner_id, %(noon)s, SUM(%(worth)s), 0
          FROM %(loose)s
          JOIN account_move_line i ON i.move_id = m.id
         WHERE %(unlinked)s AND m.invoice_date <= %(as_of)s
      GROUP BY p.commercial_partner_id, m.id, m.invoice_date
        """,
        loose=_loose(gather, company, as_of, scope),
        unlinked=reversals.FOR_NO_ORDER,
        worth=_WORTH,
        noon=noon(SQL("m.invoice_date"), gather._timezone(company)),
        as_of=as_of,
    )


def loose_credit_lines(gather, company, as_of, scope, measures, after):
    given = (gather, company, as_of, scope, measures, after)
    return _move_lines(
        *given, reversals.FOR_NO_ORDER, _WORTH, moves=_loose(gather, company, as_of, scope)
    )


def has_credits(scope, company):
    """Condition: whether anything that customers have ordered, were invoiced, or have without an
    order, was ever credited."""
    customers = scope(SQL("p.commercial_partner_id"))
    return SQL(
        """
        EXISTS (SELECT FROM account_move m
                 WHERE m.move_type = 'out_refund' AND m.state = 'posted'
                   AND m.company_id = %(company)s AND m.partner_id IN (%(credited)s))
        -- Whoever the credit note for an invoice is made out to.
        OR EXISTS (SELECT FROM res_partner p
                     JOIN account_move r ON r.partner_id = p.id
                     JOIN account_move m ON m.reversed_entry_id = r.id
                    WHERE m.move_type = 'out_refund' AND m.state = 'posted'
                      AND m.company_id = %(company)s AND %(customers)s)
        """,
        company=company.id,
        credited=_who_is_credited(company, customers),
        customers=customers,
    )


# Invoices


def invoices(gather, company, as_of, scope):
    return SQL(
        """
        SELECT p.commercial_partner_id, %(noon)s, m.amount_untaxed_signed::float8,
               -- What takes back a bonus is no purchase.
               (%(frequent)s AND NOT %(bonus)s)::int, m.id
          FROM res_partner p
          JOIN account_move m ON m.partner_id = p.id
         WHERE m.move_type = 'out_invoice' AND m.state = 'posted'
           AND NOT %(restored)s
           AND m.company_id = %(company)s AND m.invoice_date <= %(as_of)s AND %(scope)s
        """,
        bonus=reversals.reverses_credit(SQL("m.reversed_entry_id")),
        restored=reversals.restores(SQL("m")),
        frequent=gather._frequent_invoice_condition(company),
        noon=noon(SQL("m.invoice_date"), gather._timezone(company)),
        company=company.id,
        as_of=as_of,
        scope=scope(SQL("p.commercial_partner_id")),
    )


def orders_of_invoices(documents):
    """Id of an invoice and of the order that it is for a part of, of some invoices: those of one
    order are one purchase. Where a line is invoiced as a whole again and again, such as a
    subscription, each invoice is one.

    :param documents: list of ids
    """
    return SQL(
        """
        SELECT q.move_id AS document, MIN(q.order_id) AS purchase
          FROM (SELECT i.move_id, l.order_id,
                       l.is_downpayment IS NOT TRUE AND l.product_uom_qty > 0
                       AND 2 * l.product_uom_qty <= (
                           SELECT SUM(CASE c.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                                      * j.quantity)
                             FROM sale_order_line_invoice_rel y
                             JOIN account_move_line j ON j.id = y.invoice_line_id
                             JOIN account_move c ON c.id = j.move_id AND c.state = 'posted'
                            WHERE y.order_line_id = l.id) AS again
                  FROM account_move_line i
                  JOIN sale_order_line_invoice_rel x ON x.invoice_line_id = i.id
                  JOIN sale_order_line l ON l.id = x.order_line_id
                 WHERE i.move_id = ANY(%s)) q
      GROUP BY q.move_id
        HAVING BOOL_OR(q.again) IS NOT TRUE
        """,
        documents,
    )


def invoice_credits(gather, company, as_of, scope):
    """Credit notes that reverse no invoice."""
    return SQL(
        """
        SELECT p.commercial_partner_id, %(noon)s, m.amount_untaxed_signed::float8, 0
          FROM res_partner p
          JOIN account_move m ON m.partner_id = p.id
         WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND m.reversed_entry_id IS NULL
           AND %(counts)s
           AND m.company_id = %(company)s AND m.invoice_date <= %(as_of)s AND %(scope)s
        """,
        counts=gather._loose_credit_condition(company),
        noon=noon(SQL("m.invoice_date"), gather._timezone(company)),
        company=company.id,
        as_of=as_of,
        scope=scope(SQL("p.commercial_partner_id")),
    )


def reversed_invoices(gather, company, as_of, scope, measures):
    """Credit notes that reverse an invoice, and what reverses these, each invoice as two lines
    without pieces: what makes it a purchase, and the rest. They are of the customer of the invoice,
    as those of an order are of who ordered, whoever they are made out to.

    An amount in the invoice's currency is worth what it was on the day of the invoice, as that of
    an order is, and not at the rate of the credit note's day: credited in full is in full.
    """
    zone = gather._timezone(company)
    return SQL(
        """
        SELECT p.commercial_partner_id, r.id, CASE WHEN part.counts THEN r.id ELSE -r.id END, 0,
               %(origin)s, %(noon)s, 1,
               CASE WHEN m.currency_id = r.currency_id AND m.currency_id <> %(home)s
                         AND part.invoiced_currency <> 0
                    THEN part.credited_currency::float8 * part.invoiced::float8
                         / part.invoiced_currency::float8
                    ELSE part.credited::float8 END,
               part.invoiced::float8, 0::float8, 0::float8, 0, 0::float8,
               part.counts::int, part.worth::float8
          FROM %(reversed)s
          JOIN LATERAL (%(parts)s) part ON TRUE
         WHERE %(for_invoice)s
           AND m.company_id = %(company)s AND m.invoice_date <= %(as_of)s AND %(scope)s
        """,
        home=company.currency_id.id,
        origin=noon(SQL("COALESCE(r.invoice_date, r.date)"), zone),
        noon=noon(SQL("m.invoice_date"), zone),
        reversed=reversals.OF_INVOICES,
        for_invoice=reversals.FOR_INVOICE,
        parts=_parts(gather, company),
        company=company.id,
        as_of=as_of,
        scope=scope(SQL("p.commercial_partner_id")),
    )


def _parts(gather, company):
    """Of an invoice ``r`` and a credit note ``m`` for it, what makes it a purchase and the rest:
    what was invoiced and credited of both, and the worth of the former."""
    return SQL(
        """
        SELECT a.counts, SUM(a.credited) AS credited, SUM(a.invoiced) AS invoiced,
               SUM(a.credited_currency) AS credited_currency,
               SUM(a.invoiced_currency) AS invoiced_currency,
               SUM(SUM(CASE WHEN a.counts THEN a.invoiced ELSE 0 END)) OVER () AS worth
          FROM (SELECT %s AS counts,
                       CASE i.move_id WHEN m.id THEN i.balance ELSE 0 END AS credited,
                       CASE i.move_id WHEN r.id THEN -i.balance ELSE 0 END AS invoiced,
                       CASE i.move_id WHEN m.id THEN i.amount_currency ELSE 0 END
                           AS credited_currency,
                       CASE i.move_id WHEN r.id THEN -i.amount_currency ELSE 0 END
                           AS invoiced_currency
                  FROM account_move_line i
                 WHERE i.move_id IN (m.id, r.id)
                   AND (i.display_type = 'product' OR i.display_type = 'rounding'
                                                  AND i.tax_repartition_line_id IS NULL)) a
      GROUP BY a.counts
        """,
        _makes_a_purchase(gather, company, SQL("i.product_id")),
    )


def invoice_lines(gather, company, as_of, scope, measures, after):
    invoiced = SQL(
        """(m.move_type = 'out_invoice' AND NOT %s
            OR m.move_type = 'out_refund' AND m.reversed_entry_id IS NULL AND %s)
           AND m.state = 'posted' AND i.display_type = 'product'""",
        reversals.restores(SQL("m")),
        gather._loose_credit_condition(company),
    )
    credited = SQL("%s AND i.display_type = 'product'", reversals.FOR_INVOICE)
    given = (gather, company, as_of, scope, measures, after)
    return SQL(
        "%s UNION ALL %s",
        _move_lines(*given, invoiced),
        # As the amounts are, see ``reversed_invoices``.
        _move_lines(*given, credited, _WORTH, reversals.OF_INVOICES, _REBATE),
    )


# What makes an amount of credit note ``m`` worth what it was when invoice ``r`` was made.
_RATES = SQL(
    """CASE WHEN m.currency_id = r.currency_id
            THEN COALESCE(m.invoice_currency_rate / NULLIF(r.invoice_currency_rate, 0), 1)
            ELSE 1 END::float8"""
)
_WORTH = SQL("-i.balance::float8 * %s", _RATES)
# Whether line ``i`` of credit note ``m``, or of what reverses one, only lowers the price, see
# ``grading.returns``.
_REBATE = SQL(
    """(i.quantity > 0
        AND 2 * CASE m.move_type WHEN 'out_refund' THEN 1 ELSE -1 END * i.balance::float8 * %s
        < i.quantity::float8 * COALESCE(u.factor, 1)::float8
          * (SELECT MIN(-j.balance::float8 / (j.quantity * COALESCE(w.factor, 1))::float8)
               FROM account_move_line j
          LEFT JOIN uom_uom w ON w.id = j.product_uom_id
              WHERE j.move_id = r.id AND j.product_id = i.product_id
                AND j.display_type = 'product' AND j.quantity > 0))""",
    _RATES,
)
# Documents ``m`` of customers ``p``.
_THEIRS = SQL("res_partner p JOIN account_move m ON m.partner_id = p.id")


def _invoiced_goods(gather, company):
    """Which lines ``i`` of invoices are goods; those of an order are what its lines are."""
    return SQL(
        """(i.is_downpayment IS NOT TRUE AND i.price_unit >= 0
            AND i.product_id IS NOT NULL AND i.product_id NOT IN (%s)
            AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel x
                              JOIN sale_order_line l ON l.id = x.order_line_id
                             WHERE x.invoice_line_id = i.id AND NOT %s))""",
        gather._products_that_are_no_goods(company),
        gather._goods_condition(company),
    )


def _move_lines(
    gather,
    company,
    as_of,
    scope,
    measures,
    after,
    documents,
    worth=None,
    moves=_THEIRS,
    rebate=None,
):
    """Lines ``i`` of invoices and credit notes ``m``, with the columns of order lines.

    :param documents: condition on both
    :param worth: of a line, in company currency
    :param moves: customers ``p`` and the documents, as SQL to select from
    :param rebate: which lines are money without pieces
    """
    from .grading.metrics import MONEY_MEASURES, as_date

    pieces = SQL(
        """CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * i.quantity
           * COALESCE(u.factor / NULLIF(own.factor, 0), 1)"""
    )
    if rebate:
        pieces = SQL("(CASE WHEN %s THEN 0 ELSE %s END)", rebate, pieces)
    goods = _invoiced_goods(gather, company)
    columns = [SQL("(CASE WHEN %s THEN %s ELSE 0 END)::float8", goods, pieces)]
    if measures & MONEY_MEASURES:
        cost = gather._invoiced_cost(company, pieces)
        columns += [worth or SQL("-i.balance::float8"), SQL("COALESCE((%s)::float8, 0)", cost)]
    start = SQL("TRUE") if after is None else SQL("m.invoice_date > %s", as_date(after))
    return SQL(
        """
        SELECT p.commercial_partner_id, %(noon)s, COALESCE(i.product_id, 0), %(columns)s
          FROM %(moves)s
          JOIN account_move_line i ON i.move_id = m.id
     LEFT JOIN product_product v ON v.id = i.product_id
     LEFT JOIN product_template t ON t.id = v.product_tmpl_id
     LEFT JOIN uom_uom u ON u.id = i.product_uom_id
     LEFT JOIN uom_uom own ON own.id = t.uom_id
         WHERE %(documents)s AND m.company_id = %(company)s AND m.invoice_date <= %(as_of)s
           AND %(start)s AND %(scope)s
        """,
        noon=noon(SQL("m.invoice_date"), gather._timezone(company)),
        columns=SQL(", ").join(columns),
        moves=moves,
        documents=documents,
        company=company.id,
        as_of=as_of,
        start=start,
        scope=scope(SQL("p.commercial_partner_id")),
    )
