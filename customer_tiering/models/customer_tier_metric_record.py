from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .customer_tier_metric_query import NUMERIC, has_column

# What a definition consists of.
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


class CustomerTierMetricRecord(models.Model):
    """Metrics made from any records that lead to a customer."""

    _inherit = "customer.tier.metric"

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

    @api.depends("model_name", "measure_path", "aggregate")
    def _compute_unit(self):
        unit = {metric: metric.unit for metric in self}
        result = super()._compute_unit()
        for metric in self.filtered(lambda m: m.kind == "record" and m.model_name in self.env):
            if metric._measures_money():
                metric.unit = "money"
            elif unit[metric] == "money":
                metric.unit = "number"
        return result

    def _measures_money(self):
        if not self.measure_path or self.aggregate in ("count", "count_distinct"):
            return False
        try:
            return self._follow(self.measure_path)[-1][1].type == "monetary"
        except ValidationError:
            # Said when it is saved.
            return False

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

    def _sleeps(self):
        if self.kind == "record" and self.model_name and self.model_name not in self.env:
            return self.env._("Waits for the app that provides “%s”.", self.model_name)
        return super()._sleeps()

    def _with_model_name(self, vals):
        """Values with the name of the model chosen, so that all checks see it."""
        if "model_id" not in vals:
            return vals
        chosen = self.env["ir.model"].sudo().browse(vals["model_id"])
        rest = {name: value for name, value in vals.items() if name != "model_id"}
        return {"model_name": chosen.model} | rest

    # Is it a good definition?

    @api.constrains(*DEFINITION)
    def _check_record_definition(self):
        for metric in self.filtered(lambda m: m.kind == "record" and not m._sleeps()):
            metric._check_record_model()
            metric._check_partner_path()
            metric._check_date_path()
            metric._check_aggregate()
            metric._check_record_domain()

    def _check_record_model(self):
        if not self.model_name:
            raise ValidationError(
                self.env._("Choose the records that metric “%s” is made from.", self.name)
            )
        Model = self.env[self.model_name]
        if Model._abstract or Model._transient:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(model)s” keeps no records for good. Choose other "
                    "records.",
                    metric=self.name,
                    model=self._model_title(Model),
                )
            )

    def _check_partner_path(self):
        if self.partner_path:
            _model, last = self._follow(self.partner_path)[-1]
            good = last.type == "many2one" and last.comodel_name == "res.partner"
            good = good and has_column(last)
        else:
            good = self.model_name == "res.partner"
        if not good:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” of “%(model)s” does not lead to a contact. "
                    "Choose a stored field that holds one, such as the customer, or a path to "
                    "such a field.",
                    metric=self.name,
                    path=self._path_title(self.partner_path),
                    model=self._model_title(self.env[self.model_name]),
                )
            )

    def _check_date_path(self):
        if not self.date_path:
            return
        _model, last = self._follow(self.date_path)[-1]
        if last.type not in ("date", "datetime") or not has_column(last):
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” is not a stored date. Choose a date field, "
                    "or none if everything is to count.",
                    metric=self.name,
                    path=self._path_title(self.date_path),
                )
            )

    def _check_aggregate(self):
        if not self.aggregate:
            raise ValidationError(
                self.env._("Choose what value metric “%s” makes of its records.", self.name)
            )
        if self.aggregate == "count":
            return
        titles = dict(self._fields["aggregate"]._description_selection(self.env))
        value = titles.get(self.aggregate, self.aggregate)
        if not self.measure_path:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: choose the field for “%(value)s”, or take the number of "
                    "records.",
                    metric=self.name,
                    value=value,
                )
            )
        names = {
            "metric": self.name,
            "value": value,
            "path": self._path_title(self.measure_path),
        }
        _model, last = self._follow(self.measure_path)[-1]
        if not has_column(last):
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” is not stored as one value per record, so "
                    "“%(value)s” cannot be read from it. Choose another field.",
                    **names,
                )
            )
        if self.aggregate != "count_distinct" and last.type not in NUMERIC:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” is no number, so it has no “%(value)s”. "
                    "Choose a numeric field, or take the number of different values.",
                    **names,
                )
            )

    def _path_title(self, path):
        """A path as the form shows it."""
        steps = self._follow(path) if path else ()
        return " › ".join(field._description_string(self.env) for _model, field in steps)

    def _check_record_domain(self):
        try:
            self._own_domain().validate(self.env[self.model_name].sudo())
        except Exception as error:
            raise self._broken_filter(error) from error

    def _broken_filter(self, error):
        return ValidationError(
            self.env._(
                "The filter of metric “%(metric)s” cannot be used: %(error)s. Edit it with the "
                "filter editor, or empty it to count all records.",
                metric=self.name,
                error=error,
            )
        )
