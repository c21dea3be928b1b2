import time
from contextlib import closing

from psycopg2.errors import QueryCanceled
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .customer_tier_metric import readable
from .customer_tier_metric_record import DEFINITION

TRIAL_SECONDS = 10
SLOW_SECONDS = 1.0
MANY_RECORDS = 1_000_000


class CustomerTierMetricTrial(models.Model):
    """Metrics over any records are tried when they are saved: whether they can be read, whether
    whoever defines them may read that, and what it costs."""

    _inherit = "customer.tier.metric"

    cost_seconds = fields.Float(
        string="Seconds",
        readonly=True,
        copy=False,
        help="How long reading all customers took when the metric was saved or previewed.",
    )
    cost_records = fields.Integer(string="Records in All", readonly=True, copy=False)
    cost_indexed = fields.Boolean(string="Customer Field Indexed", readonly=True, copy=False)
    cost_warning = fields.Char(compute="_compute_cost_warning")

    @api.depends("cost_seconds", "cost_records", "cost_indexed", "partner_path", "kind")
    @api.depends_context("lang")
    def _compute_cost_warning(self):
        for metric in self:
            slow = metric.cost_seconds >= SLOW_SECONDS
            large = metric.cost_records >= MANY_RECORDS and not metric.cost_indexed
            metric.cost_warning = metric.kind == "record" and (slow or large) and metric._advice()

    def _advice(self):
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
        return f"{first} {second}"

    def _first_step(self):
        """The first field on the way to the customer, as people and as developers know it."""
        name = self.partner_path.split(".")[0]
        field = self.model_name in self.env and self.env[self.model_name]._fields.get(name)
        return f"{field._description_string(self.env)} ({name})" if field else name

    @api.model_create_multi
    def create(self, vals_list):
        metrics = super().create([self._with_model_name(vals) for vals in vals_list])
        metrics._try_record_definition()
        return metrics

    def write(self, vals):
        vals = self._with_model_name(vals)
        result = super().write(vals)
        if vals.keys() & (DEFINITION | {"window_months"}):
            self._try_record_definition(changed=bool(vals.keys() & DEFINITION))
        return result

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
                metric._check_record_rights()
            if not self.env.context.get("install_mode"):
                metric._measure_cost()

    def _check_record_rights(self):
        """Grading has all rights, so values would give away models and fields that whoever defines
        the metric may not read. Record rules are another matter: who may see own orders only still
        defines what all orders come to, which is what a grading is."""
        Model = self.env[self.model_name]
        paths = filter(None, (self.partner_path, self.date_path, self.measure_path))
        try:
            Model.check_access("read")
            for path in paths:
                for model, field in self._follow(path):
                    model.check_access("read")
                    model._check_field_access(field, "read")
            self.env["res.partner"].check_access("read")
            with self.env.cr.savepoint():
                Model.search(self._own_domain(), limit=1)
        except AccessError as error:
            raise AccessError(
                self.env._(
                    "Metric “%(metric)s” would show to others what you may not read yourself. "
                    "Choose something else, or ask somebody with these rights to define it.\n\n"
                    "%(error)s",
                    metric=self.name,
                    error=error,
                )
            ) from error
        except (TransactionRollbackError, ValidationError):
            raise
        except Exception as error:
            raise self._broken_filter(error) from error

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
            raise self._broken_filter(error) from error
        self._keep_cost(time.monotonic() - started)

    def _keep_cost(self, seconds):
        Model = self.env[self.model_name]
        first = self.partner_path.split(".")[0] if self.partner_path else "id"
        self.env.cr.execute(
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
                Model._table,
            )
        )
        records, indexed = self.env.cr.fetchone() or (0, False)
        self.sudo().write(
            {
                "cost_seconds": seconds,
                "cost_records": min(records, 2**31 - 1),
                "cost_indexed": indexed,
            }
        )
