"""The definition of a metric over any records: which of them count, for whom and how; whether that
makes sense, and the one grouped query that reads it for all customers."""

import ast

from psycopg2.extensions import TransactionRollbackError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .explain.span import ALIAS
from .grading.policy import YEAR
from .what_changed import text_of

# Of customers without records these are zero; the other aggregates are unknown.
COUNTED = ("count", "count_distinct", "sum")
NUMERIC = ("integer", "float", "monetary")


def has_column(field):
    """Whether the database knows the values of a field, if only those of a parent record."""
    base = field.base_field
    return bool(base.store and base.column_type)


class RecordDefinition:
    """What a metric of the kind ``record`` is made from.

    :param metric: one ``customer.tier.metric``, with the rights of whose environment is read
    """

    def __init__(self, metric):
        self.metric = metric
        self.env = metric.env

    def _model(self, company):
        """The model as grading reads it."""
        Model = self.env[self.metric.model_name]
        return self.env["customer.tier.gather"]._as_company(Model, company)

    def selection(self, company, as_of, before):
        """Which records count, whosever they are, as a ``Domain``.

        :param before: the last day that is too early, None if none is
        """
        domain = self._undated(company)
        if self.metric.date_path:
            domain &= self._window(company, as_of, before)
        return domain

    def _undated(self, company):
        """The same whatever the day."""
        Model = self._model(company)
        domain = self._filter()
        owner = Model._fields.get("company_id")
        if owner and owner.comodel_name == "res.company" and owner._description_searchable:
            domain &= Domain(Model._check_company_domain(company))
        return domain

    def _filter(self):
        """The filter as a ``Domain``; text is only ever read as a literal."""
        value = ast.literal_eval((self.metric.record_domain or "[]").strip())
        if not isinstance(value, list):
            raise ValueError(self.env._("a list of conditions was expected"))
        return Domain(value)

    def _window(self, company, as_of, before):
        path = self.metric.date_path
        lower, since, upper, until = self._bounds(company, as_of, before)
        domain = Domain(path, upper, until)
        return domain & Domain([(path, lower, since)] if since else [])

    def _bounds(self, company, as_of, before):
        """How dates are compared with the beginning and the end of what is looked at, as text:
        operator and value (None without a beginning), operator and value."""
        if self.follow(self.metric.date_path)[-1][1].type == "date":
            since = before and fields.Date.to_string(before)
            return ">", since, "<=", fields.Date.to_string(as_of)
        end_of_day = self.env["customer.tier.gather"]._end_of_day
        since = before and fields.Datetime.to_string(end_of_day(company, before))
        return ">=", since, "<", fields.Datetime.to_string(end_of_day(company, as_of))

    # The query

    def query(self, company, as_of, scope, span=None):
        """Query ``(commercial partner id, value)`` over the records that count."""
        Model = self._model(company)
        as_of = span.latest if span else as_of
        before = self._span_opening(span) if span else self.metric._day_before(as_of)
        query = Model._search(self.selection(company, as_of, before))
        partners, alias = self._join_path(Model, query.table, self.metric.partner_path, query)
        customer = partners._field_to_sql(alias, "commercial_partner_id", query)
        query.add_where(SQL("%s IS NOT NULL", customer))
        query.add_where(scope(customer))
        if span and span.customers and self.metric.date_path:
            self._add_spans(Model, query, customer, span, company)
        query.groupby = customer
        return query.select(customer, self._aggregate_sql(Model, query, company))

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
        if self.metric.aggregate == "count":
            return SQL("COUNT(*)::float8")
        column, field, model, alias = self._column(Model, self.metric.measure_path, query)
        if self.metric.aggregate == "count_distinct":
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
        }[self.metric.aggregate]
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
                    metric=self.metric.name,
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
        if not self.metric.date_path:
            return SQL("%s::date", gather._today(company))
        column, field, _model, _alias = self._column(Model, self.metric.date_path, query)
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

    # Which records tell of a change

    def rows(self, company, as_of, then):
        """What ``what_changed.News.rows`` is to know of the records, None where a record's own row
        tells less than all of what it counts for.

        :param as_of, then: days graded, now and before (None where that is not known)
        """
        Model, metric = self._model(company), self.metric
        paths = [path for path in (metric.partner_path, metric.date_path) if path]
        if metric.aggregate != "count":
            paths.append(metric.measure_path)
        plain = Model._auto and not Model._table_query
        if not plain or not all(self._is_own_column(Model, path) for path in paths):
            return None
        text = text_of(Model._search(self._undated(company)))
        if text is None or self._is_converted(Model):
            return None
        also = None
        if metric.date_path and then and then != as_of:
            also = SQL("%s <> %s", *(self._is_looked_at(company, day) for day in (as_of, then)))
        rules = (metric.model_name, metric.aggregate, metric.window_months, *paths, text)
        return {
            "definition": repr(rules),
            "table": Model._table,
            "owner": SQL.identifier("t", metric.partner_path or "commercial_partner_id"),
            "also": also,
        }

    def _is_own_column(self, Model, path):
        field = Model._fields.get(path)
        return bool(field and field.store and field.column_type and not field.company_dependent)

    def _is_converted(self, Model):
        """Whether amounts may be in other currencies, whose rates change."""
        if self.metric.aggregate in ("count", "count_distinct"):
            return False
        field = Model._fields[self.metric.measure_path]
        query = Model._search([])
        return (
            field.type == "monetary"
            and self._currency_sql(Model, field, query.table, query) is not None
        )

    def _is_looked_at(self, company, day):
        """Whether the date of row ``t`` is within what is looked at on a day, as ``SQL``."""
        bounds = self._bounds(company, day, self.metric._day_before(day))
        column = SQL.identifier("t", self.metric.date_path)
        lower, since, upper, until = bounds
        condition = SQL("%s %s %s", column, SQL(upper), until)
        if since:
            condition = SQL("%s AND %s %s %s", condition, column, SQL(lower), since)
        return SQL("((%s) IS TRUE)", condition)

    # Days of a customer's own

    def _span_opening(self, span):
        """The last day that is too early for everybody in a ``Span``, None if none is."""
        since = span.earliest if self.metric.window_months == YEAR else None
        return self.metric._day_before(span.earliest_end, since)

    def _add_spans(self, Model, query, customer, span, company):
        """Let only those records of a query count that lie within the customer's own days."""
        day, months = self._day_sql(Model, query, company), self.metric.window_months
        query.add_join("LEFT JOIN", ALIAS, span.table, span.condition(customer))
        query.add_where(SQL("%s <= %s", day, span.last_sql))
        if months == YEAR:
            query.add_where(SQL("%s >= %s", day, span.first_sql))
        elif months:
            before = SQL("%s - make_interval(months => %s)", span.last_sql, months)
            query.add_where(SQL("%s > %s", day, before))

    # The way to a field

    def follow(self, path):
        """Fields along a dotted path, each with the model that has it.

        :raise ValidationError: naming the step that does not exist or is no stored many2one
        """
        steps = []
        names = path.split(".")
        model = self.env[self.metric.model_name]
        for position, name in enumerate(names):
            field = model._fields.get(name)
            if field is None:
                raise ValidationError(
                    self.env._(
                        "Metric “%(metric)s”: there is no field “%(step)s” on “%(model)s”, so "
                        "“%(path)s” leads nowhere. Choose the field again.",
                        **self._step(path, name, model),
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
                            **self._step(path, name, model),
                        )
                    )
                model = self.env[field.comodel_name]
        return steps

    def _step(self, path, name, model):
        """What is said of a step that leads nowhere."""
        where = {"metric": self.metric.name, "path": path, "step": name}
        return {**where, "model": self._model_title(model)}

    def _model_title(self, model):
        return self.env["ir.model"].sudo()._get(model._name).name or model._name

    def _path_title(self, path):
        """A path as the form shows it."""
        steps = self.follow(path) if path else ()
        return " › ".join(field._description_string(self.env) for _model, field in steps)

    def measures_money(self):
        if not self.metric.measure_path or self.metric.aggregate in ("count", "count_distinct"):
            return False
        try:
            return self.follow(self.metric.measure_path)[-1][1].type == "monetary"
        except ValidationError:
            # Said when it is saved.
            return False

    # Is it a good definition?

    def check(self):
        """
        :raise ValidationError: naming what is wrong with the definition
        """
        self._check_model()
        self._check_partner_path()
        self._check_date_path()
        self._check_aggregate()
        self._check_filter()

    def _check_model(self):
        if not self.metric.model_name:
            raise ValidationError(
                self.env._("Choose the records that metric “%s” is made from.", self.metric.name)
            )
        Model = self.env[self.metric.model_name]
        if Model._abstract or Model._transient:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(model)s” keeps no records for good. Choose other "
                    "records.",
                    metric=self.metric.name,
                    model=self._model_title(Model),
                )
            )

    def _check_partner_path(self):
        if self.metric.partner_path:
            _model, last = self.follow(self.metric.partner_path)[-1]
            good = last.type == "many2one" and last.comodel_name == "res.partner"
            good = good and has_column(last)
        else:
            good = self.metric.model_name == "res.partner"
        if not good:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” of “%(model)s” does not lead to a contact. "
                    "Choose a stored field that holds one, such as the customer, or a path to "
                    "such a field.",
                    metric=self.metric.name,
                    path=self._path_title(self.metric.partner_path),
                    model=self._model_title(self.env[self.metric.model_name]),
                )
            )

    def _check_date_path(self):
        if not self.metric.date_path:
            return
        _model, last = self.follow(self.metric.date_path)[-1]
        if last.type not in ("date", "datetime") or not has_column(last):
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” is not a stored date. Choose a date field, "
                    "or none if everything is to count.",
                    metric=self.metric.name,
                    path=self._path_title(self.metric.date_path),
                )
            )

    def _check_aggregate(self):
        if not self.metric.aggregate:
            raise ValidationError(
                self.env._("Choose what value metric “%s” makes of its records.", self.metric.name)
            )
        if self.metric.aggregate == "count":
            return
        titles = dict(self.metric._fields["aggregate"]._description_selection(self.env))
        value = titles.get(self.metric.aggregate, self.metric.aggregate)
        if not self.metric.measure_path:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: choose the field for “%(value)s”, or take the number of "
                    "records.",
                    metric=self.metric.name,
                    value=value,
                )
            )
        names = {
            "metric": self.metric.name,
            "value": value,
            "path": self._path_title(self.metric.measure_path),
        }
        _model, last = self.follow(self.metric.measure_path)[-1]
        if not has_column(last):
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” is not stored as one value per record, so "
                    "“%(value)s” cannot be read from it. Choose another field.",
                    **names,
                )
            )
        if self.metric.aggregate != "count_distinct" and last.type not in NUMERIC:
            raise ValidationError(
                self.env._(
                    "Metric “%(metric)s”: “%(path)s” is no number, so it has no “%(value)s”. "
                    "Choose a numeric field, or take the number of different values.",
                    **names,
                )
            )

    def _check_filter(self):
        try:
            self._filter().validate(self.env[self.metric.model_name].sudo())
        except Exception as error:
            raise self.broken_filter(error) from error

    def size(self):
        """How many records there are, about, and whether an index leads from customers to them."""
        metric = self.metric
        first = metric.partner_path.split(".")[0] if metric.partner_path else "id"
        cr = metric.env.cr
        cr.execute(
            SQL(
                """
                SELECT GREATEST(c.reltuples, 0)::int8,
                       EXISTS (SELECT FROM pg_index i
                                 JOIN pg_attribute a
                                   ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                                WHERE i.indrelid = c.oid AND a.attname = %s)
                  FROM pg_class c WHERE c.oid = to_regclass(%s)
                """,
                first,
                metric.env[metric.model_name]._table,
            )
        )
        return cr.fetchone() or (0, False)

    def broken_filter(self, error):
        return ValidationError(
            self.env._(
                "The filter of metric “%(metric)s” cannot be used: %(error)s. Edit it with the "
                "filter editor, or empty it to count all records.",
                metric=self.metric.name,
                error=error,
            )
        )

    def check_rights(self):
        """Grading has all rights, so values would give away models and fields that whoever defines
        the metric may not read. Record rules are another matter: who may see own orders only still
        defines what all orders come to, which is what a grading is."""
        metric, Model = self.metric, self.env[self.metric.model_name]
        paths = filter(None, (metric.partner_path, metric.date_path, metric.measure_path))
        try:
            Model.check_access("read")
            for path in paths:
                for model, field in self.follow(path):
                    model.check_access("read")
                    model._check_field_access(field, "read")
            self.env["res.partner"].check_access("read")
            with self.env.cr.savepoint():
                Model.search(self._filter(), limit=1)
        except AccessError as error:
            raise AccessError(
                self.env._(
                    "Metric “%(metric)s” would show to others what you may not read yourself. "
                    "Choose something else, or ask somebody with these rights to define it.\n\n"
                    "%(error)s",
                    metric=self.metric.name,
                    error=error,
                )
            ) from error
        except (TransactionRollbackError, ValidationError):
            raise
        except Exception as error:
            raise self.broken_filter(error) from error
