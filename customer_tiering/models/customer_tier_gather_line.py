from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """What products customers ordered."""

    _inherit = "customer.tier.gather"

    def _lines(self, company, as_of, scope, measures, after=None):
        """Ordered products: frame ``customer, day, product, category, quantity``.

        :param measures: those of ``metrics.LINE_MEASURES`` that are asked for. Only for them are
            there a category (else 0), a quantity in the product's own unit (else in the line's) and
            ``revenue`` and ``cost``, untaxed in company currency (else no such columns)
        :param after: only what was ordered after this day number
        """
        import pandas as pd

        from ..grading.metrics import MONEY_MEASURES

        columns = {
            "customer": "int4",
            "ordered_at": "timestamp",
            "product": "int4",
            "quantity": "float8",
        }
        if measures & MONEY_MEASURES:
            columns |= {"revenue": "float8", "cost": "float8"}
        rows = self._read(self._line_query(company, as_of, scope, measures, after), columns)
        rows["day"] = self._local_days(rows.pop("ordered_at"), company)
        with_category = "category_count" in measures
        category = self._categories(rows["product"]) if with_category else 0
        return pd.DataFrame(rows).assign(category=category)

    def _categories(self, products):
        """Category of each of some products, 0 for none. Asked once a product: joined to every
        line, it would cost more than the lines themselves.

        :param products: int array of ids, in any order and number
        """
        import numpy as np

        distinct, positions = np.unique(products, return_inverse=True)
        rows = self._read(
            SQL(
                """
                SELECT v.id, t.categ_id
                  FROM product_product v
                  JOIN product_template t ON t.id = v.product_tmpl_id
                 WHERE v.id = ANY(%s) AND t.categ_id IS NOT NULL
                """,
                distinct.tolist(),
            ),
            {"id": "int4", "category": "int4"},
        )
        categories = np.zeros(len(distinct), dtype=np.int64)
        categories[np.searchsorted(distinct, rows["id"])] = rows["category"]
        return categories[positions]

    def _line_query(self, company, as_of, scope, measures, after):
        """Tables that no column is taken from are not read. Dates are compared in a way that no
        index serves: one on dates alone would read everybody's orders for every chunk."""
        from ..grading.metrics import as_date

        start = SQL("TRUE")
        if after is not None:
            start = SQL(
                "COALESCE(o.date_order, '-infinity') >= %s",
                self._end_of_day(company, as_date(after)),
            )
        return SQL(
            """
            SELECT p.commercial_partner_id, o.date_order, l.product_id, %(columns)s
              FROM res_partner p
              JOIN sale_order o ON o.partner_id = p.id
              JOIN sale_order_line l ON l.order_id = o.id
         LEFT JOIN product_product v ON v.id = l.product_id
         LEFT JOIN product_template t ON t.id = v.product_tmpl_id
         LEFT JOIN uom_uom u ON u.id = l.product_uom_id
         LEFT JOIN uom_uom own ON own.id = t.uom_id
             WHERE o.state = 'sale'
               AND o.company_id = %(company)s
               AND COALESCE(o.date_order, 'infinity') < %(end)s
               AND %(start)s
               AND l.display_type IS NULL
               AND l.product_id IS NOT NULL
               AND %(scope)s
            """,
            columns=SQL(", ").join(self._line_values(company, measures)),
            company=company.id,
            end=self._end_of_day(company, as_of),
            start=start,
            scope=scope(SQL("p.commercial_partner_id")),
        )

    def _line_values(self, company, measures):
        """SQL of quantity and, if asked for, revenue and cost of a line."""
        from ..grading.metrics import MONEY_MEASURES

        quantity = self._line_quantity() if "quantity" in measures else SQL("l.product_uom_qty")
        values = [SQL("(%s)::float8", quantity)]
        if measures & MONEY_MEASURES:
            values += [
                SQL("l.price_subtotal::float8 / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8"),
                SQL("COALESCE((%s)::float8, 0)", self._line_cost(company)),
            ]
        return values

    def _line_quantity(self):
        """Quantity of order line ``l`` in the own unit of its product."""
        return SQL("l.product_uom_qty * COALESCE(u.factor / NULLIF(own.factor, 0), 1)")

    def _line_cost(self, company):
        """Cost of order line ``l`` of order ``o`` in company currency: today's cost of product
        ``v``; orders do not remember another one."""
        # A cost is nobody's secret here: what leaves grading is a margin per customer.
        Product = self.env["product.product"].sudo().with_company(company)
        return SQL("%s * %s", self._line_quantity(), Product._field_to_sql("v", "standard_price"))
