from odoo import models
from odoo.addons.customer_tiering.fact_sources import (
    ORDERED_PRODUCTS,
    line_of_return,
    with_reductions,
)
from odoo.tools import SQL

# Lines ``l`` of orders that a till settled, of which line ``k`` of the till's order ``e`` takes
# something back.
TAKEN_BACK = SQL(
    """pos_order_line k
  JOIN pos_order e ON e.id = k.order_id AND e.state NOT IN ('draft', 'cancel')
  JOIN pos_order_line s ON s.id = k.refunded_orderline_id
  JOIN sale_order_line l ON l.id = s.sale_order_line_id"""
)


class CustomerTierGather(models.AbstractModel):
    """Tips of tills are no goods that customers buy, what a till takes back of an order that it
    settled is not bought, and what it sells otherwise without an invoice never counted."""

    _inherit = "customer.tier.gather"

    def _products_that_are_no_goods(self, company):
        """Tips are money, but no goods, also on an order that the till takes over."""
        return SQL(
            "%s UNION ALL SELECT tip_product_id FROM pos_config WHERE tip_product_id IS NOT NULL",
            super()._products_that_are_no_goods(company),
        )

    def _loose_credit_condition(self, company):
        """A credit note for what a till sold without an invoice gives back what never counted."""
        return SQL(
            """(%s AND NOT EXISTS (
                   SELECT FROM pos_order t
                     JOIN pos_order_line k ON k.order_id = t.id
                    WHERE t.account_move = m.id AND k.refunded_orderline_id IS NOT NULL))""",
            super()._loose_credit_condition(company),
        )

    def _handed_over_otherwise(self):
        return SQL(
            """(%s + (SELECT COALESCE(SUM(s.qty), 0)
                        FROM pos_order_line s
                        JOIN pos_order e ON e.id = s.order_id
                         AND e.state NOT IN ('draft', 'cancel')
                       WHERE s.sale_order_line_id = l.id AND s.refunded_orderline_id IS NULL))""",
            super()._handed_over_otherwise(),
        )

    def _return_queries(self, company):
        return [*super()._return_queries(company), self._taken_back_query]

    def _came_back_conditions(self, scope, company):
        some = SQL(
            """
            EXISTS (SELECT FROM %s
                      JOIN res_partner p ON p.id = l.order_partner_id
                     WHERE %s AND l.company_id = %s)
            """,
            TAKEN_BACK,
            scope(SQL("p.commercial_partner_id")),
            company.id,
        )
        return [*super()._came_back_conditions(scope, company), some]

    def _taken_back_query(self, company, as_of, scope, measures):
        """Pieces of order lines that a till took back, see ``FactSource.returns``: worth what they
        were in the order, whether there is a credit note for them or not."""
        taken_back = SQL(
            """
            SELECT p.commercial_partner_id, o.id, l.id, COALESCE(l.product_id, 0), o.date_order,
                   e.date_order, 2, 0::float8, %(ordered)s, -k.qty::float8,
                   %(pieces)s, %(goods)s, %(cost)s, %(counts)s, %(worth)s
              FROM %(taken_back)s
              JOIN sale_order o ON o.id = l.order_id
              JOIN res_partner p ON p.id = o.partner_id
              %(products)s
              %(whole)s
             WHERE o.state = 'sale' AND o.company_id = %(company)s
               AND o.date_order < %(end)s AND e.date_order < %(end)s AND %(scope)s
            """,
            **line_of_return(self, company, measures),
            taken_back=TAKEN_BACK,
            products=ORDERED_PRODUCTS,
            company=company.id,
            end=self._end_of_day(company, as_of),
            scope=scope(SQL("p.commercial_partner_id")),
        )
        return with_reductions(self, company, measures, taken_back)
