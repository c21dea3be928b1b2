"""Whose contact somebody is, in SQL that reminders, mailings and invitations share."""

from odoo.tools import SQL

# Of so many orders of the customer's.
LAST_ORDERS = 5


def by_orders(company, address, customers=None):
    """Contacts who placed any of the last orders of their customer, with how many.

    :param company: ``res.company`` of the orders
    :param address: name of the stored field of contacts that must not be empty
    :param customers: ids of the customers looked at, all if None
    :return: ``SQL`` with the columns ``customer``, ``partner``, ``orders`` and ``last``, the moment
        of the last of these; :data:`BEST_FIRST` puts them into order
    """
    those = (
        SQL("TRUE") if customers is None else SQL("c.commercial_partner_id = ANY(%s)", customers)
    )
    return SQL(
        """
        SELECT q.customer, q.partner, COUNT(*) AS orders, MAX(q.date_order) AS last
          FROM (SELECT c.commercial_partner_id AS customer, o.partner_id AS partner, o.date_order,
                       ROW_NUMBER() OVER (PARTITION BY c.commercial_partner_id
                                          ORDER BY o.date_order DESC, o.id DESC) AS number
                  FROM res_partner c
                  JOIN sale_order o ON o.partner_id = c.id
                 WHERE o.state = 'sale' AND o.company_id = %(company)s AND %(those)s) q
          JOIN res_partner p ON p.id = q.partner AND p.active
         WHERE q.number <= %(last)s AND %(address)s <> ''
      GROUP BY q.customer, q.partner
        """,
        company=company.id,
        those=those,
        last=LAST_ORDERS,
        address=SQL.identifier("p", address),
    )


# Who placed most of them; of equals, who did so last.
BEST_FIRST = SQL("orders DESC, last DESC NULLS LAST, partner")


def main_contacts_sql(env):
    """Of each customer one contact with an e-mail: who placed most of the last orders in the
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
            SELECT customer, partner, 0 AS place, orders, last FROM (%(by_orders)s) o
             UNION ALL
            SELECT p.commercial_partner_id, p.id,
                   CASE WHEN p.commercial_partner_id = p.id THEN 1
                        WHEN p.type = 'contact' THEN 2 ELSE 3 END, 0, NULL
              FROM res_partner p
             WHERE p.active AND p.email_normalized <> '') x
      ORDER BY customer, place, %(best_first)s
        """,
        by_orders=by_orders(env.company, "email_normalized"),
        best_first=BEST_FIRST,
    )
