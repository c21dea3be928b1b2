from functools import partial

from odoo import models
from odoo.addons.customer_tiering.fact_sources import FactSource, noon
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Past orders are read as what customers bought."""

    _inherit = "customer.tier.gather"

    def _fact_sources(self, company):
        past = FactSource(partial(_orders, self), partial(_lines, self))
        return [*super()._fact_sources(company), past]

    def _last_order_day(self, company):
        last = super()._last_order_day(company)
        Past = self.env["customer.past.order"]
        past = Past.search(
            [("company_id", "=", company.id), ("partner_id", "!=", False)],
            order="order_date DESC",
            limit=1,
        )
        return max(filter(None, (last, past.order_date)), default=None)

    def _categories(self, products):
        import numpy as np

        # They have no product: the category stands in its place, as a negative number.
        known = super()._categories(np.maximum(products, 0))
        return np.where(products < 0, -products, known)


def _orders(gather, company, as_of, scope):
    return SQL(
        """
        SELECT p.commercial_partner_id, %(noon)s, COALESCE(h.amount_company, 0)::float8,
               (%(frequent)s)::int
          FROM res_partner p
          JOIN customer_past_order h ON h.partner_id = p.id
         WHERE h.company_id = %(company)s AND h.order_date <= %(as_of)s
           AND %(counts)s AND %(scope)s
        """,
        noon=noon(SQL("h.order_date"), gather._timezone(company)),
        frequent=SQL("TRUE")
        if company.customer_tier_count_all_orders
        else SQL("h.amount_company > 0"),
        company=company.id,
        as_of=as_of,
        counts=gather.env["customer.past.order"]._counts_sql(),
        scope=scope(SQL("p.commercial_partner_id")),
    )


def _lines(gather, company, as_of, scope, measures, after):
    """Nothing is known of their cost, so they are in no margin."""
    from odoo.addons.customer_tiering.grading.metrics import MONEY_MEASURES, as_date

    money = [SQL("0::float8"), SQL("0::float8")] if measures & MONEY_MEASURES else []
    start = SQL("TRUE") if after is None else SQL("h.order_date > %s", as_date(after))
    return SQL(
        """
        SELECT p.commercial_partner_id, %(noon)s, -COALESCE(h.categ_id, 0), %(columns)s
          FROM res_partner p
          JOIN customer_past_order h ON h.partner_id = p.id
         WHERE h.company_id = %(company)s AND h.order_date <= %(as_of)s AND h.quantity <> 0
           AND %(start)s AND %(counts)s AND %(scope)s
        """,
        noon=noon(SQL("h.order_date"), gather._timezone(company)),
        columns=SQL(", ").join([SQL("h.quantity::float8"), *money]),
        company=company.id,
        as_of=as_of,
        start=start,
        counts=gather.env["customer.past.order"]._counts_sql(),
        scope=scope(SQL("p.commercial_partner_id")),
    )
