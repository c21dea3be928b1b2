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
    "quantity": "float8",
    "amount": "float8",
}
# Columns of the frame of :func:`read`.
NAMES = ("customer", "product", "category", "cycle", "day", "quantity", "amount")


def basis_of(company):
    """What counts as bought."""
    company.env["customer.tier.program"].flush_model(["active", "company_id", "basis"])
    rows = company.env.execute_query(SQL("SELECT %s", all_invoiced(company)))
    return INVOICED if rows[0][0] else ORDERED


def all_invoiced(company):
    """Whether invoices count as bought, which is so only where all programmes say so, as SQL."""
    return SQL(
        """(SELECT bool_and(basis = %s) FROM customer_tier_program
             WHERE active AND company_id = %s)""",
        INVOICED,
        company.id,
    )


def watched(env, some=None):
    """Products of the categories whose rhythm is watched.

    :param some: array of the ids of products that are asked for, None for all of them
    :return: sorted array of product ids, those of their categories and of the days typed for them
        (0 for none), and whether there are products of other categories
    """
    import numpy as np

    env["product.category"].flush_model(["customer_cycle_tracked"])
    env["product.template"].flush_model(["categ_id", "customer_cycle_days"])
    rows = env.execute_query(
        SQL(
            """
            SELECT v.id, t.categ_id, GREATEST(COALESCE(t.customer_cycle_days, 0), 0),
                   c.customer_cycle_tracked
              FROM product_product v
              JOIN product_template t ON t.id = v.product_tmpl_id
         LEFT JOIN product_category c ON c.id = t.categ_id
             WHERE %s
             ORDER BY v.id
            """,
            SQL("TRUE") if some is None else SQL("v.id = ANY(%s)", np.unique(some).tolist()),
        )
    )
    some = [row for *row, tracked in rows if tracked]
    products, categories, cycles = np.array(some, dtype=np.int64).reshape(-1, 3).T
    return products, categories, cycles, len(some) < len(rows)


def nothing():
    """The frame of :func:`read` of who has bought nothing."""
    import pandas as pd

    return pd.DataFrame(columns=list(NAMES))


def read(gather, company, as_of, scope, basis, few=False):
    """Lines of what was bought up to a day, and what came back of them on the day of the purchase.

    :param scope: see ``customer.tier.gather``
    :param few: whether what they bought is looked up; else lines of products that nobody watches
        are not read
    :return: frame ``customer, product, category, cycle, day, quantity, amount``; what came back is
        negative, amounts are untaxed in company currency, ``cycle`` is the days typed for the
        product, 0 for none
    """
    import numpy as np
    import pandas as pd

    others, products = False, ()
    if not few:
        products, categories, cycles, others = watched(gather.env)
        if not len(products):
            return nothing()
    queries = [
        _query(source.lines(company, as_of, scope, MEASURES, None), products if others else None)
        for source in gather._sources(company, basis, scope)
        if source.lines
    ]
    rows = gather._read_sources(queries, COLUMNS)
    rows["day"] = gather._local_days(rows.pop("ordered_at"), company)
    lines = pd.DataFrame(rows, copy=False)
    back = gather._came_back(company, as_of, scope, basis, MEASURES)
    if len(back):
        back = back.assign(day=back["origin"])[list(lines)]
        lines = pd.concat([lines, back], ignore_index=True)
    if few:
        products, categories, cycles, _others = watched(gather.env, lines["product"])
        if not len(products):
            return nothing()
    # Asked once a product: joined to every line, it would cost more than the lines themselves.
    place = np.minimum(np.searchsorted(products, lines["product"]), len(products) - 1)
    known = products[place] == lines["product"].to_numpy()
    columns = {name: lines[name].to_numpy() for name in lines}
    columns |= {"category": categories[place], "cycle": cycles[place]}
    if not known.all():
        columns = {name: values[known] for name, values in columns.items()}
    # Some tens of megabytes, which pandas would copy at each of these steps.
    return pd.DataFrame({name: columns[name] for name in NAMES}, copy=False)


def _query(lines, products):
    """Of the lines of a source, those of some products, or of all of them."""
    some = SQL("TRUE") if products is None else SQL("q.product = ANY(%s)", products.tolist())
    return SQL(
        """
        SELECT q.customer, q.ordered_at, q.product, q.quantity, q.revenue
          FROM (%s) AS q (customer, ordered_at, product, quantity, revenue, cost)
         WHERE %s
        """,
        lines,
        some,
    )


def purchases(lines):
    """The lines as ``grading.rhythm.Purchases``."""
    from odoo.addons.customer_tiering.grading.rhythm import Purchases

    columns = ("customer", "category", "day")
    integers = [lines[name].to_numpy(dtype="int64") for name in columns]
    return Purchases(*integers, lines["quantity"].to_numpy(float), lines["amount"].to_numpy(float))


def product_cycles(lines, bought):
    """Days typed for the products that customers bought last in a category, the shortest of them:
    what runs out first is what is ordered next.

    :param bought: the lines as :func:`purchases` gives them
    :return: dict (customer, category) → days
    """
    import pandas as pd

    typed = lines["cycle"].to_numpy() > 0
    if not typed.any():
        return {}
    some = lines[typed & (lines["quantity"] > 0)]
    cycles = some.groupby(["customer", "category", "day"])["cycle"].min()
    last = pd.DataFrame(
        {
            "customer": bought.customers[bought.pairs],
            "category": bought.categories[bought.pairs],
            "day": bought.days,
        }
    ).drop_duplicates(["customer", "category"], keep="last")
    found = cycles.reindex(pd.MultiIndex.from_frame(last)).dropna()
    return {key[:2]: int(days) for key, days in found.items()}
