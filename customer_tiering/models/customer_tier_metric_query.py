import ast

import psycopg2
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import TransactionRollbackError

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# Of customers without records these are zero; the other aggregates are unknown.
COUNTED = ("count", "count_distinct", "sum")
NUMERIC = ("integer", "float", "monetary")


def has_column(field):
    """Whether the database knows the values of a field, if only those of a parent record."""
    base = field.base_field
    return bool(base.store and base.column_type)


class CustomerTierMetricQuery(models.Model):
    """Values of metrics that are made from any records, by one grouped query."""

    _inherit = "customer.tier.metric"

    def _record_values(self, company, as_of, scope, span=None):
        from ..binary_copy import read_columns

        self._check_record_definition()
        try:
            query = self._record_query(company, as_of, scope, span)
            self.env.flush_query(query)
            rows = read_columns(self.env.cr, query, {"customer": "int4", "value": "float8"})
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
        others = 0.0 if self.aggregate in COUNTED else float("nan")
        return rows["customer"], rows["value"], others

    def _record_query(self, company, as_of, scope, span=None):
        """Query ``(commercial partner id, value)`` over the records that count."""
        Model = self._record_model(company)
        as_of = span.latest if span else as_of
        before = self._span_opening(span) if span else self._day_before(as_of)
        query = Model._search(self._record_selection(company, as_of, before))
        partners, alias = self._join_path(Model, query.table, self.partner_path, query)
        customer = partners._field_to_sql(alias, "commercial_partner_id", query)
        query.add_where(SQL("%s IS NOT NULL", customer))
        query.add_where(scope(customer))
        if span and span.customers and self.date_path:
            self._add_spans(Model, query, customer, span, company)
        query.groupby = customer
        return query.select(customer, self._aggregate_sql(Model, query, company))

    def _record_model(self, company):
        """The model as grading reads it."""
        return self.env["customer.tier.gather"]._as_company(self.env[self.model_name], company)

    def _record_selection(self, company, as_of, before):
        """Which records count, whosever they are, as a ``Domain``.

        :param before: the last day that is too early, None if none is
        """
        Model = self._record_model(company)
        domain = self._own_domain()
        owner = Model._fields.get("company_id")
        if owner and owner.comodel_name == "res.company" and owner._description_searchable:
            domain &= Domain(Model._check_company_domain(company))
        if self.date_path:
            domain &= self._record_window(company, as_of, before)
        return domain

    def _own_domain(self):
        """The filter as a ``Domain``; text is only ever read as a literal."""
        value = ast.literal_eval((self.record_domain or "[]").strip())
        if not isinstance(value, list):
            raise ValueError(self.env._("a list of conditions was expected"))
        return Domain(value)

    def _record_window(self, company, as_of, before):
        if self._follow(self.date_path)[-1][1].type == "date":
            domain = Domain(self.date_path, "<=", fields.Date.to_string(as_of))
            return domain & Domain(
                [(self.date_path, ">", fields.Date.to_string(before))] if before else []
            )
        end_of_day = self.env["customer.tier.gather"]._end_of_day
        domain = Domain(self.date_path, "<", fields.Datetime.to_string(end_of_day(company, as_of)))
        if before:
            opening = fields.Datetime.to_string(end_of_day(company, before))
            domain &= Domain(self.date_path, ">=", opening)
        return domain

    def _records_model(self):
        return self.model_name if self.kind == "record" else super()._records_model()

    def _record_records(self, partner, company, as_of, since=None):
        path = ".".join(filter(None, (self.partner_path, "commercial_partner_id")))
        domain = self._record_selection(company, as_of, self._day_before(as_of, since))
        return self.model_name, domain & Domain(path, "=", partner.commercial_partner_id.id)

    # Parts of the query

    def _follow(self, path):
        """Fields along a dotted path, each with the model that has it.

        :raise ValidationError: naming the step that does not exist or is no stored many2one
        """
        steps = []
        names = path.split(".")
        model = self.env[self.model_name]
        for position, name in enumerate(names):
            field = model._fields.get(name)
            where = {
                "metric": self.name,
                "path": path,
                "step": name,
                "model": self._model_title(model),
            }
            if field is None:
                raise ValidationError(
                    self.env._(
                        "Metric “%(metric)s”: there is no field “%(step)s” on “%(model)s”, so "
                        "“%(path)s” leads nowhere. Choose the field again.",
                        **where,
                    )
                )
            steps.append((model, field))
            if position < len(names) - 1:
                if field.type != "many2one" or not has_column(field):
                    raise ValidationError(
                        self.env._(
                            "Metric “%(metric)s”: “%(path)s” passes over “%(step)s” of "
                            "“%(model)s”, which is not a stored link to a single record. Choose "
                            "a path that passes over such links only.",
                            **where,
                        )
                    )
                model = self.env[field.comodel_name]
        return steps

    def _model_title(self, model):
        return self.env["ir.model"].sudo()._get(model._name).name or model._name

    def _join_path(self, model, alias, path, query):
        """Join the records that a path of many2one fields leads to.

        :return: (their model, the alias of their table)
        """
        for name in path.split(".") if path else ():
            model, alias = model._fields[name].join(model, alias, query)
        return model, alias

    def _column(self, model, path, query):
        """SQL of the field at the end of a path, its field, and where that lies."""
        *links, name = path.split(".")
        model, alias = self._join_path(model, query.table, ".".join(links), query)
        return model._field_to_sql(alias, name, query), model._fields[name], model, alias

    def _aggregate_sql(self, Model, query, company):
        if self.aggregate == "count":
            return SQL("COUNT(*)::float8")
        column, field, model, alias = self._column(Model, self.measure_path, query)
        if self.aggregate == "count_distinct":
            return SQL("COUNT(DISTINCT %s)::float8", column)
        money = field.type == "monetary"
        # Twice as fast as exact numbers.
        column = SQL("(%s)::float8", column)
        if money:
            currency = self._currency_sql(model, field, alias, query)
            if currency is not None:
                column = self._converted(Model, column, currency, query, company)
        function = {
            "sum": SQL("COALESCE(SUM(%s), 0)", column),
            "avg": SQL("AVG(%s)", column),
            "min": SQL("MIN(%s)", column),
            "max": SQL("MAX(%s)", column),
        }[self.aggregate]
        # As ``rounded`` of the grading core: the order of summation must not show.
        digits = 2 if money else 6
        return SQL(
            "COALESCE(ROUND(ROUND((%s)::numeric, %s), %s)::float8, 'NaN'::float8)",
            function,
            digits + 4,
            digits,
        )

    def _currency_sql(self, model, field, alias, query):
        """The currency that an amount is in, or None for the company's.

        :raise ValidationError: when the database does not know
        """
        name = field.get_currency_field(model)
        try:
            return name and model._field_to_sql(alias, name, query)
        except ValueError:
            # By Odoo's convention; where it is computed, no table has it.
            if name.startswith("company_currency"):
                return None
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: the currency of “%(field)s” is not stored, so its "
                    "amounts cannot be converted. Choose another amount.",
                    metric=self.name,
                    field=field.string,
                )
            ) from None

    def _converted(self, Model, amount, currency, query, company):
        """An amount in the company's currency, at the rate of the record's day."""
        day = self._day_sql(Model, query, company)
        own = company.currency_id.id
        return SQL(
            "CASE WHEN COALESCE(%(currency)s, %(own)s) = %(own)s THEN %(amount)s "
            "ELSE %(amount)s * (%(to)s / %(origin)s)::float8 END",
            currency=currency,
            own=own,
            amount=amount,
            to=self._rate_sql(SQL("%s", own), day, company),
            origin=self._rate_sql(currency, day, company),
        )

    def _day_sql(self, Model, query, company):
        gather = self.env["customer.tier.gather"]
        if not self.date_path:
            return SQL("%s::date", gather._today(company))
        column, field, _model, _alias = self._column(Model, self.date_path, query)
        if field.type == "date":
            return column
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", column, gather._timezone(company)
        )

    def _rate_sql(self, currency, day, company):
        """The rate of a currency on a day, as ``_get_rates`` of ``res.currency`` finds it."""
        self.env["res.currency.rate"].flush_model(["currency_id", "company_id", "name", "rate"])
        found = SQL(
            "SELECT r.rate FROM res_currency_rate r WHERE r.currency_id = %s "
            "AND (r.company_id = %s OR r.company_id IS NULL)",
            currency,
            company.sudo().root_id.id,
        )
        return SQL(
            "COALESCE((%(found)s AND r.name <= %(day)s ORDER BY r.company_id, r.name DESC LIMIT 1),"
            " (%(found)s ORDER BY r.company_id, r.name LIMIT 1), 1.0)",
            found=found,
            day=day,
        )
