from odoo import fields, models
from odoo.tools import SQL

from ..explain.span import ALIAS
from .customer_tier_metric import YEAR


class CustomerTierProgram(models.Model):
    """What a year is."""

    _inherit = "customer.tier.program"

    period = fields.Selection(
        selection=[
            ("rolling", "The last twelve months"),
            ("calendar", "Calendar year"),
            ("anniversary", "Year from each customer's first order"),
        ],
        string="A Year Is",
        required=True,
        default="rolling",
        help="What metrics look at whose months looked at are 12. The last twelve months move on "
        "every day. In a year that begins anew, figures start from nothing on its first day, and "
        "what was reached in one year counts until the end of the next. Whoever has not ordered "
        "yet has calendar years.",
    )


class CustomerTierMetric(models.Model):
    _inherit = "customer.tier.metric"

    def _has_window(self):
        """Whether the months looked at mean anything."""
        dated = self.kind != "record" or bool(self.date_path)
        return dated and self.kind not in ("ratio", "manual")

    def _has_years(self):
        """Whether values that come with the facts can be read for years of a customer's own."""
        return self.kind == "manual" or (self.kind == "record" and bool(self.date_path))

    def _span_opening(self, span):
        """The last day that is too early for everybody in a ``Span``, None if none is."""
        since = span.earliest if self.window_months == YEAR else None
        return self._day_before(span.earliest_end, since)

    def _add_spans(self, Model, query, customer, span, company):
        """Let only those records of a query count that lie within the customer's own days."""
        day = self._day_sql(Model, query, company)
        query.add_join("LEFT JOIN", ALIAS, span.table, span.condition(customer))
        query.add_where(SQL("%s <= %s", day, span.last_sql))
        if self.window_months == YEAR:
            query.add_where(SQL("%s >= %s", day, span.first_sql))
        elif self.window_months:
            before = SQL("%s - make_interval(months => %s)", span.last_sql, self.window_months)
            query.add_where(SQL("%s > %s", day, before))
