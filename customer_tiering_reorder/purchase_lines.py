"""What customers bought in the categories whose rhythm is watched, as frames.

The kinds of records that count, what is goods and what came back are those of gradings: their hooks
in ``customer.tier.gather`` are asked. Only which lines are handed on, and with which columns, is
said here, so that lines of other categories never leave the database.
"""

from odoo.addons.customer_tiering.grading.policy import INVOICED, ORDERED
from odoo.tools import SQL

# Measures whose columns are read: pieces in the product's own unit, and money.
MEASURES = frozenset({"quantity", "margin", "category_count"})
COLUMNS = {
    "customer": "int4",
    "ordered_at": "timestamp",
    "product": "int4",
    "category": "int4",
    "quantity": "float8",
    "amount": "float8",
}


def basis_of(company):
    """What counts as bought: invoices only where all programmes say so."""
    programs = company.env["customer.tier.program"].sudo()._for_company(company)
    invoiced = programs and set(programs.mapped("basis")) == {INVOICED}
    return INVOICED if invoiced else ORDERED


def watched(env):
    """Ids of the categories whose rhythm is watched."""
    env["product.category"].flush_model(["customer_cycle_tracked"])
    rows = env.execute_query(SQL("SELECT id FROM product_category WHERE customer_cycle_tracked"))
    return [id_ for (id_,) in rows]


def read(gather, company, as_of, scope, basis):
    """Lines of what was bought up to a day, and what came back of them on the day of the purchase.

    :param scope: see ``customer.tier.gather``
    :return: frame ``customer, product, category, day, quantity, amount``; what came back is
        negative, amounts are untaxed in company currency
    """
    import numpy as np
    import pandas as pd

    categories = watched(gather.env)
    if not categories:
        return pd.DataFrame(
            columns=["customer", "product", "category", "day", "quantity", "amount"]
        )
    queries = [
        _watched_query(source.lines(company, as_of, scope, MEASURES, None), categories)
        for source in gather._sources(company, basis)
        if source.lines
    ]
    rows = gather._read_sources(queries, COLUMNS)
    rows["day"] = gather._local_days(rows.pop("ordered_at"), company)
    lines = pd.DataFrame(rows)
    back = gather._came_back(company, as_of, scope, basis, MEASURES)
    if not len(back):
        return lines
    category = gather._categories(back["product"].to_numpy())
    back = back.assign(category=category, day=back["origin"])[list(lines)]
    return pd.concat([lines, back[np.isin(category, categories)]], ignore_index=True)


def _watched_query(lines, categories):
    return SQL(
        """
        SELECT q.customer, q.ordered_at, q.product, t.categ_id, q.quantity, q.revenue
          FROM (%s) AS q (customer, ordered_at, product, quantity, revenue, cost)
          JOIN product_product v ON v.id = q.product
          JOIN product_template t ON t.id = v.product_tmpl_id
         WHERE t.categ_id = ANY(%s)
        """,
        lines,
        categories,
    )


def purchases(lines):
    """The lines as ``grading.rhythm.Purchases``."""
    from odoo.addons.customer_tiering.grading.rhythm import Purchases

    columns = ("customer", "category", "day")
    integers = [lines[name].to_numpy(dtype="int64") for name in columns]
    return Purchases(*integers, lines["quantity"].to_numpy(float), lines["amount"].to_numpy(float))


def product_cycles(env, lines, bought):
    """Days typed for the products that customers bought last in a category, the shortest of them:
    what runs out first is what is ordered next.

    :param bought: the lines as :func:`purchases` gives them
    :return: dict (customer, category) → days
    """
    import pandas as pd

    env["product.template"].flush_model(["customer_cycle_days"])
    typed = dict(
        env.execute_query(
            SQL(
                """
                SELECT v.id, t.customer_cycle_days
                  FROM product_template t
                  JOIN product_product v ON v.product_tmpl_id = t.id
                 WHERE t.customer_cycle_days > 0
                """
            )
        )
    )
    some = lines[lines["product"].isin(list(typed)) & (lines["quantity"] > 0)] if typed else ()
    if not len(some):
        return {}
    cycles = some.assign(cycle=some["product"].map(typed))
    cycles = cycles.groupby(["customer", "category", "day"])["cycle"].min()
    last = pd.DataFrame(
        {
            "customer": bought.customers[bought.pairs],
            "category": bought.categories[bought.pairs],
            "day": bought.days,
        }
    ).drop_duplicates(["customer", "category"], keep="last")
    found = cycles.reindex(pd.MultiIndex.from_frame(last)).dropna()
    return {key[:2]: int(days) for key, days in found.items()}
