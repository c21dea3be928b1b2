import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import formatLang


def readable(env, number):
    """A number for sentences, in the user's language, without decimals that say nothing."""
    return formatLang(env, number, digits=0 if float(number).is_integer() else 2)


# Every grading stores these two on the customer.
STORED_CODES = ("amount", "order_count")


class CustomerTierMetric(models.Model):
    _name = "customer.tier.metric"
    _description = "Customer Metric"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short technical name, unique: small letters, digits and underscores.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    measure = fields.Selection(
        selection=[
            ("amount", "Amount bought (untaxed, company currency)"),
            ("order_count", "Number of orders"),
            ("recency_days", "Days since the last order"),
            ("average_order", "Average order value"),
            ("quantity", "Quantity bought"),
            ("product_count", "Number of different products"),
            ("category_count", "Number of different product categories"),
            ("interval_mean", "Mean interval between orders (days)"),
            ("interval_cv", "Irregularity of the order interval (0 = like clockwork)"),
        ],
        required=True,
        default="amount",
    )
    window_months = fields.Integer(
        string="Months Looked At",
        default=12,
        help="Only what happened in so many months before the grading date counts; "
        "0 looks at all history.",
    )
    description = fields.Text(
        translate=True, help="What the number means and how it is computed, in plain words."
    )

    _code_unique = models.Constraint("unique(code)", "Another metric has this code already.")
    _window_not_negative = models.Constraint(
        "check(window_months >= 0)",
        "The months looked at cannot be negative. Use 0 to look at all history.",
    )

    @api.constrains("code")
    def _check_code(self):
        for metric in self:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", metric.code):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be a metric code: start with a small letter and use only "
                        "small letters, digits and underscores.",
                        metric.code,
                    )
                )

    def write(self, vals):
        for name in vals.keys() & {"code", "measure"}:
            # What is stored as the number of orders must stay one.
            changed = self.filtered(lambda m, name=name: m[name] != vals[name])
            changed._refuse_without_stored_codes()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _refuse_without_stored_codes(self):
        for metric in self:
            if metric.code in STORED_CODES:
                raise UserError(
                    self.env._(
                        "Metric “%(name)s” is stored with every grading, so it can neither be "
                        "deleted nor change its code “%(code)s” or what it measures. Archive it "
                        "to hide it.",
                        name=metric.name,
                        code=metric.code,
                    )
                )

    def _policy(self):
        """The metrics as frozen values for the grading core."""
        from ..grading.policy import Metric

        return tuple(Metric(code=m.code, measure=m.measure, months=m.window_months) for m in self)
