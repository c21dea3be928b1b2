import re
import time
from contextlib import closing
from itertools import chain, count

import psycopg2
from dateutil.relativedelta import relativedelta
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache, remove_accents
from odoo.tools.i18n import format_list

from ..explain.words import bracketed, readable
from ..grading.policy import GIVEN, INVOICED, ORDERED, RATIO, YEAR, Metric
from ..record_definition import COUNTED, RecordDefinition
from ..tools import sentences

# Every grading stores these two on the customer.
STORED_CODES = ("amount", "order_count")
# Measure of orders or payments: the unit it is shown in.
UNITS = {
    **dict.fromkeys(("order_count", "purchase_days", "quantity"), "number"),
    **dict.fromkeys(("product_count", "category_count", "interval_cv"), "number"),
    "amount": "money",
    "average_order": "money",
    "margin": "money",
    "margin_rate": "percent",
    "growth": "percent",
    "recency_days": "days",
    "interval_mean": "days",
    "credit_score": "number",
    "days_beyond_terms": "days",
    "on_time_share": "percent",
    "worst_delay": "days",
    "overdue_amount": "money",
}
# Measures that only look at orders which count for the frequency.
FREQUENCIES = ("order_count", "purchase_days", "recency_days", "interval_mean", "interval_cv")
# Whoever may look at the ledger, not only at own invoices.
LEDGER_GROUPS = "account.group_account_readonly,account.group_account_invoice"
# What the definition of a metric over any records consists of.
DEFINITION = {
    "kind",
    "model_name",
    "partner_path",
    "date_path",
    "record_domain",
    "measure_path",
    "aggregate",
}
# Fields that mostly are what a record is dated by, the best first.
USUAL_DATES = ("invoice_date", "date_order", "date_closed", "date", "create_date")
# Reading all customers: given up after so many seconds, and when to warn of what it costs.
TRIAL_SECONDS = 10
SLOW_SECONDS = 1.0
MANY_RECORDS = 1_000_000


class CustomerTierMetric(models.Model):
    """A number about a customer, such as the amount bought in a year.

    Its kind decides where values come from: orders and payments (formulas of the grading core),
    values kept by hand, any records that lead to a customer (``RecordDefinition``), or the ratio of
    two others. Each kind has methods ``_<kind>_values``, except those that the core computes
    itself, and ``_<kind>_records`` for what is behind a value.
    """

    _name = "customer.tier.metric"
    _inherit = "customer.tier.input"
    _description = "Customer Metric"
    _order = "sequence, id"
    # Imported tables name metrics by either.
    _rec_names_search = ["name", "code"]

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

    # Computed from orders

    measure = fields.Selection(
        selection=[
            ("amount", "Amount bought (untaxed, company currency)"),
            ("order_count", "Number of orders"),
            ("purchase_days", "Number of purchase days (orders of one day are one purchase)"),
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

    # Computed from payments

    payment_measure = fields.Selection(
        selection=[
            ("credit_score", "Credit score (0 to 100)"),
            ("days_beyond_terms", "Days beyond terms (DBT)"),
            ("on_time_share", "Paid on time (% of the amount)"),
            ("worst_delay", "Worst delay (days)"),
            ("overdue_amount", "Overdue amount (company currency)"),
        ],
        string="Measure of Payments",
        help="Days and months looked at, and how many invoices it takes, are set for all of these "
        "under Settings › Sales › Customer Tiers.",
    )

    # Any records

    # A name, because the app that has the model may go, or not be there yet.
    model_name = fields.Char(string="Model")
    model_id = fields.Many2one(
        "ir.model",
        string="Records",
        compute="_compute_model_id",
        readonly=False,
        domain=[("transient", "=", False), ("abstract", "=", False)],
        help="What is counted or summed up, such as orders, opportunities or tickets. Invoices are "
        "“Journal Entry”, their lines “Journal Item”.",
    )
    record_domain = fields.Char(
        string="Filter",
        default="[]",
        help="Which of the records count; without a filter, all of them. Archived records count "
        "only with “Include archived”: switch that on where archiving means “done”. "
        "Relative days, such as the last 90, always end today, even in a grading as of an "
        "earlier day: use the months looked at instead.",
    )
    aggregate = fields.Selection(
        selection=[
            ("count", "Number of records"),
            ("sum", "Sum"),
            ("avg", "Average"),
            ("min", "Smallest"),
            ("max", "Largest"),
            ("count_distinct", "Number of different values"),
        ],
        string="Value",
        default="count",
        help="Customers without records have 0 as number and sum; their average, smallest and "
        "largest are unknown.",
    )
    measure_path = fields.Char(
        string="Of Field",
        help="The field that is summed up, averaged or compared. Amounts of money are converted "
        "into the company's currency at the rate of the record's day.",
    )
    partner_path = fields.Char(
        string="Customer Field",
        help="The field through which a record leads to its customer. What contacts of a company "
        "have done counts for the company.",
    )
    date_path = fields.Char(
        string="Date Field",
        help="When the record counts as having happened; records without this date do not count. "
        "Without a date field all records count, whatever the months looked at, and gradings as "
        "of an earlier day see what there is today.",
    )
    availability = fields.Selection(
        selection=[("available", "Available"), ("asleep", "Asleep")],
        compute="_compute_availability",
        search="_search_availability",
    )
    sleep_reason = fields.Char(compute="_compute_availability")
    cost_seconds = fields.Float(
        string="Seconds",
        readonly=True,
        copy=False,
        help="How long reading all customers took when the metric was saved or previewed.",
    )
    cost_records = fields.Integer(string="Records in All", readonly=True, copy=False)
    cost_indexed = fields.Boolean(string="Customer Field Indexed", readonly=True, copy=False)
    cost_warning = fields.Char(compute="_compute_cost_warning")

    # Kept by hand

    value_min = fields.Float(
        string="Smallest Value",
        help="Values entered by hand may not be below. Both 0: any number is taken.",
    )
    value_max = fields.Float(
        string="Largest Value",
        help="Values entered by hand may not be above. Both 0: any number is taken.",
    )
    question_ids = fields.One2many("customer.tier.question", "metric_id")

    # Ratio of two metrics

    numerator_id = fields.Many2one("customer.tier.metric", ondelete="restrict")
    denominator_id = fields.Many2one(
        "customer.tier.metric",
        ondelete="restrict",
        help="Where this one is zero, negative or unknown, so is the ratio.",
    )

    # How values are shown, and of which days

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

    # Computed

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

    @api.depends("kind", "measure", "payment_measure", "model_name", "measure_path", "aggregate")
    def _compute_unit(self):
        for metric in self:
            if metric.kind == "order":
                metric.unit = UNITS.get(metric.measure, "number")
            elif metric.kind == "payment":
                metric.unit = UNITS.get(metric.payment_measure, "number")
            elif metric.kind == "ratio":
                metric.unit = "percent"
            else:
                metric.unit = metric._chosen_unit()

    def _chosen_unit(self):
        """The unit of a metric where people may choose one; only money is told by its field."""
        if self.kind == "record" and self.model_name in self.env:
            if RecordDefinition(self).measures_money():
                return "money"
            if self.unit == "money":
                return "number"
        return self.unit or "number"

    @api.depends("model_name")
    def _compute_model_id(self):
        for metric in self:
            metric.model_id = self.env["ir.model"].sudo()._get(metric.model_name).id

    @api.depends("kind", "model_name", "numerator_id", "denominator_id")
    @api.depends_context("lang")
    def _compute_availability(self):
        for metric in self:
            metric.sleep_reason = metric._sleeps()
            metric.availability = "asleep" if metric.sleep_reason else "available"

    def _search_availability(self, operator, value):
        if operator != "in":
            return NotImplemented
        metrics = self.with_context(active_test=False).search(Domain.TRUE)
        return Domain("id", "in", metrics.filtered(lambda m: m.availability in value).ids)

    @api.onchange("model_id")
    def _onchange_model_id(self):
        """Start anew with what fits most models."""
        if self.model_id.model == self.model_name:
            return
        self.model_name = self.model_id.model
        self.record_domain = "[]"
        self.measure_path = self.partner_path = self.date_path = False
        if self.model_name not in self.env:
            return
        known = self.env[self.model_name]._fields
        self.date_path = next(filter(known.__contains__, USUAL_DATES), False)
        partners = [
            name
            for name, field in known.items()
            if field.type == "many2one" and field.comodel_name == "res.partner" and field.store
        ]
        if self.model_name != "res.partner" and partners:
            self.partner_path = "partner_id" if "partner_id" in partners else partners[0]

    @api.depends("cost_seconds", "cost_records", "cost_indexed", "partner_path", "kind")
    @api.depends_context("lang")
    def _compute_cost_warning(self):
        for metric in self:
            slow = metric.cost_seconds >= SLOW_SECONDS
            large = metric.cost_records >= MANY_RECORDS and not metric.cost_indexed
            warned = metric.kind == "record" and (slow or large)
            metric.cost_warning = warned and metric._cost_advice()

    def _cost_advice(self):
        seconds = readable(self.env, self.cost_seconds)
        if self.cost_seconds >= TRIAL_SECONDS:
            first = self.env._("Reading all customers was given up after %s seconds.", seconds)
        else:
            first = self.env._("Reading all customers took %s seconds.", seconds)
        if self.cost_indexed or not self.partner_path:
            second = self.env._("A shorter window or a narrower filter makes gradings faster.")
        else:
            second = self.env._(
                "Tick Indexed on field “%s” (Settings › Technical › Fields), or have a developer "
                "index it; a shorter window helps too.",
                self._first_step(),
            )
        return sentences((first, second))

    def _first_step(self):
        """The first field on the way to the customer, as people and as developers know it."""
        name = self.partner_path.split(".")[0]
        field = self.model_name in self.env and self.env[self.model_name]._fields.get(name)
        return bracketed(self.env, field._description_string(self.env), name) if field else name

    # Checks

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

    @api.constrains("kind", "payment_measure")
    def _check_payment_measure(self):
        for metric in self:
            if metric.kind == "payment" and not metric.payment_measure:
                raise ValidationError(self.env._("Choose what metric “%s” measures.", metric.name))

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

    @api.constrains(*DEFINITION)
    def _check_record_definition(self):
        for metric in self.filtered(lambda m: m.kind == "record" and not m._sleeps()):
            RecordDefinition(metric).check()

    # Create, write, delete

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

    @api.model_create_multi
    def create(self, vals_list):
        metrics = super().create([self._with_model_name(vals) for vals in vals_list])
        metrics._try_record_definition()
        return metrics

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._refuse_where_deciding()
        vals = self._with_model_name(vals)
        for name in vals.keys() & {"code", "kind", "measure"}:
            # What is stored as the number of orders must stay one.
            changed = self.filtered(lambda m, name=name: m[name] != vals[name])
            changed._refuse_without_stored_codes()
        result = super().write(vals)
        if vals.keys() & (DEFINITION | {"window_months"}):
            self._try_record_definition(changed=bool(vals.keys() & DEFINITION))
        return result

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

    def _refuse_where_deciding(self):
        """What decides about tiers does not vanish from the lists in silence."""
        for metric in self:
            tiers = self.env["customer.tier"]._decided_by(metric)
            if not tiers:
                continue
            seen = tiers.with_env(self.env)._filtered_access("read")
            names = [
                self.env._("“%(tier)s” (%(program)s)", tier=tier.name, program=tier.program_id.name)
                for tier in seen
            ]
            if hidden := len(tiers) - len(seen):
                names.append(self.env._("%s in other companies", hidden))
            raise UserError(
                self.env._(
                    "Metric “%(metric)s” decides who reaches these tiers, so it cannot be "
                    "archived: %(tiers)s. Take it out of their conditions, vetoes, entry rules or "
                    "indicators first.",
                    metric=metric.name,
                    tiers=format_list(self.env, names),
                )
            )

    def _with_model_name(self, vals):
        """Values with the name of the model chosen, so that all checks see it."""
        if "model_id" not in vals:
            return vals
        chosen = self.env["ir.model"].sudo().browse(vals["model_id"])
        rest = {name: value for name, value in vals.items() if name != "model_id"}
        return {"model_name": chosen.model} | rest

    # What grading needs

    @api.model
    @ormcache()
    def _stored_ids(self):
        """Ids of the metrics that every grading stores; they are not deleted, nor other ones later,
        so that one question lasts."""
        found = self.with_context(active_test=False).search([("code", "in", STORED_CODES)])
        return found._ids

    def _policy(self):
        """The metrics as frozen values for the grading core."""
        return tuple(
            Metric(
                code=metric.code,
                measure={
                    "order": metric.measure,
                    "payment": metric.payment_measure,
                    "ratio": RATIO,
                }.get(metric.kind, GIVEN),
                months=metric.window_months if metric._has_window() else 0,
                parts=(metric.numerator_id.code, metric.denominator_id.code)
                if metric.kind == "ratio"
                else (),
            )
            for metric in self
        )

    def _with_parts(self):
        """These metrics and those that their ratios are made of."""
        return self | self.numerator_id | self.denominator_id

    def _has_window(self):
        """Whether the months looked at mean anything; those of payments are the company's."""
        dated = self.kind != "record" or bool(self.date_path)
        return dated and self.kind not in ("ratio", "manual", "payment")

    def _has_years(self):
        """Whether values that come with the facts can be read for years of a customer's own."""
        return self.kind == "manual" or (self.kind == "record" and bool(self.date_path))

    def _sleeps(self):
        """Why a metric has no values at all without being broken, such as an app that is not
        installed, as a sentence; empty for most."""
        self.ensure_one()
        if self.kind == "record" and self.model_name and self.model_name not in self.env:
            return self.env._("Waits for the app that provides “%s”.", self.model_name)
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

    def _record_values(self, company, as_of, scope, span=None):
        from ..binary_copy import read_columns

        columns = {"customer": "int4", "value": "float8"}
        query, others = self._record_values_query(company, as_of, scope, span)
        rows = self._read_records(lambda: read_columns(self.env.cr, query, columns))
        return rows["customer"], rows["value"], others

    def _record_values_query(self, company, as_of, scope, span=None):
        """The same as a query, and the value of everybody else."""
        self._check_record_definition()
        query = self._record_query(company, as_of, scope, span)
        self.env.flush_query(query)
        return query, 0.0 if self.aggregate in COUNTED else float("nan")

    def _read_records(self, read):
        """What a function gives that runs a query over the records.

        :raise UserError: when they cannot be read
        """
        try:
            return read()
        except (TransactionRollbackError, QueryCanceled):
            raise
        except psycopg2.Error as error:
            # Without the statement, which differs from chunk to chunk.
            raise UserError(
                self.env._(
                    "The records of metric “%(metric)s” cannot be read: %(error)s. Correct its "
                    "filter or its fields.",
                    metric=self.name,
                    error=error.diag.message_primary or type(error).__name__,
                )
            ) from error

    def _record_query(self, company, as_of, scope, span=None):
        """Query ``(commercial partner id, value)`` over the records that count."""
        return RecordDefinition(self).query(company, as_of, scope, span)

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

    # The records behind a value

    def _records_behind(self, partner, company, as_of, since=None, basis=ORDERED):
        """The very records that a customer's value comes from.

        :param since: first day that is looked at instead of twelve months
        :param basis: what counts as bought, of ``grading.policy.BASES``
        :return: name of their model and ``Domain``; of a ratio those of its numerator
        """
        self.ensure_one()
        extra = {"since": since} if since and self.kind in ("order", "record", "ratio") else {}
        if self.kind in ("order", "ratio"):
            extra["basis"] = basis
        return getattr(self, f"_{self.kind}_records")(partner, company, as_of, **extra)

    def _records_model(self, basis=ORDERED):
        """Name of the model that the values come from, as for ``_records_behind``."""
        self.ensure_one()
        if self.kind == "ratio":
            return self.numerator_id._records_model(basis)
        return {
            "order": "account.move" if basis == INVOICED else "sale.order",
            "payment": "account.move",
            "record": self.model_name,
            "manual": "customer.tier.value",
        }.get(self.kind)

    def _may_open(self, basis=ORDERED):
        """Whether the user may look at the records behind a value, see ``_records_behind``."""
        source = self.numerator_id if self.kind == "ratio" else self
        if source.kind == "payment" and not self.env.user.has_groups(LEDGER_GROUPS):
            return False
        return not self._sleeps() and self.env[self._records_model(basis)].has_access("read")

    def _ratio_records(self, partner, company, as_of, since=None, basis=ORDERED):
        return self.numerator_id._records_behind(partner, company, as_of, since, basis)

    def _order_records(self, partner, company, as_of, since=None, basis=ORDERED):
        # Growth rests on the period before as well.
        periods = 2 if self.measure == "growth" else 1
        counted = Domain.TRUE
        if self.measure in FREQUENCIES:
            gather = self.env["customer.tier.gather"].sudo()
            frequent = gather._frequent_orders(partner, company, as_of, basis)
            counted = Domain("id", "in", frequent)
        if basis == INVOICED:
            since = since or (self._day_before(as_of) and self._first_day(as_of, periods))
            domain = self._invoice_domain(partner, company, as_of, since)
            return "account.move", domain & counted
        start, end = self._window(company, as_of, periods, since)
        domain = (
            Domain("partner_id.commercial_partner_id", "=", partner.id)
            & Domain("company_id", "=", company.id)
            & Domain("state", "=", "sale")
            & Domain("date_order", "<", end)
        )
        if start:
            domain &= Domain("date_order", ">=", start)
        return "sale.order", domain & counted

    def _first_day(self, as_of, periods):
        months = relativedelta(months=self.window_months * (periods - 1))
        return self._day_before(as_of) - months + relativedelta(days=1)

    def _invoice_domain(self, partner, company, as_of, since):
        """Invoices and credit notes from a day (None for all) to another."""
        domain = (
            Domain("partner_id.commercial_partner_id", "=", partner.id)
            & Domain("company_id", "=", company.id)
            & Domain("move_type", "in", ["out_invoice", "out_refund"])
            & Domain("state", "=", "posted")
            & Domain("invoice_date", "<=", as_of)
        )
        return domain & Domain("invoice_date", ">=", since) if since else domain

    def _payment_records(self, partner, company, as_of):
        if not self.env.user.has_groups(LEDGER_GROUPS):
            raise AccessError(
                self.env._(
                    "“%s” comes from the invoices, which only people with rights on Invoicing may "
                    "look at.",
                    self.name,
                )
            )
        parts = self.env["customer.tier.gather"].sudo()._payment_parts(partner, company, as_of)
        behind = parts[parts["counts"] | parts["excused"]]
        return "account.move", Domain("id", "in", behind["invoice"].unique().tolist())

    def _record_records(self, partner, company, as_of, since=None):
        path = ".".join(filter(None, (self.partner_path, "commercial_partner_id")))
        before = self._day_before(as_of, since)
        domain = RecordDefinition(self).selection(company, as_of, before)
        return self.model_name, domain & Domain(path, "=", partner.commercial_partner_id.id)

    def _manual_records(self, partner, company, as_of):
        """All values known by then: the latest one counts, the others are how it came."""
        return "customer.tier.value", (
            Domain("partner_id.commercial_partner_id", "=", partner.id)
            & Domain("metric_id", "=", self.id)
            & Domain("company_id", "in", [company.id, False])
            & Domain("date", "<=", as_of)
        )

    # Tried when it is saved: whether it can be read, whether by whoever defines it, at which cost

    def _try_record_definition(self, changed=True):
        """Read everything once, with the user's own rights and then as grading will."""
        for metric in self.filtered(lambda m: m.kind == "record"):
            if metric._sleeps():
                if changed and not self.env.su:
                    raise ValidationError(
                        self.env._(
                            "Metric “%(metric)s”: there is no model “%(model)s” here. Choose the "
                            "records again, or install the app that has them first.",
                            metric=metric.name,
                            model=metric.model_name,
                        )
                    )
                continue
            if changed and not self.env.su:
                RecordDefinition(metric).check_rights()
            # Data files are loaded by the superuser, whom no client is.
            if not (self.env.su and self.env.context.get("install_mode")):
                metric._measure_cost()

    def _measure_cost(self):
        """Read all customers once and keep what it took.

        :raise ValidationError: when it cannot be read
        """
        self.ensure_one()
        company = self.env.company
        gather = self.env["customer.tier.gather"]
        today = gather._today(company)
        # Loads what is loaded once only, which is no cost of the metric.
        gather._end_of_day(company, today)
        self.env.flush_all()
        started = time.monotonic()
        try:
            # Always rolled back, and with it the limit.
            with closing(self.env.cr.savepoint(flush=False)):
                limit = f"{TRIAL_SECONDS}s"
                self.env.cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", limit))
                self.sudo()._record_values(company, today, lambda column: SQL("TRUE"))
        except QueryCanceled:
            # A warning tells; whoever wants it may have it.
            started = time.monotonic() - TRIAL_SECONDS
        except (TransactionRollbackError, UserError):
            raise
        except Exception as error:
            raise RecordDefinition(self).broken_filter(error) from error
        self._keep_cost(time.monotonic() - started)

    def _keep_cost(self, seconds):
        records, indexed = RecordDefinition(self).size()
        values = {"cost_records": min(records, 2**31 - 1), "cost_indexed": indexed}
        self.sudo().write({**values, "cost_seconds": seconds})

    # Actions

    def action_preview(self):
        """Show what the metric gives for some customers."""
        self.ensure_one()
        preview = self.env["customer.tier.metric.preview"].create({"metric_id": self.id})
        if self.kind == "record":
            self._keep_cost(preview.seconds)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of %s", self.name),
            "res_model": preview._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
        }
