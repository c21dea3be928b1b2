import logging
import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .customer_tier_change import TIER_LINES

_logger = logging.getLogger(__name__)

# Large enough that a chunk costs little more than its rows, small enough that its frames stay
# within a few megabytes and the database reads it from the index alone.
CHUNK_SIZE = 20000
# The largest id that a column can hold.
LAST_ID = 2**31 - 1

# What a person may say about a run; the rest is written by grading.
CHOSEN_FIELDS = {"company_id", "as_of", "simulation", "replay_from", "replay_every"}


class CustomerTierRun(models.Model):
    _name = "customer.tier.run"
    _description = "Grading Run"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    as_of = fields.Date(
        required=True,
        default=lambda self: self.env["customer.tier.gather"]._today(self.env.company),
        help="Only what was dated on or before this day is looked at.",
    )
    simulation = fields.Boolean(
        help="Works everything out and counts, but changes no customer.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancel", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    last_partner_id = fields.Integer(
        readonly=True, copy=False, help="Customers up to this one are graded; a run resumes here."
    )
    started_at = fields.Datetime(readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)
    duration = fields.Float(
        string="Seconds", readonly=True, copy=False, help="Time spent working, without pauses."
    )
    customer_count = fields.Integer(string="Customers", readonly=True, copy=False)
    written_count = fields.Integer(
        string="Updated", readonly=True, copy=False, help="Customers with anything new."
    )
    first_count = fields.Integer(string="First Graded", readonly=True, copy=False)
    up_count = fields.Integer(string="Promoted", readonly=True, copy=False)
    down_count = fields.Integer(string="Demoted", readonly=True, copy=False)
    matrix = fields.Json(
        readonly=True, copy=False, help="Customers by tier before and after (tier ids, 0 = none)."
    )
    cuts = fields.Json(
        readonly=True, copy=False, help="Where shares of the best began on that day, by tier id."
    )
    matrix_table = fields.Html(string="Movements", compute="_compute_matrix_table", sanitize=False)
    change_ids = fields.One2many("customer.tier.change", "run_id", readonly=True)
    change_count = fields.Integer(compute="_compute_change_count")
    error_ids = fields.One2many("customer.tier.run.error", "run_id", readonly=True)
    error_count = fields.Integer(compute="_compute_error_count")

    @api.depends("company_id", "as_of", "simulation")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            template = (
                self.env._("Simulation as of %(day)s – %(company)s")
                if run.simulation
                else self.env._("Grading as of %(day)s – %(company)s")
            )
            day = format_date(self.env, run.as_of)
            run.name = template % {"day": day, "company": run.company_id.name}

    @api.depends("name")
    def _compute_display_name(self):
        for run in self:
            run.display_name = run.name

    @api.depends("matrix")
    @api.depends_context("lang")
    def _compute_matrix_table(self):
        for run in self:
            values = run._matrix_values()
            run.matrix_table = values and self.env["ir.qweb"]._render(
                "customer_tiering.migration_matrix", values
            )

    def _matrix_values(self):
        """Rows and columns of the movements, from the lowest to the highest tier."""
        self.ensure_one()
        matrix = self.matrix or {}
        used = set(matrix).union(*matrix.values())
        tiers = (
            self.env["customer.tier"]
            .with_context(active_test=False)
            .search([("id", "in", [int(key) for key in used])], order="program_id, sequence, id")
        )
        keys = [*(["0"] if "0" in used else []), *(str(id_) for id_ in tiers.ids)]
        names = {"0": self.env._("No tier"), **{str(t.id): t.display_name for t in tiers}}
        rows = []
        for before in (key for key in keys if key in matrix):
            position = keys.index(before)
            cells = [
                {
                    "count": matrix[before].get(after, ""),
                    "class": "text-success"
                    if column > position
                    else "text-danger"
                    if column < position
                    else "fw-bold",
                }
                for column, after in enumerate(keys)
            ]
            rows.append({"name": names[before], "cells": cells})
        return rows and {"columns": [names[key] for key in keys], "rows": rows}

    def _compute_change_count(self):
        counts = dict(
            self.env["customer.tier.change"]._read_group(
                Domain("run_id", "in", self.ids) & TIER_LINES, ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.change_count = counts.get(run, 0)

    @api.depends("error_ids")
    def _compute_error_count(self):
        for run in self:
            run.error_count = len(run.error_ids)

    @api.constrains("as_of")
    def _check_as_of(self):
        today = fields.Date.context_today(self)
        for run in self:
            if run.as_of > max(today, self.env["customer.tier.gather"]._today(run.company_id)):
                raise ValidationError(
                    self.env._(
                        "Customers cannot be graded as of %s, which lies in the future. "
                        "Choose today or an earlier day.",
                        format_date(self.env, run.as_of),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.keys() - CHOSEN_FIELDS for vals in vals_list):
            raise AccessError(
                self.env._(
                    "What comes of a grading is computed. Only company, day, simulation and "
                    "replay can be chosen."
                )
            )
        if not self.env.su:
            # Defaults in the context are values from the client too.
            context = {
                key: value
                for key, value in self.env.context.items()
                if not key.startswith("default_") or key[len("default_") :] in CHOSEN_FIELDS
            }
            # Keys are to go, which adding some cannot do.
            self = self.with_context(context)  # pylint: disable=context-overridden
        return super().create(vals_list)

    def write(self, vals):
        # No group may, but rights can be given; the history is explained by what runs found.
        if not self.env.su and (
            vals.keys() - CHOSEN_FIELDS or any(run.state != "draft" for run in self)
        ):
            raise AccessError(self.env._("What comes of a grading is not edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if "running" in self.mapped("state"):
            raise UserError(self.env._("A running grading cannot be deleted. Cancel it first."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recorded(self):
        changes = self.env["customer.tier.change"].sudo()
        if used := changes.search([("run_id", "in", self.ids)], limit=1).run_id:
            raise UserError(
                self.env._("%s changed tiers, and their history refers to it. Keep it.", used.name)
            )

    def action_run(self):
        """Grade all customers of the company from start to end, in this transaction."""
        # Officers make runs; what a run becomes is for grading alone to write.
        self.check_access("create")
        for run in self.sudo():
            run._start()
            while run.state == "running":
                run._next_chunk()
        return True

    def action_cancel(self):
        """Stop a run; customers graded so far keep their new grades."""
        self.check_access("create")
        open_runs = self.sudo().filtered(lambda run: run.state in ("draft", "running"))
        open_runs.write({"state": "cancel"})

    def action_open_changes(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_change_action"
        )
        domain = list(Domain("run_id", "=", self.id) & TIER_LINES)
        return {**action, "domain": domain, "context": {}}

    # One run

    def _start(self):
        self.ensure_one()
        if self.state == "running":
            return
        if self.state != "draft":
            raise UserError(
                self.env._("%s has ended already. Start a new grading instead.", self.name)
            )
        programs = self.env["customer.tier.program"]._for_company(self.company_id)
        if not programs and not self._has_left_behind(self.company_id):
            raise UserError(
                self.env._(
                    "There is no tier programme for %s yet. Make one under Sales › "
                    "Configuration › Customer Tiers first.",
                    self.company_id.name,
                )
            )
        cuts = programs._measure_top_shares(self.as_of)
        if not self.simulation:
            programs._freeze_typical_interval(self.as_of)
            programs._freeze_top_shares(cuts, self.as_of)
        self.write(
            {
                "state": "running",
                "started_at": fields.Datetime.now(),
                "matrix": {},
                "cuts": {str(tier_id): cut for tier_id, cut in cuts.items()},
            }
        )

    @api.model
    def _has_left_behind(self, company):
        """Whether customers of a company are still in the tiers of a programme: archiving the
        last one must not leave them there, with their prices, for good."""
        graded = [("company_id", "=", company.id), ("program_id", "!=", False)]
        return bool(self.env["customer.tier.standing"].sudo().search_count(graded, limit=1))

    def _next_chunk(self):
        """Grade the next chunk of customers, or finish.

        :return: whether there is more to do
        """
        self.ensure_one()
        pipeline = self.env["customer.tier.pipeline"]
        # What stores nothing is in nobody's way.
        if not (self.simulation or pipeline._lock(self.company_id)):
            raise UserError(
                self.env._(
                    "The customers of %s are being graded right now. Try again in a minute.",
                    self.company_id.name,
                )
            )
        started = time.monotonic()
        high, more = self._chunk_end(self.last_partner_id)
        if high:
            # Behind the last customer may be standings of partners who are contacts by now.
            self._add(self._grade_between(self.last_partner_id, high if more else LAST_ID))
            self.last_partner_id = high
        self.duration += time.monotonic() - started
        if not more:
            self._finish()
        return more

    def _grade_between(self, after, until):
        """Grade the customers behind one partner id up to another one; the run itself is not
        written.

        :return: ``Tally``
        """
        # A chunk's part of an index is too small for PostgreSQL to share it among workers, which
        # then read all of another index instead: for each chunk, and the more customers there are.
        self.env.cr.execute("SET LOCAL min_parallel_index_scan_size = 0")
        return self.env["customer.tier.pipeline"]._grade(
            self.company_id,
            self.as_of,
            self.env["customer.tier.gather"]._scope_between(after, until),
            store=not self.simulation,
            run_id=self.id,
            cuts={int(tier_id): cut for tier_id, cut in (self.cuts or {}).items()},
            days=self._replay_days(),
        )

    def _chunk_size(self):
        """How many partners a chunk is made of."""
        return CHUNK_SIZE

    def _chunk_end(self, after):
        """Highest commercial partner id of the chunk behind one (0 when there is none), and
        whether others may come after it."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT COALESCE(MAX(id), 0), COUNT(*) = %(size)s
                  FROM (SELECT id FROM res_partner
                         WHERE id > %(last)s AND commercial_partner_id = id
                         ORDER BY id LIMIT %(size)s) chunk
                """,
                last=after,
                size=self._chunk_size(),
            )
        )
        return self.env.cr.fetchone()

    def _finish(self):
        self.write({"state": "done", "finished_at": fields.Datetime.now()})
        if not self.simulation:
            self.company_id.customer_tier_graded_on = self.as_of
            self._follow_up()
        _logger.info(
            "Run %s of company %s: %s customers, %s updated, %s promoted, %s demoted in %.1f s",
            self.id,
            self.company_id.id,
            self.customer_count,
            self.written_count,
            self.up_count,
            self.down_count,
            self.duration,
        )

    def _follow_up(self):
        """What is due after a finished grading; glue addons hook in here."""
        self.ensure_one()
        self.env["customer.reminder.rule"]._remind(self.company_id, self.as_of)

    def _add(self, tally):
        """Add what a chunk came to."""
        matrix = self.matrix or {}
        for (before, after), number in tally.matrix.items():
            row = matrix.setdefault(str(before), {})
            row[str(after)] = row.get(str(after), 0) + int(number)
        self.write(
            {
                "matrix": matrix,
                "customer_count": self.customer_count + tally.counts["customers"],
                "written_count": self.written_count + tally.counts["written"],
                "first_count": self.first_count + tally.counts["first"],
                "up_count": self.up_count + tally.counts["up"],
                "down_count": self.down_count + tally.counts["down"] + tally.counts["out"],
                "error_ids": [
                    fields.Command.create(error) for error in self._new_errors(tally.errors)
                ],
            }
        )

    def _new_errors(self, errors):
        """Those not listed yet: a broken programme or metric fails in every chunk, once is
        enough."""
        known = {(e.program_id.id, e.metric_id.id, e.message) for e in self.error_ids}
        for error in errors:
            cause = (
                error.get("program_id", False),
                error.get("metric_id", False),
                error["message"],
            )
            if error.get("partner_id") or cause not in known:
                known.add(cause)
                yield error
