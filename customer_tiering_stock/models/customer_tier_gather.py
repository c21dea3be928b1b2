from odoo import models
from odoo.addons.customer_tiering.fact_sources import (
    ORDERED_PRODUCTS,
    line_of_return,
    with_reductions,
)
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """What was sent back or never delivered is not counted as bought."""

    _inherit = "customer.tier.gather"

    def _return_queries(self, company):
        return [*super()._return_queries(company), self._not_kept_query]

    def _came_back_conditions(self, scope, company):
        few = SQL(
            """
            EXISTS (SELECT FROM res_partner p
                      JOIN sale_order_line l ON l.order_partner_id = p.id
                     WHERE %s AND l.company_id = %s AND l.state = 'sale'
                       AND l.qty_delivered_method = 'stock_move'
                       AND l.qty_delivered < l.product_uom_qty
                       -- Nothing has ended yet of what is only on its way.
                       AND EXISTS (SELECT FROM sale_order_line other
                                     JOIN stock_move m ON m.sale_line_id = other.id
                                    WHERE other.order_id = l.order_id AND m.state = 'done'))
            """,
            scope(SQL("p.commercial_partner_id")),
            company.id,
        )
        return [*super()._came_back_conditions(scope, company), few]

    def _not_kept_query(self, company, as_of, scope, measures):
        """Pieces of order lines that the customer does not have, see ``FactSource.returns``.

        Sent back is what was returned, on its day, unless it does not change the delivered
        quantity. Closed short is what no transfer is left for, on the day of the order's last
        delivery: what is on its way, or was on the day graded, counts as ordered. Of products that
        are delivered as others (kits) only the whole ones that the customer has are known.
        """
        not_kept = SQL(
            """
            WITH open AS MATERIALIZED (
                SELECT l.id
                  FROM res_partner p
                  JOIN sale_order_line l ON l.order_partner_id = p.id
                 WHERE l.company_id = %(company)s AND l.state = 'sale'
                   AND l.qty_delivered_method = 'stock_move'
                   AND l.qty_delivered < l.product_uom_qty
                   AND %(scope)s
            )
            SELECT p.commercial_partner_id, o.id, l.id, l.product_id, o.date_order, e.at, 2,
                   0::float8, %(ordered)s, e.quantity::float8, %(pieces)s, %(goods)s, %(cost)s,
                   %(counts)s, %(worth)s
              FROM open
              JOIN sale_order_line l ON l.id = open.id
              JOIN sale_order o ON o.id = l.order_id
              JOIN res_partner p ON p.id = o.partner_id
              %(products)s
              JOIN LATERAL (%(sent_back)s UNION ALL %(closed_short)s UNION ALL %(kits)s) e ON TRUE
              %(whole)s
             WHERE o.state = 'sale' AND o.company_id = %(company)s AND o.date_order < %(end)s
               AND e.at < %(end)s
               AND %(scope)s
            """,
            **line_of_return(self, company, measures),
            products=ORDERED_PRODUCTS,
            sent_back=self._sent_back_query(),
            closed_short=self._closed_short_query(),
            kits=self._kits_query(),
            company=company.id,
            end=self._end_of_day(company, as_of),
            scope=scope(SQL("p.commercial_partner_id")),
        )
        return with_reductions(self, company, measures, not_kept)

    def _sent_back_query(self):
        """Moment and pieces of each return of order line ``l``."""
        return SQL(
            """
            SELECT m.date AS at, m.quantity * mu.factor / NULLIF(own.factor, 0) AS quantity
              FROM stock_move m
              JOIN uom_uom mu ON mu.id = m.product_uom
              JOIN stock_location origin ON origin.id = m.location_id
              JOIN stock_location target ON target.id = m.location_dest_id
             WHERE m.sale_line_id = l.id AND m.product_id = l.product_id
               AND m.state = 'done' AND m.to_refund
               AND origin.usage = 'customer' AND target.usage <> 'customer'
            """
        )

    def _closed_short_query(self):
        """The order's last delivery, and the pieces of line ``l`` that neither were delivered nor
        will be."""
        return SQL(
            """
            SELECT closed.at, %(pieces)s - %(given)s - COALESCE(SUM(
                       CASE m.state WHEN 'done' THEN m.quantity ELSE m.product_uom_qty END
                       * mu.factor / NULLIF(own.factor, 0))
                       FILTER (WHERE m.state <> 'cancel' AND target.usage = 'customer'
                                 AND (m.origin_returned_move_id IS NULL OR m.to_refund)), 0)
              FROM stock_move m
              JOIN uom_uom mu ON mu.id = m.product_uom
              -- Of goods that are picked first, where they go in the end.
              JOIN stock_location target
                ON target.id = CASE m.state WHEN 'done' THEN m.location_dest_id
                               ELSE COALESCE(m.location_final_id, m.location_dest_id) END
              JOIN LATERAL (SELECT MAX(d.date) AS at
                              FROM sale_order_line other
                              JOIN stock_move d ON d.sale_line_id = other.id AND d.state = 'done'
                              JOIN stock_location there
                                ON there.id = d.location_dest_id AND there.usage = 'customer'
                             WHERE other.order_id = l.order_id) closed ON closed.at IS NOT NULL
             WHERE m.sale_line_id = l.id AND m.product_id = l.product_id
          GROUP BY closed.at
            """,
            pieces=self._line_quantity(),
            given=self._handed_over_otherwise(),
        )

    def _kits_query(self):
        """The last transfer of order line ``l``, and the kits of it that the customer does not have
        and that are not on their way; nothing of lines that have transfers of their product."""
        return SQL(
            """
            SELECT MAX(part.at),
                   GREATEST(%(pieces)s * (MIN(part.settled)
                                          - l.qty_delivered / NULLIF(l.product_uom_qty, 0)), 0)
              FROM (SELECT MAX(m.date) FILTER (WHERE m.state = 'done') AS at,
                           BOOL_OR(m.product_id = l.product_id) AS whole,
                           -- The share of a part that no transfer is left for.
                           1 - COALESCE(SUM(m.product_qty) FILTER (
                                   WHERE m.state NOT IN ('done', 'cancel')
                                     AND target.usage = 'customer'), 0)
                               / NULLIF(SUM(CASE m.state WHEN 'done' THEN m.quantity
                                                 * mu.factor / NULLIF(own.factor, 0)
                                                 ELSE m.product_qty END) FILTER (
                                   WHERE target.usage = 'customer'
                                     AND m.origin_returned_move_id IS NULL), 0) AS settled
                      FROM stock_move m
                      JOIN product_product c ON c.id = m.product_id
                      JOIN product_template ct ON ct.id = c.product_tmpl_id
                      JOIN uom_uom own ON own.id = ct.uom_id
                      JOIN uom_uom mu ON mu.id = m.product_uom
                      JOIN stock_location target
                        ON target.id = CASE m.state WHEN 'done' THEN m.location_dest_id
                                       ELSE COALESCE(m.location_final_id, m.location_dest_id) END
                     WHERE m.sale_line_id = l.id
                  GROUP BY m.product_id) part
            HAVING MAX(part.at) IS NOT NULL AND NOT BOOL_OR(part.whole)
            """,
            pieces=self._line_quantity(),
        )
