"""Which documents reverse which: credit notes of invoices, and what reverses credit notes in its
turn, by which counts again what they gave back."""

from odoo.tools import SQL


def chain(note):
    """A credit note and whatever reverses it, that again and so on, to select from: each of them
    takes back what the one before did. They are told apart by being invoices or credit notes. As an
    array, of which the planner expects few: it takes what it knows nothing of for a hundred rows a
    note, and joins everybody's order lines.

    :param note: SQL of the credit note's id
    """
    return SQL(
        """
        LATERAL (SELECT d.*
                   FROM UNNEST(ARRAY(
                            WITH RECURSIVE links (id) AS (
                                SELECT %s
                                 UNION
                                SELECT n.id FROM links
                                  JOIN account_move n ON n.reversed_entry_id = links.id)
                            SELECT id FROM links)) links (id)
                   JOIN account_move d ON d.id = links.id
                  WHERE d.move_type IN ('out_invoice', 'out_refund') AND d.state = 'posted')
        """,
        note,
    )


def reverses_credit(document, *, of_something=False):
    """Condition: whether a document reverses a posted credit note. It is looked up (OFFSET 0): else
    the credit notes of everybody are read for each chunk of customers.

    :param document: SQL of its ``reversed_entry_id``
    :param of_something: only one that reverses an invoice or another document itself
    """
    return SQL(
        """
        EXISTS (SELECT FROM account_move c
                 WHERE c.id = %s AND c.move_type = 'out_refund' AND c.state = 'posted' AND %s
                OFFSET 0)
        """,
        document,
        SQL("c.reversed_entry_id IS NOT NULL") if of_something else SQL("TRUE"),
    )


def restores(invoice):
    """Condition: whether an invoice reverses a credit note that is for something, and so is no
    purchase of its own but one return less of what that is for."""
    return reverses_credit(SQL("%s.reversed_entry_id", invoice), of_something=True)


# Customers ``p``, their invoices ``r``, and as ``m`` the credit notes for these and what reverses
# them; to select from, and which invoices are any.
OF_INVOICES = SQL(
    """
    res_partner p
    JOIN account_move r ON r.partner_id = p.id
    JOIN account_move credit ON credit.reversed_entry_id = r.id
     AND credit.move_type = 'out_refund' AND credit.state = 'posted'
    JOIN %s m ON TRUE
    """,
    chain(SQL("credit.id")),
)
FOR_INVOICE = SQL("(r.move_type = 'out_invoice' AND NOT %s)", restores(SQL("r")))


def notes(refunds, as_of):
    """Credit notes and what reverses them up to a day, each with the invoice that all of them are
    for, if any.

    :param refunds: credit notes ``m``, to select from
    """
    return SQL(
        """
        SELECT DISTINCT m.id, head.reversed_entry_id, m.currency_id, m.invoice_date
          FROM (SELECT m.id, m.reversed_entry_id
                  FROM %(refunds)s
                 -- Looked up, else all documents are read for a few notes.
                 WHERE NOT EXISTS (SELECT FROM account_move r
                                    WHERE r.id = m.reversed_entry_id AND %(again)s OFFSET 0)) head
          JOIN %(chain)s m ON m.invoice_date <= %(as_of)s
        """,
        refunds=refunds,
        again=reverses_credit(SQL("r.reversed_entry_id")),
        chain=chain(SQL("head.id")),
        as_of=as_of,
    )


# Lines ``i`` of invoices and credit notes that are for no order line. OFFSET 0: else all invoice
# lines are read for it, for each chunk of customers.
FOR_NO_ORDER = SQL(
    """i.display_type = 'product'
       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel x
                        WHERE x.invoice_line_id = i.id OFFSET 0)"""
)


def lump_sums():
    """What :func:`notes` ``note`` give back of an invoice of orders on lines that are for no order
    line: which line it is, and which share of it each order line of the invoice has.

    It is for what the invoice was for, as if that were credited in part: for each order line in
    proportion to what was invoiced for it, as far as it is more than the invoice has on lines for
    no order line itself, which never counted.
    """
    return SQL(
        """
        SELECT i.id AS document_line_id, part.order_line_id, part.share * given.share AS share
          FROM (SELECT f.*,
                       (f.net - COALESCE(LAG(f.net) OVER (PARTITION BY f.reversed_entry_id
                                                          ORDER BY f.invoice_date, f.id), 0))
                           / NULLIF(f.amount, 0) AS share
                  FROM (SELECT note.id, note.reversed_entry_id, note.invoice_date, f.amount,
                               SUM(f.amount) OVER upto - LEAST(
                                   GREATEST(SUM(f.amount) OVER upto, 0),
                                   GREATEST(f.never_counted, 0)) AS net
                          FROM note
                          JOIN account_move r ON r.id = note.reversed_entry_id
                          JOIN LATERAL (
                              SELECT SUM(i.worth) FILTER (WHERE i.move_id = note.id) AS amount,
                                     COALESCE(-SUM(i.worth) FILTER (WHERE i.move_id = r.id), 0)
                                         AS never_counted
                                FROM (SELECT i.move_id,
                                             CASE WHEN note.currency_id = r.currency_id
                                                  THEN i.amount_currency
                                                  ELSE i.balance END::float8 AS worth
                                        FROM account_move_line i
                                       WHERE i.move_id IN (note.id, r.id) AND %(unlinked)s
                                      OFFSET 0) i) f ON f.amount IS NOT NULL
                        WINDOW upto AS (PARTITION BY note.reversed_entry_id
                                        ORDER BY note.invoice_date, note.id)) f) given
          JOIN account_move_line i ON i.move_id = given.id AND %(unlinked)s
          JOIN LATERAL (
              SELECT j.order_line_id,
                     CASE WHEN SUM(ABS(j.worth)) OVER () = 0 THEN 1::float8 / COUNT(*) OVER ()
                          -- Where discounts or deposits nearly cancel out what was bought.
                          WHEN 2 * ABS(SUM(j.worth) OVER ()) < SUM(ABS(j.worth)) OVER ()
                          THEN ABS(j.worth) / SUM(ABS(j.worth)) OVER ()
                          ELSE j.worth / SUM(j.worth) OVER () END AS share
                FROM (SELECT y.order_line_id, SUM(-j.balance::float8 / links.number) AS worth
                        FROM account_move_line j
                        JOIN sale_order_line_invoice_rel y ON y.invoice_line_id = j.id
                        JOIN LATERAL (SELECT COUNT(*) AS number FROM sale_order_line_invoice_rel z
                                       WHERE z.invoice_line_id = j.id) links ON TRUE
                       WHERE j.move_id = given.reversed_entry_id
                    GROUP BY y.order_line_id) j) part ON TRUE
        """,
        unlinked=FOR_NO_ORDER,
    )
