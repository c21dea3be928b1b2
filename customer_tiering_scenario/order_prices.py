"""What customers bought and kept in a year at prices that follow their tier's discount, from what
orders keep; the cost of a discount is a part of that."""

from functools import partial

from odoo.addons.customer_tiering.fact_sources import kept_share
from odoo.tools import SQL

YEAR = 12
MARGIN = frozenset({"margin"})
COLUMNS = {
    "customer": "int4",
    "bought": "float8",
    "listed": "float8",
    "guessed": "float8",
    "own": "float8",
}


def money(program, as_of, margin=True):
    """Money of all customers in the twelve months up to a day, in company currency, see
    ``grading.whatif.compare``. All at once: chunk by chunk the same orders and lines cost three
    times as much to find.

    :param margin: whether it is worked out, else it is unknown
    :return: frame indexed by customer, without ``revenue``; who is not in it bought nothing
    """
    import numpy as np
    import pandas as pd

    gather = program.env["customer.tier.gather"]
    everybody = partial(SQL, "%s IS NOT NULL")
    # Compiling takes as long as the rest.
    program.env.cr.execute("SET LOCAL jit = off")
    rows = gather._read(_query(gather, program.company_id, as_of, everybody), COLUMNS)
    priced = pd.DataFrame(rows).set_index("customer")
    if not margin:
        return priced.assign(margin=np.nan)
    gains = _margins(gather, program, as_of, everybody)
    return priced.reindex(priced.index.union(gains.index)).assign(margin=gains).fillna(0.0)


def of_customers(frame, facts, as_of):
    """The part of :func:`money` of some customers, with their revenue.

    :param facts: ``metrics.Facts`` of them
    """
    from odoo.addons.customer_tiering.grading import metrics
    from odoo.addons.customer_tiering.grading.policy import Metric

    known = metrics.Facts(facts.customers, facts.orders)
    values = metrics.compute(known, [Metric("amount", "amount", YEAR)], as_of)
    found = frame.reindex(facts.customers)
    unknown = frame["margin"].isna().all()
    others = found.columns.drop("margin") if unknown else found.columns
    found[others] = found[others].fillna(0.0)
    return found.assign(revenue=values["amount"].to_numpy())


def _margins(gather, program, as_of, scope):
    """What ``metrics`` says of the measure ``margin``, summed up where the lines are: there may be
    a hundred times as many as customers.

    :return: float series by customer
    """
    import numpy as np
    import pandas as pd

    from odoo.addons.customer_tiering.grading.dates import day_before_window

    after = day_before_window(as_of, YEAR)
    company, basis = program.company_id, program.basis
    queries = [
        source.lines(company, as_of, scope, MARGIN, after)
        for source in gather._sources(company, basis)
        if source.lines
    ]
    bought = SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries)
    rows = gather._read(
        SQL(
            "SELECT customer, SUM(revenue), SUM(cost) FROM (%s) "
            "bought (customer, ordered_at, product, quantity, revenue, cost) GROUP BY customer",
            bought,
        ),
        {"customer": "int4", "revenue": "float8", "cost": "float8"},
    )
    back = gather._came_back(company, as_of, scope, basis, MARGIN)
    back = back[back["day"] > after].rename(columns={"amount": "revenue"})
    columns = ["customer", "revenue", "cost"]
    sums = pd.concat([pd.DataFrame(rows), back[columns]]).groupby("customer").sum()
    return np.round(np.round(sums["revenue"], 2) - np.round(sums["cost"], 2), 2)


def _query(gather, company, as_of, scope):
    """Per customer: what was ordered (untaxed), less what came back of it; the part of it at prices
    that follow a tier's discount, at the price before it; for how much of what was ordered that is
    an estimate; and what has prices that no tier changes.

    An order at a tier's prices that was confirmed since these are kept says what it would have
    cost without the tier: what was saved is the discount on the lines that follow it, so L = saved
    ÷ discount, and lines with prices of their own drop out. Of older ones all lines are taken to
    follow today's discount: L = amount ÷ (1 − discount); so are those that were changed since, and
    so could not have saved what they say. At a list that customers have without a
    tier L is the amount; an order without any list is from before there were any, and an estimate.
    """
    from dateutil.relativedelta import relativedelta

    lists = gather.env["product.pricelist"]._customer_tier_bases(company)
    join, share = kept_share(gather, company, as_of, scope)
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
                       o.amount_untaxed::float8 * (%(share)s)
                           / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS bought,
                       (o.customer_list_amount - o.amount_untaxed)::float8 * (%(share)s)
                           / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS saved
                  FROM res_partner p
                  -- Those of the year are found in an index that has their dates.
                  JOIN sale_order k ON k.partner_id = p.id AND k.state = 'sale'
                   AND k.company_id = %(company)s
                   AND COALESCE(k.date_order, '-infinity') >= %(start)s
                  JOIN sale_order o ON o.id = k.id
                  %(back)s
             LEFT JOIN product_pricelist l ON l.id = o.pricelist_id
             LEFT JOIN customer_tier t ON t.id = l.customer_tier_id
                 WHERE o.state = 'sale' AND o.company_id = %(company)s
                   AND o.date_order >= %(start)s AND o.date_order < %(end)s AND %(scope)s
              ) orders
          ) priced
      GROUP BY customer
        """,
        bases=[found.id for found in lists if found],
        share=share,
        back=join,
        company=company.id,
        start=gather._end_of_day(company, as_of - relativedelta(months=YEAR)),
        end=gather._end_of_day(company, as_of),
        scope=scope(SQL("p.commercial_partner_id")),
    )
