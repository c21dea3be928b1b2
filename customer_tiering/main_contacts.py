"""Whom to write to where a customer is to be told something once."""

from odoo.tools import SQL

# Whose contact somebody is: who placed most of so many orders.
LAST_ORDERS = 5


def main_contacts_sql(env):
    """Of each customer one contact with an e-mail: who placed most of the last five orders in the
    current company, else the customer itself, else its first contact.

    :return: ``SQL`` of ids of ``res.partner``
    """
    env["res.partner"].flush_model(
        ["email", "email_normalized", "active", "type", "commercial_partner_id"]
    )
    env["sale.order"].flush_model(["partner_id", "date_order", "state", "company_id"])
    return SQL(
        """
        SELECT DISTINCT ON (customer) partner
          FROM (
            SELECT q.customer, q.partner, 0 AS place, -COUNT(*) AS orders, -MAX(q.id) AS last
              FROM (SELECT c.commercial_partner_id AS customer, o.partner_id AS partner, o.id,
                           ROW_NUMBER() OVER (PARTITION BY c.commercial_partner_id
                                              ORDER BY o.date_order DESC, o.id DESC) AS number
                      FROM res_partner c
                      JOIN sale_order o ON o.partner_id = c.id
                     WHERE o.state = 'sale' AND o.company_id = %(company)s) q
              JOIN res_partner p ON p.id = q.partner AND p.active
             WHERE q.number <= %(last)s AND p.email_normalized <> ''
          GROUP BY q.customer, q.partner
             UNION ALL
            SELECT p.commercial_partner_id, p.id,
                   CASE WHEN p.commercial_partner_id = p.id THEN 1
                        WHEN p.type = 'contact' THEN 2 ELSE 3 END, 0, p.id
              FROM res_partner p
             WHERE p.active AND p.email_normalized <> '') x
      ORDER BY customer, place, orders, last
        """,
        company=env.company.id,
        last=LAST_ORDERS,
    )
