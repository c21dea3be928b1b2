"""What customers bought in a year at prices that follow their tier's discount, from what orders
keep; the cost of a discount is a part of that."""

from odoo.tools import SQL

YEAR = 12
COLUMNS = {
    "customer": "int4",
    "bought": "float8",
    "listed": "float8",
    "guessed": "float8",
    "own": "float8",
}


def money(program, facts, as_of, scope, margin=True):
    """Money of some customers in the twelve months up to a day, in company currency, see
    ``grading.whatif.compare``.

    :param facts: ``metrics.Facts`` of the programme's customers in the scope
    :param margin: whether it is worked out, else it is unknown
    :return: frame indexed by customer
    """
    import numpy as np
    import pandas as pd

    from odoo.addons.customer_tiering.grading import metrics
    from odoo.addons.customer_tiering.grading.policy import Metric

    gather = program.env["customer.tier.gather"]
    amount, gain = Metric("amount", "amount", YEAR), Metric("margin", "margin", YEAR)
    known = metrics.Facts(facts.customers, facts.orders)
    if margin:
        known = metrics.Facts(
            facts.customers, facts.orders, _lines(gather, program, facts, as_of, scope)
        )
    values = metrics.compute(known, [amount, gain] if margin else [amount], as_of)
    rows = gather._read(_query(gather, program.company_id, as_of, scope), COLUMNS)
    priced = pd.DataFrame(rows).set_index("customer").reindex(facts.customers).fillna(0.0)
    return pd.DataFrame(
        {
            "revenue": values["amount"].to_numpy(),
            "margin": values["margin"].to_numpy() if margin else np.nan,
            **{name: priced[name].to_numpy() for name in ("bought", "listed", "guessed", "own")},
        },
        index=pd.Index(facts.customers),
    )


def _lines(gather, program, facts, as_of, scope):
    from odoo.addons.customer_tiering.grading.dates import day_before_window

    after = day_before_window(as_of, YEAR)
    lines = gather._lines(
        program.company_id, as_of, scope, frozenset({"margin"}), after, program.basis
    )
    return lines[lines["customer"].isin(facts.customers)]


def _query(gather, company, as_of, scope):
    """Per customer: what was ordered (untaxed), the part of it at prices that follow a tier's
    discount, at the price before it; for how much of what was ordered that is an estimate; and what
    has prices that no tier changes.

    An order at a tier's prices that was confirmed since these are kept says what it would have
    cost without the tier: what was saved is the discount on the lines that follow it, so L = saved
    ÷ discount, and lines with prices of their own drop out. Of older ones all lines are taken to
    follow today's discount: L = amount ÷ (1 − discount); so are those that were changed since, and
    so could not have saved what they say. At a list that customers have without a
    tier L is the amount; an order without any list is from before there were any, and an estimate.
    """
    from dateutil.relativedelta import relativedelta

    lists = gather.env["product.pricelist"]._customer_tier_bases(company)
    return SQL(
        """
        SELECT customer, SUM(bought), SUM(listed), SUM(guessed), SUM(own)
          FROM (
            SELECT customer,
                   bought,
                   CASE WHEN kept THEN saved / discount
                        WHEN tier IS NOT NULL THEN bought / NULLIF(1 - discount, 0)
                        WHEN list IS NULL OR list = ANY(%(bases)s) THEN bought
                        ELSE 0 END AS listed,
                   CASE WHEN NOT kept AND (tier IS NOT NULL OR list IS NULL) THEN bought
                        ELSE 0 END AS guessed,
                   CASE WHEN NOT kept AND tier IS NULL AND list <> ALL(%(bases)s) THEN bought
                        ELSE 0 END AS own
              FROM (
                SELECT p.commercial_partner_id AS customer,
                       o.pricelist_id AS list,
                       t.id AS tier,
                       COALESCE(
                           o.customer_tier_discount BETWEEN 0.01 AND 99.99
                           AND o.customer_list_amount <> 0
                           -- All of it at the tier's prices saves the most; a cent for each line.
                           AND ABS(o.customer_list_amount) + 1
                               >= ABS(o.amount_untaxed)
                           AND ABS(o.customer_list_amount) - 1
                               <= ABS(o.amount_untaxed) / (1 - o.customer_tier_discount / 100),
                           FALSE) AS kept,
                       COALESCE(NULLIF(o.customer_tier_discount, 0), t.discount)::float8 / 100
                           AS discount,
                       o.amount_untaxed::float8
                           / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS bought,
                       (o.customer_list_amount - o.amount_untaxed)::float8
                           / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS saved
                  FROM res_partner p
                  JOIN sale_order o ON o.partner_id = p.id
             LEFT JOIN product_pricelist l ON l.id = o.pricelist_id
             LEFT JOIN customer_tier t ON t.id = l.customer_tier_id
                 WHERE o.state = 'sale' AND o.company_id = %(company)s
                   AND o.date_order >= %(start)s AND o.date_order < %(end)s AND %(scope)s
              ) orders
          ) priced
      GROUP BY customer
        """,
        bases=[found.id for found in lists if found],
        company=company.id,
        start=gather._end_of_day(company, as_of - relativedelta(months=YEAR)),
        end=gather._end_of_day(company, as_of),
        scope=scope(SQL("p.commercial_partner_id")),
    )
