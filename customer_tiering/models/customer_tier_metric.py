import re
from itertools import chain, count

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang, ormcache, remove_accents


def readable(env, number):
    """A number for sentences, in the user's language, without decimals that say nothing."""
    return formatLang(env, number, digits=0 if float(number).is_integer() else 2)


# The months looked at that a programme may mean a year of its own by.
YEAR = 12
# Every grading stores these two on the customer.
STORED_CODES = ("amount", "order_count")
# Measure of orders: the unit it is shown in.
UNITS = {
    **dict.fromkeys(("order_count", "quantity", "product_count", "category_count"), "number"),
    "interval_cv": "number",
    "amount": "money",
    "average_order": "money",
    "margin": "money",
    "margin_rate": "percent",
    "growth": "percent",
    "recency_days": "days",
    "interval_mean": "days",
}
# Measures that only look at orders which count for the frequency.
FREQUENCIES = ("order_count", "recency_days", "interval_mean", "interval_cv")


class CustomerTierMetric(models.Model):
    """A number about a customer. What kind it is decides where its values come from; every kind
    has a method ``_<kind>_values`` except those that the grading core computes itself."""

    _name = "customer.tier.metric"
    _description = "Customer Metric"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Short technical name, unique: small letters, digits and underscores. Made from the "
        "name where you give none.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=[
            ("order", "Computed from orders"),
            ("payment", "Computed from payments"),
            ("record", "Any records"),
            ("manual", "Kept by hand"),
            ("ratio", "Ratio of two metrics"),
        ],
        string="Source",
        required=True,
        default="order",
        help="Computed from orders: one of the formulas over confirmed orders.\n"
        "Computed from payments: one of the figures about posted invoices and their payments.\n"
        "Any records: counted or summed up from records that lead to a customer.\n"
        "Kept by hand: entered by people, or imported.\n"
        "Ratio of two metrics: one as a percentage of the other.",
    )
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
            ("margin", "Margin (untaxed, company currency)"),
            ("margin_rate", "Margin rate (% of the amount)"),
            ("growth", "Growth against the period before (%)"),
        ],
        default="amount",
    )
    numerator_id = fields.Many2one("customer.tier.metric", ondelete="restrict")
    denominator_id = fields.Many2one(
        "customer.tier.metric",
        ondelete="restrict",
        help="Where this one is zero, negative or unknown, so is the ratio.",
    )
    unit = fields.Selection(
        selection=[
            ("number", "Number"),
            ("money", "Money"),
            ("percent", "Percent"),
            ("days", "Days"),
        ],
        required=True,
        compute="_compute_unit",
        store=True,
        readonly=False,
        precompute=True,
        help="How values are shown.",
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
    _window_within_calendar = models.Constraint(
        "check(window_months <= 1200)",
        "The months looked at cannot be more than 1200. Use 0 to look at all history.",
    )

    @api.depends("name")
    def _compute_code(self):
        taken = set()
        for metric in self:
            if metric.name and not metric.code:
                metric.code = self._free_code(metric.name, taken)
                taken.add(metric.code)
            else:
                metric.code = metric.code

    def _free_code(self, name, taken):
        """A code for a name that no metric has yet, nor any of some others."""
        words = re.sub(r"[^a-z0-9]+", "_", remove_accents(name).lower()).strip("_")
        code = words if re.match("[a-z]", words) else f"metric_{words}".rstrip("_")
        like = self.with_context(active_test=False).search([("code", "=like", f"{code}%")])
        taken = taken.union(like.mapped("code"))
        numbered = (f"{code}_{number}" for number in count(2))
        return next(candidate for candidate in chain([code], numbered) if candidate not in taken)

    @api.depends("kind", "measure")
    def _compute_unit(self):
        for metric in self:
            if metric.kind == "order":
                metric.unit = UNITS.get(metric.measure, "number")
            elif metric.kind == "ratio":
                metric.unit = "percent"
            else:
                metric.unit = metric.unit or "number"

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

    @api.constrains("kind", "measure", "window_months")
    def _check_measure(self):
        for metric in self.filtered(lambda m: m.kind == "order"):
            if not metric.measure:
                raise ValidationError(self.env._("Choose what metric “%s” measures.", metric.name))
            if metric.measure == "growth" and not metric.window_months:
                raise ValidationError(
                    self.env._(
                        "Metric “%s” compares a period with the one before it, so it needs a "
                        "number of months to look at.",
                        metric.name,
                    )
                )

    @api.constrains("kind", "numerator_id", "denominator_id")
    def _check_ratio(self):
        for metric in self.filtered(lambda m: m.kind == "ratio"):
            parts = metric.numerator_id | metric.denominator_id
            if not (metric.numerator_id and metric.denominator_id):
                raise ValidationError(
                    self.env._("Choose the two metrics whose ratio is “%s”.", metric.name)
                )
            if "ratio" in parts.mapped("kind"):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be made of metrics that are ratios themselves. Choose the "
                        "metrics that those are made of.",
                        metric.name,
                    )
                )
        # Archived ones are still worked out where they are used.
        ratios = self.with_context(active_test=False).search(
            ["|", ("numerator_id", "in", self.ids), ("denominator_id", "in", self.ids)]
        )
        if "ratio" in (self & (ratios.numerator_id | ratios.denominator_id)).mapped("kind"):
            raise ValidationError(
                self.env._(
                    "“%s” is a ratio of this metric, which therefore cannot become a ratio too.",
                    ratios[:1].name,
                )
            )

    def _load_records(self, data_list, update=False):
        """At an upgrade, metrics that people made with a code of the addon's own stand in for it.

        What was deleted is made anew then, and its code may be taken by now.
        """
        for data in data_list if update else ():
            xml_id, code = data.get("xml_id"), data["values"].get("code")
            if code and xml_id and not self.env.ref(xml_id, raise_if_not_found=False):
                known = self.with_context(active_test=False).search([("code", "=", code)])
                row = {"xml_id": xml_id, "record": known, "noupdate": True}
                self.env["ir.model.data"].sudo()._update_xmlids([row] if known else [])
        return super()._load_records(data_list, update)

    def write(self, vals):
        for name in vals.keys() & {"code", "kind", "measure"}:
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

    @api.model
    @ormcache()
    def _stored_ids(self):
        """Ids of the metrics that every grading stores; they are not deleted, nor other ones later,
        so that one question lasts."""
        found = self.with_context(active_test=False).search([("code", "in", STORED_CODES)])
        return found._ids

    def _with_parts(self):
        """These metrics and those that their ratios are made of."""
        return self | self.numerator_id | self.denominator_id

    def _sleeps(self):
        """Why a metric has no values at all without being broken, such as an app that is not
        installed, as a sentence; empty for most."""
        self.ensure_one()
        return next(filter(None, (part._sleeps() for part in self._with_parts() - self)), "")

    def _values(self, company, as_of, scope, span=None):
        """Values that are not computed from orders, read for all customers of a scope at once.

        :param scope: see ``customer.tier.gather``
        :param span: ``Span`` that ends instead of the day, and is looked at instead of twelve
            months; only for kinds that know of it, see ``_has_years``
        :return: int array of distinct commercial partner ids, float array of their values, and
            the value of everybody else (NaN for unknown)
        """
        self.ensure_one()
        extra = {"span": span} if span else {}
        return getattr(self, f"_{self.kind}_values")(company, as_of, scope, **extra)

    def _records_behind(self, partner, company, as_of, since=None):
        """The very records that a customer's value comes from.

        :param since: first day that is looked at instead of twelve months
        :return: name of their model and ``Domain``; of a ratio those of its numerator
        """
        self.ensure_one()
        extra = {"since": since} if since and self.kind in ("order", "record", "ratio") else {}
        return getattr(self, f"_{self.kind}_records")(partner, company, as_of, **extra)

    def _records_model(self):
        """Name of the model that the values come from, as for ``_records_behind``."""
        self.ensure_one()
        if self.kind == "ratio":
            return self.numerator_id._records_model()
        return {"order": "sale.order", "manual": "customer.tier.value"}.get(self.kind)

    def _may_open(self):
        """Whether the user may look at the records behind a value."""
        model = self._records_model()
        return not self._sleeps() and self.env[model].has_access("read")

    def _ratio_records(self, partner, company, as_of, since=None):
        return self.numerator_id._records_behind(partner, company, as_of, since)

    def _order_records(self, partner, company, as_of, since=None):
        # Growth rests on the period before as well.
        periods = 2 if self.measure == "growth" else 1
        start, end = self._window(company, as_of, periods, since)
        domain = (
            Domain("partner_id.commercial_partner_id", "=", partner.id)
            & Domain("company_id", "=", company.id)
            & Domain("state", "=", "sale")
            & Domain("date_order", "<", end)
        )
        if start:
            domain &= Domain("date_order", ">=", start)
        if self.measure in FREQUENCIES:
            gather = self.env["customer.tier.gather"].sudo()
            domain &= Domain("id", "in", gather._frequent_orders(partner, company))
        return "sale.order", domain

    def _window(self, company, as_of, periods=1, since=None):
        """First moment (UTC) of the window, None without a limit, and the first one after it.

        :param periods: how many windows in a row, the last of them ending on the day
        """
        gather = self.env["customer.tier.gather"]
        end = gather._end_of_day(company, as_of)
        if not self.window_months:
            return None, end
        before = self._day_before(as_of, since)
        before -= relativedelta(months=self.window_months * (periods - 1))
        return gather._end_of_day(company, before), end

    def _day_before(self, as_of, since=None):
        """Last day before what is looked at as of a day; None without a limit."""
        if since and self.window_months == YEAR:
            return since - relativedelta(days=1)
        return as_of - relativedelta(months=self.window_months) if self.window_months else None

    def _policy(self):
        """The metrics as frozen values for the grading core."""
        from ..grading.policy import GIVEN, RATIO, Metric

        measures = {"ratio": RATIO}
        return tuple(
            Metric(
                code=metric.code,
                measure=metric.measure
                if metric.kind == "order"
                else measures.get(metric.kind, GIVEN),
                months=metric.window_months if metric._has_window() else 0,
                parts=(metric.numerator_id.code, metric.denominator_id.code)
                if metric.kind == "ratio"
                else (),
            )
            for metric in self
        )
