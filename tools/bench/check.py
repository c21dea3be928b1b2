"""Compares stored standings with what plain SQL says about the same customers."""

from . import database

COMPARE = """
WITH run AS (
    SELECT r.company_id, r.as_of, coalesce(p.tz, 'UTC') AS tz
      FROM customer_tier_run AS r
      JOIN res_company AS c ON c.id = r.company_id
      JOIN res_partner AS p ON p.id = c.partner_id
     WHERE r.state = 'done'
     ORDER BY r.id DESC LIMIT 1
), chosen AS (
    SELECT s.partner_id, s.amount, s.order_count, s.last_order_date, run.*
      FROM customer_tier_standing AS s JOIN run ON run.company_id = s.company_id
     ORDER BY md5(s.partner_id::text) LIMIT %(sample)s
), placed AS (
    SELECT c.partner_id, c.as_of, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE c.tz)::date AS day,
           o.amount_untaxed / o.currency_rate AS amount, o.amount_untaxed > 0 AS counts
      FROM chosen AS c
      JOIN res_partner AS p ON p.commercial_partner_id = c.partner_id
      JOIN sale_order AS o ON o.partner_id = p.id AND o.company_id = c.company_id
     WHERE o.state = 'sale'
     UNION ALL
    SELECT c.partner_id, c.as_of, m.invoice_date, m.amount_untaxed_signed, FALSE
      FROM chosen AS c
      JOIN account_move AS m ON m.partner_id = c.partner_id AND m.company_id = c.company_id
     WHERE m.move_type = 'out_refund' AND m.state = 'posted'
       AND EXISTS (SELECT FROM account_move_line AS l
                     JOIN sale_order_line_invoice_rel AS x ON x.invoice_line_id = l.id
                    WHERE l.move_id = m.id)
), expected AS (
    SELECT partner_id,
           round(sum(amount) FILTER (WHERE %(amount_window)s), 2) AS amount,
           count(*) FILTER (WHERE counts AND %(order_count_window)s) AS order_count,
           max(day) FILTER (WHERE counts) AS last_order_date
      FROM placed WHERE day <= as_of GROUP BY partner_id
)
SELECT c.partner_id, c.amount, coalesce(e.amount, 0), c.order_count, coalesce(e.order_count, 0),
       c.last_order_date, e.last_order_date
  FROM chosen AS c LEFT JOIN expected AS e USING (partner_id)
"""


def differences(name, sample):
    """Check ``sample`` customers of database ``name``, always the same ones.

    :return: number of customers checked; one text per customer whose amount (untaxed, company
        currency), order count or date of the last order differs
    """
    with database.connect(name) as connection, connection.cursor() as cursor:
        statement = COMPARE % {
            "sample": sample,
            "amount_window": _window(cursor, "amount"),
            "order_count_window": _window(cursor, "order_count"),
        }
        cursor.execute(statement)
        rows = cursor.fetchall()
    return len(rows), [_describe(row) for row in rows if _pairs_differ(row)]


def _window(cursor, code):
    """Condition on the day for the months that a metric looks at."""
    cursor.execute("SELECT window_months FROM customer_tier_metric WHERE code = %s", [code])
    months = cursor.fetchone()[0]
    return f"day > as_of - interval '{int(months)} months'" if months else "TRUE"


def _pairs_differ(row):
    _partner, *values = row
    return values[0::2] != values[1::2]


def _describe(row):
    return "customer {}: amount {} (SQL {}), orders {} (SQL {}), last order {} (SQL {})".format(
        *row
    )
