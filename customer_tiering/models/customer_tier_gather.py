import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial

from psycopg2.extensions import TransactionRollbackError

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import fact_sources, origin_queries, return_events, review_dates, scopes
from ..explain.span import spans_of_years
from ..fact_sources import ORDER_COLUMNS, FactSource  # noqa: F401
from ..grading.entry import Origins
from ..grading.policy import INVOICED, ORDERED
from ..samples import fixed_sample, taken_before
from ..standing_columns import DAY, ID
from ..switches import SWIFT
from .customer_tier_metric import YEAR

_logger = logging.getLogger(__name__)

# What gradings ask of a company, which has a hundred more fields.
OF_COMPANY = (
    "partner_id",
    "parent_path",
    "sale_discount_product_id",
    "customer_tier_count_all_orders",
    "customer_tier_graded_on",
)
# Of metrics that the grading core computes itself.
COMPUTED_KINDS = ("order", "payment", "ratio")


class CustomerTierGather(models.AbstractModel):
    """First step of the grading pipeline: reads what is known about some customers from the
    database and hands it on as frames.

    Few grouped reads for thousands of customers, never one per record; the SQL of what they bought
    is in ``fact_sources``. Addons add a kind of records in :meth:`_fact_sources`, or say what
    counts in the hooks that its queries ask.
    """

    _name = "customer.tier.gather"
    _description = "Facts for Customer Grading"

    # Customers

    def _customers(self, program, scope, author=None):
        """Customers that a programme selects within a scope.

        :param scope: function ``SQL column of commercial partner ids → SQL condition``
        :param author: environment with the rights of who is typing the programme's filter; else
            the system's, as it is saved
        :return: sorted int array of commercial partner ids and a boolean array: whether the
            partner is a customer even without orders
        """
        import numpy as np

        query = self._selection(program, scope, author)
        rows = self._read(query, {"id": "int4", "known": "int4"})
        order = np.argsort(rows["id"])
        return rows["id"][order].astype(np.int64), rows["known"][order].astype(bool)

    def _selection(self, program, scope, author=None):
        """The same as a query of ``id`` and ``known`` (0 or 1)."""
        company = program.company_id
        Partner = self._as_company(self.env["res.partner"], company)
        if author is not None:
            # What somebody has typed is searched with no more rights than they have.
            Partner = Partner.with_user(author.user)
        domain = self._chosen(program, Partner) & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s AND %s",
                self._gradable_condition(company, SQL.identifier(alias)),
                scope(SQL.identifier(alias, "commercial_partner_id")),
            )
        )
        query = Partner._search(domain)
        table = SQL.identifier(Partner._table)
        known = SQL("(COALESCE(%s.customer_rank, 0) > 0)::int AS known", table)
        return query.select(SQL("%s.id", table), known)

    def _chosen(self, program, Partner):
        """The contacts of a programme's filter and company, as a ``Domain``."""
        # Those of a head office are customers of its branches, too.
        own = Domain(Partner._check_company_domain(program.company_id))
        return program._partner_domain() & own

    def _gradable_condition(self, company, partner):
        """Who can be a customer of a company at all, as a condition on the alias of a partner: not
        archived, nobody's contact, neither the company itself, with its branches and its head
        office, nor the contact of somebody who works in the database."""
        return SQL(
            """(%(p)s.active AND %(p)s.commercial_partner_id - %(p)s.id = 0
                AND %(p)s.id NOT IN (SELECT c.partner_id FROM res_company c
                                      WHERE split_part(c.parent_path, '/', 1) = %(root)s)
                AND NOT EXISTS (SELECT FROM res_users u
                                 WHERE u.partner_id = %(p)s.id AND u.active
                                   AND u.share IS NOT TRUE))""",
            p=partner,
            root=str(company.sudo().root_id.id),
        )

    def _as_company(self, model, company):
        """A model with all rights, in a company, and the same whoever starts a grading: names in
        filters are compared in the company's language, days begin where it is. Archived records
        count only where a filter asks for them, as the filter editor shows it."""
        lang = self.env["res.lang"]._get_code(self._home(company).lang)
        return (
            model.sudo()
            .with_company(company)
            .with_context(active_test=True, lang=lang or None, tz=self._timezone(company))
        )

    def _scope_of(self, partner_ids):
        """Scope of some commercial partners by id."""
        return scopes.Some(list(partner_ids))

    def _scope_between(self, low, high):
        """Scope of the commercial partners with ``low < id <= high``."""
        return scopes.Between(low, high)

    def _since(self, customers, orders, company):
        """The day since when those who have not ordered are known.

        :param customers: sorted int array
        :param orders: as ``_orders`` gives them, of these customers and others
        :return: array of day numbers, NaN for whoever ordered
        """
        import numpy as np

        lasting = orders["frequent"]
        if "void" in orders:
            lasting = lasting & np.isinf(orders["void"])
        silent = ~np.isin(customers, orders["customer"][lasting])
        since = np.full(len(customers), np.nan)
        if not silent.any():
            return since
        rows = self._read(
            SQL(
                "SELECT id, create_date FROM res_partner "
                "WHERE id = ANY(%s) AND create_date IS NOT NULL",
                customers[silent].tolist(),
            ),
            {"id": "int4", "created": "timestamp"},
        )
        since[np.searchsorted(customers, rows["id"])] = self._local_days(rows["created"], company)
        return since

    # What they bought

    def _fact_sources(self, company):
        """Hook: the kinds of records that tell what the customers of a company bought, as a list
        of :class:`FactSource` in the order in which they are read. Addons add theirs to it."""
        return fact_sources.core_sources(self, company)

    def _return_queries(self, company):
        """Hook: what tells which lines of confirmed orders came back, as a list of functions, see
        ``FactSource.returns``. Of what several of them tell of a line, the greater counts. Whoever
        adds one says in :meth:`_came_back_conditions`, too, whom it can tell anything of."""
        return [partial(fact_sources.credited_lines, self)]

    def _sources(self, company, basis, scope=None):
        """The kinds of records of a basis that may tell anything of the customers of a scope."""
        found = [source for source in self._fact_sources(company) if basis in source.bases]
        if scopes.kept(scope):
            found = [source for source in found if not source.credits]
        return found

    def _read_sources(self, queries, columns):
        """The rows of several queries with the same columns, one after the other."""
        return self._read(SQL(" UNION ALL ").join(SQL("(%s)", q) for q in queries), columns)

    def _orders(self, company, as_of, scope, basis=ORDERED, events=None):
        """What was bought up to the as-of date, and what came back of it: frame ``customer, day,
        amount, frequent``, with ``origin`` and ``void`` where anything came back, and ``purchase``
        where invoices count. What of it
        customers had bought by an earlier day, as it is known today, is told by
        ``Facts.corrected``.

        :param basis: what counts as bought, of ``policy.BASES``
        :param events: see :meth:`_came_back`
        """
        found = self._purchases(company, as_of, scope, basis, events=events)
        return found.drop(columns="document")

    def _purchases(self, company, as_of, scope, basis, since=None, events=None):
        """The same with ``document``: the id of the order or invoice, 0 where nothing refers to
        it.

        :param since: only purchases from this day on, and what came back of them
        """
        import pandas as pd

        from ..grading.metrics import day_number
        from ..grading.returns import NEVER, void_days

        query = fact_sources.purchases(self, company, as_of, scope, basis, since)
        rows = self._read(query, ORDER_COLUMNS | {"document": "int4"})
        frame = pd.DataFrame(
            {
                "customer": rows["customer"],
                "day": self._local_days(rows["ordered_at"], company),
                "amount": rows["amount"],
                "frequent": rows["frequent"].astype(bool),
                "document": rows["document"],
            }
        )
        if basis == INVOICED and len(frame):
            asked = fact_sources.orders_of_invoices(frame["document"].tolist())
            found = self._read(asked, {"document": "int4", "purchase": "int4"})
            orders = pd.Series(found["purchase"], index=found["document"])
            frame["purchase"] = frame["document"].map(orders).fillna(0).astype("int64")
        back = self._came_back(company, as_of, scope, basis, lines=False, events=events)
        if since is not None:
            back = back[back["origin"] >= day_number(since)]
        if not len(back):
            return frame
        void = void_days(back, rows["document"])
        frame = frame.assign(origin=frame["day"], void=void)
        back = back[["customer", "day", "amount", "origin"]].assign(
            frequent=False, document=0, void=NEVER, purchase=0
        )
        back = back[back["amount"] != 0]
        return pd.concat([frame, back[list(frame)]], ignore_index=True)

    def _came_back(
        self, company, as_of, scope, basis, measures=frozenset(), lines=True, events=None
    ):
        """What came back up to the as-of date: frame of ``grading.returns.taken_back``.

        :param measures: see :meth:`_lines`
        :param lines: only of sources whose lines do not tell it themselves
        :param events: of ``return_events.read`` up to this day or a later one, where it was asked
            already
        """
        if events is None:
            events = return_events.read(self, company, as_of, scope, basis, measures, lines)
        return return_events.taken_back(events, as_of, lines)

    def _came_back_conditions(self, scope, company):
        """Hook: conditions of which one is true where anything that customers of a scope bought may
        have come back, as a list of SQL."""
        return [fact_sources.has_credits(scope, company)]

    def _known_by(self, orders, as_of):
        """What of :meth:`_orders` had happened by a day."""
        import numpy as np

        from ..grading.metrics import day_number

        today = day_number(as_of)
        happened = orders["day"].to_numpy() <= today
        known = orders if happened.all() else orders[happened]
        if "void" in known:
            known = known.assign(void=known["void"].where(known["void"] <= today, np.inf))
        return known

    def _order_query(self, company, as_of, scope):
        """Confirmed orders, see :class:`FactSource`."""
        return fact_sources.orders(self, company, as_of, scope)

    def _later_order_count(self, company, as_of):
        """How many orders of a company, or invoices where these count, are dated after a day
        graded, and after today."""
        day, everybody = max(as_of, self._today(company)), partial(SQL, "%s IS NOT NULL")
        bases = {p.basis for p in self.env["customer.tier.program"]._for_company(company)}
        return sum(
            self._dated_later(company, day, everybody, basis)[0] for basis in bases or {ORDERED}
        )

    def _dated_later(self, company, as_of, scope, basis=ORDERED):
        """How many orders (or invoices) are dated after a day and so do not count yet, and the day
        of the first one, None without any."""
        # Orders of other salespeople are counted like those that the user may open.
        self.env.flush_all()
        self.env.cr.execute(fact_sources.dated_later(self, company, as_of, scope, basis))
        count, first = self.env.cr.fetchone()
        return count, first

    def _last_order_day(self, company):
        """The day of the latest order of a company up to today, None without any. Hook: addons
        with a kind of records of their own look at these as well."""
        until = self._end_of_day(company, self._today(company))
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", "sale"),
            ("date_order", "<", until),
        ]
        last = self.env["sale.order"].search(domain, order="date_order DESC", limit=1).date_order
        zone = self.with_context(tz=self._timezone(company))
        return last and fields.Datetime.context_timestamp(zone, last).date()

    def _frequent_condition(self, company):
        """Which orders count for the frequency, as a condition on ``sale_order o``."""
        if company.customer_tier_count_all_orders:
            return SQL("TRUE")
        return SQL("o.amount_untaxed > 0")

    def _frequent_invoice_condition(self, company):
        """The same of invoices, as a condition on ``account_move m``."""
        if company.customer_tier_count_all_orders:
            return SQL("TRUE")
        return SQL("m.amount_untaxed_signed > 0")

    def _frequent_orders(self, partner, company, as_of, basis=ORDERED):
        """Ids of a customer's orders (or invoices) up to a day that count for the frequency."""
        import numpy as np

        self.env.flush_all()
        scope = self._scope_of(partner.commercial_partner_id.ids)
        found = self._purchases(company, as_of, scope, basis)
        lasting = found["frequent"] & (found["document"] > 0)
        if "void" in found:
            lasting &= np.isinf(found["void"])
        return found.loc[lasting, "document"].tolist()

    # Ordered products

    def _lines(self, company, as_of, scope, measures, after=None, basis=ORDERED, events=None):
        """Products bought, and what came back of them: frame ``customer, day, product, category,
        quantity``, with ``origin`` where anything came back.

        :param measures: those of ``metrics.LINE_MEASURES`` that are asked for. Only for them are
            there a category (else 0), a quantity in the product's own unit (else in the line's) and
            ``revenue`` and ``cost``, untaxed in company currency (else no such columns)
        :param after: only what was ordered, or came back, after this day number
        :param basis: see :meth:`_orders`
        :param events: see :meth:`_came_back`
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
        queries = [
            source.lines(company, as_of, scope, measures, after)
            for source in self._sources(company, basis, scope)
            if source.lines
        ]
        rows = self._read_sources(queries, columns)
        rows["day"] = self._local_days(rows.pop("ordered_at"), company)
        lines = pd.DataFrame(rows | {"category": 0})
        back = self._came_back(company, as_of, scope, basis, measures, events=events)
        if len(back):
            back = back[back["day"] > after] if after is not None else back
            back = back.assign(revenue=back["amount"], category=0)[[*lines, "origin"]]
            lines = pd.concat([lines.assign(origin=lines["day"]), back], ignore_index=True)
        if "category_count" in measures:
            lines["category"] = self._categories(lines["product"].to_numpy())
        return lines

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
        """Lines of confirmed orders: customer, moment, product and the values of
        :meth:`_line_values`."""
        return fact_sources.order_lines(self, company, as_of, scope, measures, after)

    def _line_values(self, company, measures):
        """SQL of quantity and, if asked for, revenue and cost of a line."""
        from ..grading.metrics import MONEY_MEASURES

        quantity = self._line_quantity() if "quantity" in measures else SQL("l.product_uom_qty")
        goods = self._goods_condition(company)
        values = [SQL("(CASE WHEN %s THEN %s ELSE 0 END)::float8", goods, quantity)]
        if measures & MONEY_MEASURES:
            values += [
                SQL("l.price_subtotal::float8 / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8"),
                SQL("COALESCE((%s)::float8, 0)", self._line_cost(company)),
            ]
        return values

    def _goods_condition(self, company):
        """Hook: which order lines ``l`` are goods. The others, such as deposits, discounts,
        shipping, gift cards and rewards, count for money, but are no pieces, products or
        categories."""
        return SQL(
            "(l.is_downpayment IS NOT TRUE AND l.price_unit >= 0 AND l.product_id NOT IN (%s))",
            self._products_that_are_no_goods(company),
        )

    def _products_that_are_no_goods(self, company):
        """Hook: products that stand for something else, wherever they are sold, as SQL of a query
        for their ids, none of them NULL: whoever asks makes it part of its own statement."""
        return fact_sources.no_goods(company)

    def _products_beside_purchases(self, company):
        """Hook: products whose lines make no order, as SQL of a query for their ids."""
        return SQL("SELECT NULL::int WHERE FALSE")

    def _loose_credit_condition(self, company):
        """Hook: which credit notes ``m`` for no order and no invoice give back what counted."""
        return SQL("TRUE")

    def _handed_over_otherwise(self):
        """Hook: pieces of order line ``l``, in the own unit of its product, that customers got
        without a transfer for the order, whether they were taken back or not."""
        return SQL("0")

    def _line_quantity(self):
        """Quantity of order line ``l`` in the own unit of its product, which most lines are in
        already: exact division takes as long as the rest of the line."""
        return SQL(
            "CASE WHEN l.product_uom_id = t.uom_id THEN l.product_uom_qty "
            "ELSE l.product_uom_qty * COALESCE(u.factor / NULLIF(own.factor, 0), 1) END"
        )

    def _line_cost(self, company):
        """Cost of order line ``l`` of order ``o`` in company currency: today's cost of product
        ``v``; orders do not remember another one."""
        return SQL("(%s) * %s", self._line_quantity(), self._product_cost(company))

    def _invoiced_cost(self, company, pieces):
        """Cost of line ``i`` of an invoice in company currency: today's, as of orders.

        :param pieces: SQL of its quantity in the own unit of product ``v``, negative where it was
            credited
        """
        return SQL("(%s) * %s", pieces, self._product_cost(company))

    def _product_cost(self, company):
        """Today's cost of a piece of product ``v`` in company currency."""
        # A cost is nobody's secret here: what leaves grading is a margin per customer.
        Product = self.env["product.product"].sudo().with_company(company)
        return Product._field_to_sql("v", "standard_price")

    # What is owed and how it was paid, from the ledger

    def _payments(self, company, as_of, scope, credit, first=None):
        """The parts of customers' debts: frame as ``grading.debts`` describes it, or None where
        nobody ever owed the company anything.

        :param credit: ``policy.Credit``, for the length of its window
        :param first: the first of several days that will be looked at; without it, the as-of date
        """
        import pandas as pd

        from ..grading import debts
        from ..receivables import COLUMNS

        receivables = self._receivables(company)
        if not receivables:
            return None
        since = (first or as_of) - timedelta(days=credit.window_days)
        query = self._payment_query(company, receivables, since, scope)
        rows = self._read(query, COLUMNS)
        lost, credited = rows.pop("lost"), rows.pop("credited")
        return debts.split(pd.DataFrame(rows), lost, credited)

    def _payments_for(self, metrics, company, as_of, scope):
        """The same where one of some metrics looks at it, else None."""
        if "payment" not in metrics.mapped("kind"):
            return None
        return self._payments(company, as_of, scope, company._customer_credit_policy())

    def _payment_parts(self, partner, company, as_of):
        """What the credit score of one customer rests on: ``payment.breakdown``."""
        from ..grading import payment

        self.env.flush_all()
        credit = company._customer_credit_policy()
        scope = self._scope_of(partner.commercial_partner_id.ids)
        payments = self._payments(company, as_of, scope, credit)
        return payment.breakdown(payments, as_of, credit)

    def _receivables(self, company):
        """The accounts that debts of a company's customers are read by: ``Receivables``, or None
        while nobody owes it anything, of which this asks as well."""
        from ..receivables import Receivables, accounts_query

        self.env.cr.execute(accounts_query(company))
        rows = self.env.cr.fetchall()
        return Receivables.of(rows) if rows else None

    def _payment_query(self, company, receivables, since, scope):
        """Parts of debts, settled after a day or open; see ``Receivables.query``."""
        return receivables.query(company, since, scope, self._payment_counts())

    def _payment_counts(self):
        """Whether a delay counts against the customer, as a condition on receivable line ``l`` of
        the document ``l.move_id``."""
        return SQL(
            """l.move_id NOT IN (SELECT m.id
                                   FROM customer_late_reason r
                                   JOIN account_move m ON m.customer_late_reason_id = r.id
                                  WHERE NOT r.counts)"""
        )

    # Where customers came from, for the entry rules

    def _origins(self, company, as_of, scope, policies, given):
        """What entry rules ask for, about the customers of a scope; nothing without rules.

        :param policies: ``policy.Program`` or None each
        :param given: values of metrics as ``_read_for`` gives them
        :return: ``entry.Origins``
        """
        entries = [entry for policy in policies if policy for entry in policy.entries]
        if not entries:
            return Origins()
        tags = {tag for entry in entries for tag in entry.tags}
        countries = {country for entry in entries for country in entry.countries or ()}
        codes = {entry.metric for entry in entries}
        return Origins(
            ways=self._rows(self._ways_query(company, as_of, scope), 3),
            tags=self._rows(self._tags_query(company, as_of, scope, tags), 2) if tags else [],
            countries=self._rows(origin_queries.countries(scope, countries), 2)
            if countries
            else [],
            values={
                metric.code: list(zip(owners.tolist(), values.tolist(), strict=True))
                for metric, (owners, values, _others) in given.items()
                if metric.code in codes
            },
        )

    def _ways_query(self, company, as_of, scope):
        """Hook: distinct customer, medium and source (0 for none) of what tells where customers
        came from."""
        return origin_queries.ways(self, company, as_of, scope)

    def _tags_query(self, company, as_of, scope, tags):
        """Hook: distinct customer and tag, of the tags asked for."""
        return origin_queries.tags(scope, tags)

    def _entry(self, customers, entries, origins):
        """Array with the id of the rule that fits each customer, 0 for none; None without rules."""
        import numpy as np

        if not entries:
            return None
        fits = origins.first_fit(entries, customers.tolist())
        return np.array(
            [fits[who].id if who in fits else 0 for who in customers.tolist()], dtype=np.int64
        )

    def _rows(self, query, size):
        columns = self._read(query, {str(number): "int4" for number in range(size)})
        return list(zip(*(column.tolist() for column in columns.values()), strict=True))

    # What the last grading stored

    def _previous(self, company, scope):
        """What is stored about the customers of a scope.

        :return: frame indexed by customer with the columns of ``settle.PREVIOUS``; the scope, which
            knows of few whether anything of what they bought came back
        """
        import pandas as pd

        columns, few = self._previous_columns(company), scopes.few(scope)
        if few:
            # Asked on the way: whoever was never graded needs to be asked for each kind of records.
            columns["back"] = ("int4", SQL("%s::int", scopes.back(self, company, scope)))
        rows = self._read(
            SQL(
                "SELECT %s FROM customer_tier_standing s WHERE s.company_id = %s AND %s",
                SQL(", ").join(value for _type, value in columns.values()),
                company.id,
                scope(SQL("s.partner_id")),
            ),
            {name: type_ for name, (type_, _value) in columns.items()},
        )
        if few and not rows.pop("back").any() and len(rows["customer"]) == len(scope.ids):
            scope = scope.that_kept()
        return pd.DataFrame(rows).set_index("customer"), scope

    def _previous_columns(self, company):
        """Name in ``settle.PREVIOUS``: SQL type and value from the standing ``s``. What grading
        found comes back as the store wrote it; the rest was set by hand, or asked of somebody."""
        columns = self.env["customer.tier.store"]._standing_columns()
        return {
            "customer": ("int4", SQL("s.partner_id")),
            **{c.in_frame: (c.storage.staged, c.restore("s")) for c in columns if c.remembered},
            "manual": ("int4", ID.restore(SQL("s.manual_tier_id"))),
            "manual_until": ("float8", DAY.restore(SQL("s.manual_until"))),
            "lock": (
                "int4",
                SQL(
                    "CASE s.lock WHEN 'up' THEN 1 WHEN 'down' THEN 2 WHEN 'both' THEN 3 ELSE 0 END"
                ),
            ),
            "asked": (
                "float8",
                SQL(
                    "CASE WHEN s.waiting = 'approval' OR s.refused_on IS NOT NULL "
                    "THEN COALESCE(s.proposed_tier_id, 0)::float8 ELSE 'NaN' END"
                ),
            ),
            "seen": ("float8", DAY.restore(review_dates.seen(company.id))),
        }

    # Values of other metrics

    def _read_for(self, metrics, company, as_of, scope, span=None, after=None, basis=ORDERED):
        """What some metrics need to know besides the orders.

        A metric that cannot be read is left out: its values are unknown, the others go on.

        :param metrics: ``customer.tier.metric`` with the parts of ratios
        :param span: see ``_values`` of metrics
        :param after, basis: see ``_lines``
        :return: (lines, or None where no metric needs them; dict metric → values as ``_values`` of
            metrics gives them; dict metric → error message)
        """
        lines = self._lines_for(metrics, company, as_of, scope, after, basis)
        return lines, *self._given_for(metrics, company, as_of, scope, span)

    def _given_for(self, metrics, company, as_of, scope, span=None):
        """The same without lines: values of those metrics that come from other records."""
        given, errors = {}, {}
        # Grading looks at everything, whoever starts it.
        for metric in metrics.sudo().filtered(lambda m: m.kind not in COMPUTED_KINDS):
            if metric._sleeps():
                continue
            found = self._try_metric(
                metric, errors, lambda m=metric: m._values(company, as_of, scope, span)
            )
            if found:
                given[metric] = found
        return given, errors

    def _try_metric(self, metric, errors, read):
        """What reading a metric gives, or None with the error noted."""
        if SWIFT.is_on(self.env):
            return read()
        try:
            with self.env.cr.savepoint():
                return read()
        except TransactionRollbackError:
            raise
        except Exception as error:
            _logger.warning("Metric %s cannot be read", metric.code, exc_info=True)
            errors[metric] = str(error) or type(error).__name__
        return None

    def _lines_for(self, metrics, company, as_of, scope, after, basis):
        """The products that some metrics look at, None where none does."""
        measures = self._line_measures(metrics)
        return self._lines(company, as_of, scope, measures, after, basis) if measures else None

    def _line_measures(self, metrics):
        """What some metrics measure of products."""
        from ..grading.metrics import LINE_MEASURES

        kinds = metrics.sudo()
        return LINE_MEASURES.intersection(m.measure for m in kinds if m.kind == "order")

    def _seen(self, orders, given):
        """Partners who are customers whatever the contact says: they ordered, or were judged by
        hand.

        :param orders, given: as read for some customers
        :return: sorted int array
        """
        import numpy as np

        judged = [owners for m, (owners, _values, _others) in given.items() if m.kind == "manual"]
        return np.unique(np.concatenate([orders["customer"], *judged]))

    def _given_frame(self, customers, given):
        """Values as metrics give them, as a frame of ``Facts``."""
        import pandas as pd

        columns = {
            metric.code: pd.Series(values, index=owners).reindex(customers, fill_value=others)
            for metric, (owners, values, others) in (given or {}).items()
        }
        return pd.DataFrame(columns, index=customers, dtype=float)

    # Facts of one programme

    def _facts(self, customers, orders, lines, given=None, entry=None, payments=None, since=None):
        """Facts of one programme's customers, cut out of what was read for all programmes.

        :param customers: sorted int array
        :param entry, payments, since: see ``Facts``
        """
        import numpy as np

        from ..grading.metrics import Facts

        def own(frame):
            theirs = np.isin(frame["customer"].to_numpy(), customers)
            return frame if theirs.all() else frame[theirs]

        return Facts(
            customers,
            own(orders),
            None if lines is None else own(lines),
            self._given_frame(customers, given),
            entry,
            payments=None if payments is None else own(payments),
            since=since,
        )

    def _in_years(self, facts, program, as_of, scope):
        """Facts with what is known as of the end of the last full year, too.

        :param facts: as ``_facts`` gives them, of one programme
        :return: (facts; dict metric → error message); the same facts where a year is the last
            twelve months
        """
        if program.period == "rolling":
            return facts, {}
        metrics = (
            program._metrics()
            .sudo()
            .filtered(lambda metric: metric._has_years() and metric.code in facts.given)
        )
        yearly = metrics.filtered(lambda m: m.kind == "record" and m.window_months == YEAR)
        running, last = spans_of_years(facts, program.period, as_of)
        company = program.company_id
        _lines, now, errors = self._read_for(yearly, company, as_of, scope, running)
        _lines, then, others = self._read_for(metrics, company, as_of, scope, last)
        failed = self._unknown(errors | others)
        given = self._given_frame(facts.customers, now | failed)
        return replace(
            facts,
            given=facts.given.assign(**given),
            given_last=self._given_frame(facts.customers, then | failed),
        ), errors | others

    def _unknown(self, metrics):
        """Values of metrics that nothing is known of."""
        import numpy as np

        return {metric: (np.array([], dtype=np.int64), np.array([]), np.nan) for metric in metrics}

    # A fixed sample of customers, for what is proposed while rules are made

    def _sample(self, program, as_of, size, metrics=None, own=False):
        """Facts of a fixed sample of a programme's customers, for proposals.

        The sample depends on the customers' ids only, so it is the same each time.

        :param metrics: ``customer.tier.metric`` that will be computed from the facts
        :param own: leave out those whom an earlier programme takes, as gradings do; while rules
            are being made, such customers are as good as others
        """
        import numpy as np

        self.env.flush_all()
        customers, known = self._customers(program, lambda column: SQL("TRUE"))
        company = program.company_id
        if own:
            free = ~np.isin(customers, taken_before(program))
            customers, known = customers[free], known[free]
        chosen = np.isin(customers, fixed_sample(customers, size))
        customers, known = customers[chosen], known[chosen]
        scope = self._scope_of(customers.tolist())
        metrics = self.env["customer.tier.metric"] if metrics is None else metrics
        orders = self._orders(company, as_of, scope, program.basis)
        lines, given, _errors = self._read_for(
            metrics._with_parts(), company, as_of, scope, basis=program.basis
        )
        # Of whom nothing is known there is nothing to propose from; records of other kinds alone,
        # such as a visit, make nobody a customer.
        valued = np.concatenate(
            [orders["customer"], *(owners for owners, _values, _others in given.values())]
        )
        seen = known | np.isin(customers, self._seen(orders, given))
        customers = customers[seen & np.isin(customers, valued)]
        payments = self._payments_for(metrics._with_parts(), company, as_of, scope)
        return self._facts(customers, orders, lines, given, payments=payments)

    def _stage_history(self, program, as_of, size, author=None):
        """What the orders of a fixed sample of a programme's customers tell until a day.

        :param size: of the sample
        :param author: see :meth:`_customers`
        :return: (``lifecycle.Past``, number of all customers)
        """
        from ..grading import metrics, rhythm
        from ..grading.lifecycle import Past
        from ..grading.policy import read_rhythm

        customers, orders = self._graded_customers(program, as_of, author)
        total = len(customers)
        chosen = fixed_sample(customers, size)
        if orders is None:
            scope = self._scope_of(chosen.tolist())
            orders = self._orders(program.company_id, as_of, scope, program.basis)
        window = metrics.Window(self._facts(chosen, orders, None), as_of, 0)
        typical, known = program.typical_interval_days, program.rhythm
        # Where nobody has, it will be learnt at the next grading.
        known = read_rhythm(known) if known else rhythm.learn(*window.days, window.as_of)
        typical = typical or rhythm.typical_interval(*window.days, window.as_of)
        known = rhythm.around(known, typical) if known else rhythm.plain(typical)
        return Past(*window.days, window.size, window.as_of, known), total

    def _graded_customers(self, program, as_of, author=None):
        """Customers whom the last grading found in a programme; before the first one, those whom
        it would find.

        :return: (sorted int array, their orders where these had to be read)
        """
        import numpy as np

        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT partner_id FROM customer_tier_standing WHERE program_id = %s "
                "ORDER BY partner_id",
                program._origin.id or 0,
            )
        )
        graded = np.array([id_ for (id_,) in self.env.cr.fetchall()], dtype=np.int64)
        if len(graded):
            return graded, None
        scope = self._scope_between(0, 2**31 - 1)
        customers, known = self._customers(program, scope, author)
        orders = self._orders(program.company_id, as_of, scope, program.basis)
        return customers[known | np.isin(customers, orders["customer"])], orders

    # Reading, and the days of a company

    def _read(self, query, columns):
        from ..binary_copy import read_columns

        return read_columns(self.env.cr, query, columns)

    def _timezone(self, company):
        return self._home(company).tz or "UTC"

    def _home(self, company):
        """The contact of a company; of all that stands there, grading needs two fields. Empty for
        no company, as a form has that nobody has filled in yet."""
        company = company.sudo()
        if company and "partner_id" not in company._cache:
            company.fetch(OF_COMPANY)
        partner = company.partner_id
        if partner and "tz" not in partner._cache:
            partner.fetch(["lang", "tz"])
        return partner

    def _today(self, company):
        """The day it is where the company is."""
        return fields.Date.context_today(self.with_context(tz=self._timezone(company)))

    def _end_of_day(self, company, as_of):
        """First moment (UTC, naive) that no longer belongs to the as-of date."""
        import pandas as pd

        midnight = pd.Timestamp(as_of) + pd.Timedelta(days=1)
        local = midnight.tz_localize(
            self._timezone(company), ambiguous=False, nonexistent="shift_forward"
        )
        return local.tz_convert("UTC").tz_localize(None).to_pydatetime()

    def _local_days(self, moments, company):
        """Day numbers since 1970 in the company's time zone, of moments in UTC."""
        import numpy as np
        import pandas as pd

        zone = self._timezone(company)
        if zone != "UTC":
            moments = pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zone)
            moments = moments.tz_localize(None).to_numpy()
        return moments.astype("datetime64[D]").astype(np.int64)
