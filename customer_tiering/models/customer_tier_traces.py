from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Where customers came from, for the entry rules of programmes."""

    _inherit = "customer.tier.gather"

    def _traces(self, company, as_of, scope, policies, given):
        """What entry rules ask for, about the customers of a scope; nothing without rules.

        :param policies: ``policy.Program`` or None each
        :param given: values of metrics as ``_read_for`` gives them
        :return: ``entry.Traces``
        """
        from ..grading.entry import Traces

        entries = [entry for policy in policies if policy for entry in policy.entries]
        if not entries:
            return Traces()
        tags = {tag for entry in entries for tag in entry.tags}
        countries = {country for entry in entries for country in entry.countries or ()}
        codes = {entry.metric for entry in entries}
        return Traces(
            ways=self._rows(self._ways_query(company, as_of, scope), 3),
            tags=self._rows(self._tags_query(company, as_of, scope, tags), 2) if tags else [],
            countries=self._rows(self._countries_query(scope, countries), 2) if countries else [],
            values={
                metric.code: list(zip(owners.tolist(), values.tolist(), strict=True))
                for metric, (owners, values, _others) in given.items()
                if metric.code in codes
            },
        )

    def _entry(self, customers, entries, traces):
        """Array with the id of the rule that fits each customer, 0 for none; None without rules."""
        import numpy as np

        if not entries:
            return None
        fits = traces.first_fit(entries, customers.tolist())
        return np.array(
            [fits[who].id if who in fits else 0 for who in customers.tolist()], dtype=np.int64
        )

    def _rows(self, query, size):
        columns = self._read(query, {str(number): "int4" for number in range(size)})
        return list(zip(*(column.tolist() for column in columns.values()), strict=True))

    def _ways_query(self, company, as_of, scope):
        """Distinct customer, medium and source (0 for none) of quotations that came to nothing or
        are still open: whoever ordered needs no entry rule."""
        states = self.env["sale.order"]._fields["state"].get_values(self.env)
        return SQL(
            """
            SELECT DISTINCT p.commercial_partner_id, COALESCE(o.medium_id, 0),
                   COALESCE(o.source_id, 0)
              FROM res_partner p
              JOIN sale_order o ON o.partner_id = p.id
             WHERE o.state = ANY(%(states)s)
               AND o.company_id = %(company)s
               AND o.create_date < %(end)s
               AND %(scope)s
            """,
            # One by one, so that the index on them serves: they are few among all orders.
            states=[state for state in states if state != "sale"],
            company=company.id,
            end=self._end_of_day(company, as_of),
            scope=scope(SQL("p.commercial_partner_id")),
        )

    def _tags_query(self, company, as_of, scope, tags):
        """Distinct customer and tag, of the tags asked for; tags of contacts are the customer's."""
        return SQL(
            """
            SELECT DISTINCT p.commercial_partner_id, r.category_id
              FROM res_partner p
              JOIN res_partner_res_partner_category_rel r ON r.partner_id = p.id
             WHERE r.category_id = ANY(%s) AND %s
            """,
            list(tags),
            scope(SQL("p.commercial_partner_id")),
        )

    def _countries_query(self, scope, countries):
        """Customer and country, of the countries asked for."""
        return SQL(
            """
            SELECT p.id, p.country_id
              FROM res_partner p
             WHERE p.commercial_partner_id = p.id AND p.country_id = ANY(%s) AND %s
            """,
            list(countries),
            scope(SQL("p.commercial_partner_id")),
        )
