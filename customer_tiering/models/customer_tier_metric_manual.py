from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_tier_metric import readable


class CustomerTierMetric(models.Model):
    """Metrics kept by hand: dated values, entered as numbers or as answers to questions."""

    _inherit = "customer.tier.metric"
    # Imported tables name metrics by either.
    _rec_names_search = ["name", "code"]

    value_min = fields.Float(
        string="Smallest Value",
        help="Values entered by hand may not be below. Both 0: any number is taken.",
    )
    value_max = fields.Float(
        string="Largest Value",
        help="Values entered by hand may not be above. Both 0: any number is taken.",
    )
    question_ids = fields.One2many("customer.tier.question", "metric_id")

    @api.constrains("value_min", "value_max")
    def _check_bounds(self):
        for metric in self:
            if metric.value_min > metric.value_max:
                raise ValidationError(
                    self.env._(
                        "The smallest value of metric “%s” is above its largest one. Exchange "
                        "them, or set both to 0 to take any number.",
                        metric.name,
                    )
                )

    @api.constrains("kind")
    def _check_kept_values(self):
        others = self.filtered(lambda metric: metric.kind != "manual")
        # Values of other companies count too, although this user does not see them.
        kept = self.env["customer.tier.value"].sudo()
        if value := kept.search([("metric_id", "in", others.ids)], limit=1):
            raise ValidationError(
                self.env._(
                    "Values of metric “%s” were entered by hand, so its source cannot change. "
                    "Make a new metric instead.",
                    value.metric_id.name,
                )
            )

    def _check_in_bounds(self, value, partner):
        """Refuse a value outside of the range of this metric, naming the range."""
        self.ensure_one()
        bounded = self.value_min or self.value_max
        if bounded and not self.value_min <= value <= self.value_max:
            raise ValidationError(
                self.env._(
                    "“%(metric)s” of %(customer)s cannot be %(value)s: enter a number from "
                    "%(smallest)s to %(largest)s.",
                    metric=self.name,
                    customer=partner.display_name,
                    value=readable(self.env, value),
                    smallest=readable(self.env, self.value_min),
                    largest=readable(self.env, self.value_max),
                )
            )

    def _manual_values(self, company, as_of, scope, span=None):
        """The value of each customer that counts in a company on a day.

        The latest date wins; on the same date, a company's own value goes before the one for all
        companies. Of a customer who became a contact of another, the values are that one's.

        :return: as ``_values``; nobody else has a value
        """
        from ..binary_copy import read_columns

        rows = read_columns(
            self.env.cr,
            SQL(
                """
                SELECT DISTINCT ON (p.commercial_partner_id)
                       p.commercial_partner_id, v.value::float8
                  FROM customer_tier_value v
                  JOIN res_partner p ON p.id = v.partner_id
                  %(spans)s
                 WHERE v.metric_id = %(metric)s
                   AND (v.company_id = %(company)s OR v.company_id IS NULL)
                   AND v.date <= %(end)s
                   AND %(scope)s
              ORDER BY p.commercial_partner_id, v.date DESC, v.company_id NULLS LAST, v.id DESC
                """,
                metric=self.id,
                company=company.id,
                spans=span.join(SQL("p.commercial_partner_id")) if span else SQL(),
                end=span.last_sql if span else as_of,
                scope=scope(SQL("p.commercial_partner_id")),
            ),
            {"customer": "int4", "value": "float8"},
        )
        return rows["customer"], rows["value"], float("nan")

    def _manual_records(self, partner, company, as_of):
        """All values known by then: the latest one counts, the others are how it came."""
        return "customer.tier.value", (
            Domain("partner_id.commercial_partner_id", "=", partner.id)
            & Domain("metric_id", "=", self.id)
            & Domain("company_id", "in", [company.id, False])
            & Domain("date", "<=", as_of)
        )
