"""Which products are kept otherwise than a night found them, where programmes count pieces,
categories or margins: whoever bought one of them is looked at again.

A digest over all products tells whether anything that counts is otherwise; which products that may
be is told by the transactions that wrote their rows, see ``what_changed``. Products that are new
since are among them: what somebody bought of one may have counted before its cost was known.
"""

import hashlib
import json

from odoo.tools import SQL

from .what_changed import News


def state(gather, company, measured):
    """What the next night is to know of the products of this one, as text.

    :param measured: dict basis (of ``policy.BASES``) → measures of orders
    :return: nothing where no measure looks at products, None where a database does not tell who
        wrote its rows
    """
    columns = _columns(gather, company, measured)
    if not columns:
        return ""
    news = News.since(gather.env, {})
    if not news.here:
        return None
    digest, _then, last, _ids = _compared(gather.env, columns, 0, SQL("FALSE"))
    server, transaction = news.here
    known = {"server": server, "transaction": transaction, "columns": _key(columns)}
    return json.dumps({**known, "digest": digest, "last": last})


def changed(gather, company, measured, then):
    """Ids of the products that may be kept otherwise than then, none where :func:`digest` has to
    tell it.

    :param then: of :func:`state`
    :return: list, or None where it cannot be told
    """
    columns = _columns(gather, company, measured)
    if not columns:
        return []
    then = json.loads(then) if then else {}
    news = News.since(gather.env, then)
    if not news.here:
        return []
    if not news.then or then["columns"] != _key(columns):
        return None
    _digest, before, _last, ids = _compared(gather.env, columns, then["last"], _written(news))
    if before == then["digest"]:
        return [id_ for id_ in ids if id_ > then["last"]]
    return ids


def digest(gather, company, measured):
    """All that counts of products, as a digest."""
    columns = _columns(gather, company, measured)
    return columns and _compared(gather.env, columns, 0, SQL("FALSE"))[0]


def counts_pieces(measured):
    """Whether units of measure decide anything: they tell quantities, and what these cost."""
    from .grading.metrics import MONEY_MEASURES

    return any(counted & {"quantity", *MONEY_MEASURES} for counted in measured.values())


def buyers(gather, company, as_of, scope, bases, products):
    """SQL of the customers of a scope who bought some products."""
    sources = {source.lines for basis in bases for source in gather._sources(company, basis)}
    queries = [
        SQL(
            "SELECT q.customer FROM (%s) AS q (customer, moment, product, quantity)"
            " WHERE q.product = ANY(%s)",
            lines(company, as_of, scope, frozenset(), None),
            products,
        )
        for lines in sources - {None}
    ]
    return SQL(" UNION ").join(queries)


def _written(news):
    """Whether a product ``v`` of template ``t`` was written since the night before."""
    return SQL("(%s OR %s)", news.written_since(SQL("v.xmin")), news.written_since(SQL("t.xmin")))


def _columns(gather, company, measured):
    """SQL of what counts of a product ``v`` of template ``t``."""
    from .grading.metrics import MONEY_MEASURES

    columns, measures = [], set().union(*measured.values())
    # A cost is one of a piece.
    if measures & {*MONEY_MEASURES, "quantity"}:
        columns.append(SQL("t.uom_id"))
    if "category_count" in measures:
        columns.append(SQL("t.categ_id"))
    # Also where orders keep the cost: what came back of no order is worth today's.
    if measures & MONEY_MEASURES:
        columns.append(SQL("(%s)::text", gather._product_cost(company)))
    return columns


def _key(columns):
    """Which columns these are, with what stands in them where nothing is kept."""
    told = repr([(column.code, column.params) for column in columns])
    return hashlib.sha256(told.encode()).hexdigest()


def _compared(env, columns, last, written):
    """
    :param last: the greatest id of then
    :param written: ``SQL`` condition: which products ``v``, ``t`` were written since
    :return: (digest of all products, of those of then, the greatest id, ids of those written since
        and of new ones)
    """
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            SELECT md5(COALESCE(string_agg(q.kept, ';' ORDER BY q.id), '')),
                   md5(COALESCE(string_agg(q.kept, ';' ORDER BY q.id)
                       FILTER (WHERE q.id <= %(last)s), '')),
                   COALESCE(MAX(q.id), 0),
                   COALESCE(array_agg(q.id) FILTER (WHERE q.id > %(last)s OR q.written), '{}')
              FROM (SELECT v.id, concat_ws(',', v.id, %(columns)s) AS kept, %(written)s AS written
                      FROM product_product v JOIN product_template t ON t.id = v.product_tmpl_id) q
            """,
            last=last,
            columns=SQL(", ").join(SQL("COALESCE(%s::text, '')", column) for column in columns),
            written=written,
        )
    )
    return env.cr.fetchone()
