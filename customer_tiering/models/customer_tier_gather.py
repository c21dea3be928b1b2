import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Of metrics that the grading core computes itself.
COMPUTED_KINDS = ("order", "payment", "ratio")


class CustomerTierGather(models.AbstractModel):
    """First step of the pipeline: what is known about some customers, as frames.

    Few grouped reads for thousands of customers, never one per record. Glue addons add sources
    of facts by extending these methods.
    """

    _name = "customer.tier.gather"
    _description = "Facts for Customer Grading"

    def _customers(self, program, scope):
        """Customers that a programme selects within a scope.

        :param scope: function ``SQL column of commercial partner ids → SQL condition``
        :return: sorted int array of commercial partner ids and a boolean array: whether the
            partner is a customer even without orders
        """
        import numpy as np

        from ..binary_copy import read_columns

        Partner = self._as_company(self.env["res.partner"], program.company_id)
        # Those of a head office are customers of its branches, too.
        own = Domain(Partner._check_company_domain(program.company_id))
        domain = program._partner_domain() & own
        domain &= Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = %s AND %s",
                SQL.identifier(alias, "commercial_partner_id"),
                SQL.identifier(alias, "id"),
                scope(SQL.identifier(alias, "commercial_partner_id")),
            )
        )
        query = Partner._search(domain)
        table = SQL.identifier(Partner._table)
        rows = read_columns(
            self.env.cr,
            query.select(
                SQL("%s.id", table), SQL("(COALESCE(%s.customer_rank, 0) > 0)::int", table)
            ),
            {"id": "int4", "known": "int4"},
        )
        order = np.argsort(rows["id"])
        return rows["id"][order].astype(np.int64), rows["known"][order].astype(bool)

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

    def _orders(self, company, as_of, scope):
        """Confirmed orders up to the as-of date: frame ``customer, day, amount, frequent``."""
        import pandas as pd

        rows = self._read(
            self._order_query(company, as_of, scope),
            {"customer": "int4", "ordered_at": "timestamp", "amount": "float8", "frequent": "int4"},
        )
        return pd.DataFrame(
            {
                "customer": rows["customer"],
                "day": self._local_days(rows["ordered_at"], company),
                "amount": rows["amount"],
                "frequent": rows["frequent"].astype(bool),
            }
        )

    def _order_query(self, company, as_of, scope):
        return SQL(
            """
            SELECT p.commercial_partner_id,
                   o.date_order,
                   COALESCE(o.amount_untaxed, 0)::float8
                       / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8,
                   (%(frequent)s)::int
              FROM res_partner p
              JOIN sale_order o ON o.partner_id = p.id
             WHERE o.state = 'sale'
               AND o.company_id = %(company)s
               AND o.date_order < %(end)s
               AND %(scope)s
            """,
            frequent=self._frequent_condition(company),
            company=company.id,
            end=self._end_of_day(company, as_of),
            scope=scope(SQL("p.commercial_partner_id")),
        )

    def _frequent_condition(self, company):
        """Which orders count for the frequency, as a condition on ``sale_order o``."""
        if company.customer_tier_count_all_orders:
            return SQL("TRUE")
        return SQL("o.amount_untaxed > 0")

    def _frequent_orders(self, partner, company):
        """Ids of a customer's confirmed orders that count for the frequency."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT o.id
                  FROM res_partner p
                  JOIN sale_order o ON o.partner_id = p.id
                 WHERE o.state = 'sale' AND o.company_id = %s
                   AND p.commercial_partner_id = %s AND %s
                """,
                company.id,
                partner.commercial_partner_id.id,
                self._frequent_condition(company),
            )
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    def _previous(self, company, scope):
        """What is stored about the customers of a scope: frame indexed by customer with the
        columns of ``settle.PREVIOUS``."""
        import pandas as pd

        from ..grading.lifecycle import STAGES

        def day(*names):
            names = SQL(", ").join(SQL.identifier("s", name) for name in names)
            return SQL("COALESCE((COALESCE(%s) - date '1970-01-01')::float8, 'NaN')", names)

        def number(name):
            return SQL("COALESCE(%s, 0)", SQL.identifier("s", name))

        columns = {
            "customer": SQL("s.partner_id"),
            "program": number("program_id"),
            "tier": number("tier_id"),
            "computed": number("computed_tier_id"),
            "manual": number("manual_tier_id"),
            "missed": number("missed_reviews"),
            "lock": SQL(
                "CASE s.lock WHEN 'up' THEN 1 WHEN 'down' THEN 2 WHEN 'both' THEN 3 ELSE 0 END"
            ),
            "manual_until": day("manual_until"),
            # Graded before there were movements, a customer is in its tier since it entered it.
            "entered": day("computed_since", "tier_since"),
            "reviewed": day("reviewed_on", "computed_since", "tier_since"),
            "above": day("above_since"),
            "noticed": day("noticed_on"),
            "asked": SQL(
                "CASE WHEN s.waiting = 'approval' OR s.refused_on IS NOT NULL "
                "THEN COALESCE(s.proposed_tier_id, 0)::float8 ELSE 'NaN' END"
            ),
            "refused": day("refused_on"),
            "stage": SQL(
                "COALESCE(array_position(%s::varchar[], s.lifecycle_stage), 0)", list(STAGES)
            ),
        }
        days = ("manual_until", "entered", "reviewed", "above", "noticed", "asked", "refused")
        rows = self._read(
            SQL(
                "SELECT %s FROM customer_tier_standing s WHERE s.company_id = %s AND %s",
                SQL(", ").join(columns.values()),
                company.id,
                scope(SQL("s.partner_id")),
            ),
            {name: "float8" if name in days else "int4" for name in columns},
        )
        return pd.DataFrame(rows).set_index("customer")

    def _read_for(self, metrics, company, as_of, scope, span=None, after=None):
        """What some metrics need to know besides the orders.

        A metric that cannot be read is left out: its values are unknown, the others go on.

        :param metrics: ``customer.tier.metric`` with the parts of ratios
        :param span: see ``_values`` of metrics
        :param after: see ``_lines``
        :return: (lines, or None where no metric needs them; dict metric → values as ``_values`` of
            metrics gives them; dict metric → error message)
        """
        from ..grading.metrics import LINE_MEASURES

        # Grading looks at everything, whoever starts it.
        metrics = metrics.sudo()
        measures = LINE_MEASURES.intersection(m.measure for m in metrics if m.kind == "order")
        lines = self._lines(company, as_of, scope, measures, after) if measures else None
        given, errors = {}, {}
        for metric in metrics.filtered(lambda m: m.kind not in COMPUTED_KINDS):
            if metric._sleeps():
                continue
            try:
                with self.env.cr.savepoint():
                    given[metric] = metric._values(company, as_of, scope, span)
            except TransactionRollbackError:
                raise
            except Exception as error:
                _logger.warning("Metric %s cannot be read", metric.code, exc_info=True)
                errors[metric] = str(error) or type(error).__name__
        return lines, given, errors

    def _seen(self, orders, given):
        """Partners who are customers whatever the contact says: they ordered, or were judged by
        hand.

        :param orders, given: as read for some customers
        :return: sorted int array
        """
        import numpy as np

        judged = [owners for m, (owners, _values, _others) in given.items() if m.kind == "manual"]
        return np.unique(np.concatenate([orders["customer"], *judged]))

    def _facts(self, customers, orders, lines, given=None, entry=None, payments=None, since=None):
        """Facts of one programme's customers, cut out of what was read for all programmes.

        :param customers: sorted int array
        :param entry, payments, since: see ``Facts``
        """
        from ..grading.metrics import Facts

        def own(frame):
            return frame[frame["customer"].isin(customers)]

        return Facts(
            customers,
            own(orders),
            None if lines is None else own(lines),
            self._given_frame(customers, given),
            entry,
            payments=None if payments is None else own(payments),
            since=since,
        )

    def _given_frame(self, customers, given):
        """Values as metrics give them, as a frame of ``Facts``."""
        import pandas as pd

        columns = {
            metric.code: pd.Series(values, index=owners).reindex(customers, fill_value=others)
            for metric, (owners, values, others) in (given or {}).items()
        }
        return pd.DataFrame(columns, index=customers, dtype=float)

    def _scope_of(self, partner_ids):
        """Scope of some commercial partners by id."""
        return lambda column: SQL("%s = ANY(%s)", column, list(partner_ids))

    def _scope_between(self, low, high):
        """Scope of the commercial partners with ``low < id <= high``."""
        return lambda column: SQL(
            "%(id)s > %(low)s AND %(id)s <= %(high)s", id=column, low=low, high=high
        )

    def _read(self, query, columns):
        from ..binary_copy import read_columns

        return read_columns(self.env.cr, query, columns)

    def _timezone(self, company):
        return self._home(company).tz or "UTC"

    def _home(self, company):
        """The contact of a company; of all that stands there, grading needs two fields."""
        partner = company.sudo().partner_id
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
