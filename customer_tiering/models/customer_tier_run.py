import logging
import time
from collections import Counter, defaultdict
from datetime import date, timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .. import read_ahead, run_todos, threshold_fit
from ..explain import run_words
from ..switches import QUIET
from ..tools import commercial_ids, open_list
from .customer_tier_change import TIER_LINES
from .customer_tier_program import SAVING
from .customer_tier_proposal import OPEN

_logger = logging.getLogger(__name__)

# Large enough that a chunk costs little more than its rows, small enough that its frames stay
# within a few megabytes and the database reads it from the index alone.
CHUNK_SIZE = 8000
# The largest id that a column can hold.
LAST_ID = 2**31 - 1
# When the nightly job comes back to a company that somebody else is grading or working in.
SOON = timedelta(minutes=1)
# When it comes back to what it could not finish. Odoo puts a job that was killed three times in a
# row, or that failed, off to its next regular call, which is tomorrow.
LATER = timedelta(hours=1)

# Nothing is known of days before, and calendars of other parts of the system end soon.
FIRST_DAY = date(1970, 1, 1)

# What a person may say about a run; the rest is written by grading.
CHOSEN_FIELDS = {"company_id", "as_of", "simulation", "replay_from", "replay_every"}
# Lines of history whose stage changed.
STAGE_LINES = Domain("from_stage", "!=", False)


class CustomerTierRun(models.Model):
    """Gradings of a company's customers as of a day, started by hand or by the nightly job: what
    they looked at, what came of it, and what they leave for people to decide. They work in chunks,
    so that one that was interrupted goes on where it was.
    """

    _name = "customer.tier.run"
    _inherit = ["mail.thread", "mail.activity.mixin", "customer.tier.input"]
    _description = "Grading Run"
    _order = "id desc"
    # Officers cannot write on a run, but may talk about it.
    _mail_post_access = "read"

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
    # Added up over gradings it would count everybody once a night.
    customer_count = fields.Integer(
        string="Customers Graded", readonly=True, copy=False, aggregator=None
    )
    partial = fields.Boolean(
        readonly=True,
        copy=False,
        help="Looks only at customers who changed, or whose day has come.",
    )
    looked_count = fields.Integer(
        string="Looked At",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Customers who were graded anew. Of the others nothing could have changed.",
    )
    checks = fields.Boolean(
        readonly=True, copy=False, help="Names whom the nights before left out wrongly."
    )
    # Programmes whose customers are all looked at, what everybody is graded by, of which state of
    # the tables, and ids of those whom a night found and has not graded yet.
    whole_programs = fields.Json(readonly=True, copy=False)
    stamp = fields.Char(readonly=True, copy=False)
    seen = fields.Json(readonly=True, copy=False)
    rest = fields.Json(readonly=True, copy=False)
    later_order_count = fields.Integer(
        string="Orders Dated in the Future",
        readonly=True,
        copy=False,
        help="Confirmed orders, or invoices where these count, that count from their day on.",
    )
    written_count = fields.Integer(
        string="Customers Changed", readonly=True, copy=False, help="Customers with anything new."
    )
    first_count = fields.Integer(string="First Graded", readonly=True, copy=False)
    up_count = fields.Integer(string="Promoted", readonly=True, copy=False)
    down_count = fields.Integer(string="Demoted", readonly=True, copy=False)
    correction_count = fields.Integer(
        string="Corrected",
        readonly=True,
        copy=False,
        help="Customers whose tier rested on orders that are gone or came back.",
    )
    stage_count = fields.Integer(string="Changed Stage", readonly=True, copy=False)
    asked_up_count = fields.Integer(
        string="Promotions to Approve",
        readonly=True,
        copy=False,
        help="Promotions that the grading would leave for approval, and those that wait already.",
    )
    asked_down_count = fields.Integer(
        string="Demotions to Approve",
        readonly=True,
        copy=False,
        help="Demotions that the grading would leave for approval, and those that wait already.",
    )
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
    # How customers spread over tiers and points.
    spreads = fields.Json(
        readonly=True, copy=False, help="Of each programme so far, while the run is under way."
    )

    # What it leaves for people

    proposal_ids = fields.One2many("customer.tier.proposal", "run_id", readonly=True)
    proposal_count = fields.Integer(string="Proposals", compute="_compute_proposal_count")
    open_proposal_count = fields.Integer(string="Open Proposals", compute="_compute_proposal_count")
    untold = fields.Boolean(
        readonly=True,
        copy=False,
        help="The first complete grading of the company, about which nobody was told yet.",
    )
    event_ids = fields.One2many("customer.tier.event", "run_id", readonly=True)
    event_count = fields.Integer(string="Tier Messages", compute="_compute_event_count")
    held_event_count = fields.Integer(string="Held Messages", compute="_compute_event_count")

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
            values = run_words.matrix_values(run)
            run.matrix_table = values and self.env["ir.qweb"]._render(
                "customer_tiering.migration_matrix", values
            )

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

    def _compute_proposal_count(self):
        rows = self.env["customer.tier.proposal"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in rows}
        for run in self:
            run.proposal_count = sum(
                count for (run_id, _state), count in counts.items() if run_id == run.id
            )
            run.open_proposal_count = counts.get((run.id, "open"), 0)

    def _compute_event_count(self):
        rows = self.env["customer.tier.event"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = defaultdict(Counter)
        for run, state, count in rows:
            counts[run.id][state] = count
        for run in self:
            run.event_count = counts[run.id].total()
            run.held_event_count = counts[run.id]["held"]

    @api.constrains("as_of", "replay_from")
    def _check_as_of(self):
        today = fields.Date.context_today(self)
        for run in self:
            if min(run.as_of, run.replay_from or run.as_of) < FIRST_DAY:
                raise ValidationError(
                    self.env._(
                        "Customers cannot be graded as of a day before %s. Choose a later one.",
                        format_date(self.env, FIRST_DAY),
                    )
                )
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
        chosen = self
        if not self.env.su:
            # Defaults in the context are values from the client too.
            context = {
                key: value
                for key, value in self.env.context.items()
                if not key.startswith("default_") or key[len("default_") :] in CHOSEN_FIELDS
            }
            # Keys are to go, which adding some cannot do.
            chosen = self.with_context(context)  # pylint: disable=context-overridden
        # One each night that tells nothing and that nobody follows.
        silent = chosen.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        return super(CustomerTierRun, silent).create(vals_list).with_env(self.env)

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

    # What people do

    def action_run(self):
        """Grade all customers of the company from start to end, in this transaction."""
        with read_ahead.beside(self.env) as ahead:
            return self._run(ahead)

    @api.model
    def _grade_companies(self, vals_list):
        """Make runs and grade all customers of their companies, in this transaction.

        :return: the runs
        """
        with read_ahead.beside(self.env) as ahead:
            runs = self.create(vals_list)
            runs._run(ahead)
        return runs

    def _run(self, ahead):
        # Officers make runs; what a run becomes is for grading alone to write.
        self.check_access("create")
        for run in self.sudo():
            run._start(ahead)
            while run.state == "running":
                run._next_chunk(ahead)
            if not run.simulation:
                # What it stored, and what followed from that, is not there yet for others.
                ahead = None
        return True

    def action_cancel(self):
        """Stop a run; customers graded so far keep their new grades."""
        self.check_access("create")
        open_runs = self.sudo().filtered(lambda run: run.state in ("draft", "running"))
        begun = open_runs.filtered(lambda run: run.state == "running")
        open_runs.write({"state": "cancel"})
        for run in begun:
            run._settle_events()

    def action_open_changes(self):
        self.ensure_one()
        self.check_access("read")
        domain = Domain("run_id", "=", self.id) & TIER_LINES
        return open_list(self.env, "customer_tiering.customer_tier_change_action", domain)

    def action_open_stage_changes(self):
        self.ensure_one()
        self.check_access("read")
        domain = STAGE_LINES & Domain("run_id", "=", self.id)
        return open_list(self.env, "customer_tiering.customer_tier_change_action_stage", domain)

    def action_open_proposals(self):
        self.ensure_one()
        return open_list(
            self.env,
            "customer_tiering.customer_tier_proposal_action",
            [("run_id", "=", self.id)],
            search_default_open=bool(self.open_proposal_count),
        )

    def action_accept_proposals(self):
        """Accept everything that this grading proposed and that is still open."""
        self.ensure_one()
        self.check_access("read")
        proposals = self.env["customer.tier.proposal"]
        return proposals.search([("run_id", "=", self.id), *OPEN]).action_accept()

    def action_open_events(self):
        self.ensure_one()
        return open_list(
            self.env,
            "customer_tiering.customer_tier_event_action",
            [("run_id", "=", self.id)],
            search_default_held=bool(self.held_event_count),
        )

    def action_tell(self):
        """Show what telling about this grading would come to, and ask."""
        self.ensure_one()
        self.check_access("read")
        if not self.untold:
            return self._held_events().action_tell()
        return self.env["customer.tier.tell"]._open(run=self)

    def action_discard_events(self):
        """Tell nobody about what is held of this grading."""
        self.ensure_one()
        self.check_access("read")
        return self._held_events().action_discard()

    def _held_events(self):
        held = [("run_id", "=", self.id), ("state", "=", "held")]
        return self.env["customer.tier.event"].search(held)

    # One run

    def _start(self, ahead=None):
        """Begin, unless it has begun already.

        :param ahead: see :meth:`_next_chunk`
        """
        self.ensure_one()
        if self.state == "running":
            return
        if self.state != "draft":
            raise UserError(
                self.env._("%s has ended already. Start a new grading instead.", self.name)
            )
        if not self.simulation:
            self._refuse_second()
        programs = self.env["customer.tier.program"]._for_company(self.company_id)
        if not programs and not self._has_left_behind(self.company_id):
            raise UserError(
                self.env._(
                    "There is no tier programme for %s yet. Make one under Sales › "
                    "Configuration › Customer Tiers first.",
                    self.company_id.name,
                )
            )
        if ahead:
            ahead.start((self.id, 0), self._reading(0))
        cuts = programs._measure_top_shares(self.as_of)
        if not self.simulation:
            moved = programs.tier_ids.filtered(lambda t: t.id in cuts and cuts[t.id] != t.top_cut)
            stamp = self.env["customer.tier.due"]._stamp(self.company_id)
            self.write({"whole_programs": moved.program_id.ids, "stamp": stamp})
            programs._freeze_rhythm(self.as_of)
            if not self._is_of_old_day():
                programs._freeze_top_shares(cuts, self.as_of)
        self.write(
            {
                "state": "running",
                "started_at": fields.Datetime.now(),
                "matrix": {},
                "cuts": {str(tier_id): cut for tier_id, cut in cuts.items()},
            }
        )

    def _refuse_second(self):
        """Two gradings in turns would mix: each has its own day, and its own shares of the best.

        :raise UserError: when a grading of the company is under way, or working at this moment
        """
        self.env["customer.tier.pipeline"]._lock_or_refuse(self.company_id)
        under_way = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "running"),
                ("simulation", "=", False),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if under_way:
            raise UserError(
                self.env._(
                    "“%(run)s” is under way, with %(count)s customers so far. Wait until it is "
                    "done; or open it under Grading Runs, and go on with it or cancel it.",
                    run=under_way.name,
                    count=under_way.customer_count,
                )
            )

    @api.model
    def _has_left_behind(self, company):
        """Whether customers of a company are still in the tiers of a programme: archiving the
        last one must not leave them there, with their prices, for good."""
        graded = [("company_id", "=", company.id), ("program_id", "!=", False)]
        return bool(self.env["customer.tier.standing"].sudo().search_count(graded, limit=1))

    def _next_chunk(self, ahead=None):
        """Grade the next chunk of customers, or finish.

        :param ahead: ``ReadAhead``, which reads the chunk behind it meanwhile
        :return: whether there is more to do
        """
        self.ensure_one()
        # What stores nothing is in nobody's way.
        if not self.simulation:
            self.env["customer.tier.pipeline"]._lock_or_refuse(self.company_id)
        started = time.monotonic()
        more = self._grade_due() if self.partial else self._grade_everybody(ahead)
        self.duration += time.monotonic() - started
        if not more:
            self._finish()
        return more

    def _grade_everybody(self, ahead=None):
        """Grade the next of all customers.

        :param ahead: see :meth:`_next_chunk`
        :return: whether there are more
        """
        if not self.last_partner_id and not self.simulation:
            self._add(self.env["customer.tier.due"]._begin(self))
        high, more = self._chunk_end(self.last_partner_id)
        if high:
            # Behind the last customer may be standings of partners who are contacts by now.
            known = ahead and ahead.take((self.id, self.last_partner_id))
            if ahead and more:
                ahead.start((self.id, high), self._reading(high))
            tally = self._grade_between(self.last_partner_id, high if more else LAST_ID, known)
            self._add(tally)
            self.last_partner_id = high
        return more

    def _reading(self, after):
        """Function of an environment that reads the chunk behind a partner for this run."""
        high, more = self._chunk_end(after)
        return self.env["customer.tier.pipeline"]._reading(
            self.company_id,
            self.as_of,
            self.env["customer.tier.gather"]._scope_between(after, high if more else LAST_ID),
            self._cuts(),
            self._replay_days(),
        )

    def _grade_due(self):
        """Grade the next of those whom a night has to look at; where it had to look at many, go
        over to everybody.

        :return: whether there are more
        """
        gather, finder = self.env["customer.tier.gather"], self.env["customer.tier.due"]
        after, whole = self.last_partner_id, self.whole_programs or []
        night = finder._of_night(self, gather._scope_between(after, LAST_ID))
        if not after:
            self.seen = night.seen
            if night.is_hardly_cheaper():
                self.partial = False
                return True
        due, more = night.next(self._chunk_size())
        self.rest = night.due[len(due) :].tolist()
        last = due[-1] if more else LAST_ID
        tally = finder._untouched(self.company_id, after, last if more else None, night, due)
        if due:
            tally.add(self._grade_scope(gather._scope_of(due)))
        tally.errors += night.errors
        tally.counts["written"] += night.written
        # How customers spread is told by all of them.
        tally.spreads = {id_: spread for id_, spread in tally.spreads.items() if id_ in whole}
        self._add(tally)
        self.last_partner_id = last
        return more

    def _grade_between(self, after, until, known=None):
        """Grade the customers behind one partner id up to another one; the run itself is not
        written.

        :param known: what was read of them ahead
        :return: ``Tally``
        """
        scope = self.env["customer.tier.gather"]._scope_between(after, until)
        return self._grade_scope(scope, known)

    def _grade_scope(self, scope, known=None):
        # A chunk's part of an index is too small for PostgreSQL to share it among workers, which
        # then read all of another index instead: for each chunk, and the more customers there are.
        self.env.cr.execute("SET LOCAL min_parallel_index_scan_size = 0")
        return self.env["customer.tier.pipeline"]._grade(
            self.company_id,
            self.as_of,
            scope,
            store=not self.simulation,
            run_id=self.id,
            cuts=self._cuts(),
            days=self._replay_days(),
            known=known,
        )

    def _cuts(self):
        """Where shares of the best begin for this run, dict tier id → cut."""
        return {int(tier_id): cut for tier_id, cut in (self.cuts or {}).items()}

    def _replay_days(self):
        """Hook: days to grade on again and again, none unless this is a replay."""
        return []

    def _chunk_size(self):
        """Hook: how many partners a chunk is made of."""
        return CHUNK_SIZE

    def _chunk_end(self, after):
        """Highest commercial partner id of the chunk behind one (0 when there is none), and
        whether others may come after it."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT COALESCE(MAX(id), 0), COUNT(*) = %(size)s
                  FROM (SELECT id FROM (SELECT id, commercial_partner_id FROM res_partner
                                         WHERE id > %(last)s ORDER BY id OFFSET 0) p
                         WHERE commercial_partner_id = id LIMIT %(size)s) chunk
                """,
                last=after,
                size=self._chunk_size(),
            )
        )
        return self.env.cr.fetchone()

    def _add(self, tally):
        """Add what a chunk came to."""
        from ..grading.spread import merged

        matrix = self.matrix or {}
        for (before, after), number in tally.matrix.items():
            row = matrix.setdefault(str(before), {})
            row[str(after)] = row.get(str(after), 0) + int(number)
        counts = tally.counts
        self.write(
            {
                "matrix": matrix,
                "spreads": merged(self.spreads, tally.spreads),
                "customer_count": self.customer_count + counts["customers"],
                "looked_count": self.looked_count + counts["customers"] - counts["untouched"],
                "written_count": self.written_count + counts["written"],
                "first_count": self.first_count + counts["first"],
                "up_count": self.up_count + counts["up"],
                "down_count": self.down_count + counts["down"] + counts["out"],
                "correction_count": self.correction_count + counts["correction"],
                "stage_count": self.stage_count + counts["stage"],
                "asked_up_count": self.asked_up_count + counts["asked_up"],
                "asked_down_count": self.asked_down_count + counts["asked_down"],
                "error_ids": [
                    fields.Command.create(error) for error in self._new_errors(tally.errors)
                ],
            }
        )

    def _new_errors(self, errors):
        """Those not listed yet: a broken programme or metric fails in every chunk, once is
        enough. Of customers whom nights left out not all are named."""
        known = {(e.program_id.id, e.metric_id.id, e.message) for e in self.error_ids}
        for error in self.error_ids._named(self, errors):
            cause = (error.get("program_id", False), error.get("metric_id", False))
            cause += (error["message"],)
            if error.get("partner_id") or cause not in known:
                known.add(cause)
                yield error

    def _finish(self):
        if not self.simulation and not QUIET.is_on(self.env):
            self.untold = not self.company_id.customer_tier_graded_on
        self._keep_spreads()
        later = self.env["customer.tier.gather"]._later_order_count(self.company_id, self.as_of)
        now = fields.Datetime.now()
        self.write({"state": "done", "later_order_count": later, "finished_at": now})
        if not self.simulation:
            self._note_first_grading()
            self.company_id.write(self.env["customer.tier.due"]._complete_vals(self))
            if not self._is_of_old_day():
                self._follow_up()
            self._leave_to_people()
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

    def _note_first_grading(self):
        """From now on, who is new in these programmes rises like others."""
        programs = self.env["customer.tier.program"]._for_company(self.company_id)
        fresh = programs.filtered(lambda program: not program.first_graded_on)
        if fresh:
            SAVING.on(fresh).write({"first_graded_on": self.as_of})

    def _keep_spreads(self):
        """Keep on the programmes how their customers spread, now that all are graded."""
        programs = self.env["customer.tier.program"]
        if self._is_of_old_day():
            programs._for_company(self.company_id)._forget_rhythm(self.as_of)
            self.spreads = False
        for program_id, spread in (self.spreads or {}).items():
            program = programs.browse(int(program_id)).exists()
            # Writing a programme empties the caches of all workers: not in a night like the last.
            if program.spread != spread:
                proposed = threshold_fit.proposed(program, spread, self.as_of)
                # The rules stay as they are, so there is nothing to check.
                saving = SAVING.on(program)
                saving.write({"spread": spread, "proposed_thresholds": proposed})
                programs._settle_saved(saving, known=program)
        self.spreads = False

    def _is_of_old_day(self):
        """Whether this grades as of a day that is over; a night's grading may end on the next."""
        self.ensure_one()
        today = self.env["customer.tier.gather"]._today(self.company_id)
        return self.as_of < today - timedelta(days=1)

    def _follow_up(self):
        """What is due after a finished grading. Hook: glue addons act on customers here, which
        nobody does about a day long past."""
        self.ensure_one()
        self.env["res.users"]._customer_tier_hand_over_stray(self.company_id)

    def _leave_to_people(self):
        """Let messages go or wait, and ask who decides or mends."""
        self._settle_events()
        self._close_answered()
        run_todos.ask_responsible(self)
        run_todos.report_problems(self)

    # The nightly job, and customers whose orders changed

    @api.model
    def _grade_partners(self, partners, company=None):
        """Grade some customers now, as of today, without a run record.

        :param partners: ``res.partner``; their commercial partners are graded
        :return: number of standings that changed
        """
        company = company or self.env.company
        pipeline = self.sudo().env["customer.tier.pipeline"]
        pipeline._lock_or_refuse(company)
        today = self.env["customer.tier.gather"]._today(company)
        tally = pipeline._grade_few(company, today, commercial_ids(partners))
        for error in tally.errors:
            # Metrics and programmes that fail are reported by the next run.
            if "partner_id" in error:
                _logger.error("Grading a customer of %s failed: %s", company.name, error)
        return tally.counts["written"]

    @api.model
    def _cron_grade(self):
        """Grade customers whose orders changed, then everybody once a day, in chunks that are
        committed one by one; whatever is left is taken up by the next call."""
        due = self._due_companies()
        if due or self.env["customer.tier.stale"].search_count([], limit=1):
            self._come_back(LATER)
        if not self._grade_stale(later=len(due)):
            return
        for position, company in enumerate(due, start=1):
            later = len(due) - position
            try:
                run = self._daily_run(company)
                if run and not self._run_in_slices(run, later=later):
                    return
            except Exception as error:
                self._put_off(company, error)
        self.env["res.company"]._customer_tier_wake_at_night()
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _grade_stale(self, later=0):
        """Work off the queue of customers whose orders changed, a company at a time.

        :param later: what remains to be done afterwards
        :return: False when time is up
        """
        Stale = self.env["customer.tier.stale"]
        Cron = self.env["ir.cron"]
        busy = self.env["res.company"]
        remaining = Stale.search_count([])
        time_left = Cron._commit_progress(remaining=remaining + later)
        while remaining and time_left:
            waiting = [("company_id", "not in", busy.ids)]
            company = Stale.search(waiting, order="id", limit=1).company_id
            if not company:
                # Contacts that were merged or deleted meanwhile took their entries along.
                break
            try:
                done = self._grade_entries(company)
            except Exception as error:
                self._put_off(company, error)
                done = 0
            if not done:
                busy |= company
            remaining = Stale.search_count([("company_id", "not in", busy.ids)])
            time_left = Cron._commit_progress(done, remaining=remaining + later)
        return bool(time_left)

    @api.model
    def _grade_entries(self, company):
        """Grade the customers of a company who have waited longest.

        :return: how many entries of the queue that were; 0 when somebody else grades the company
        """
        if not self._lock_or_come_back(company):
            return 0
        queue = self.env["customer.tier.stale"].search(
            [("company_id", "=", company.id)], order="id", limit=CHUNK_SIZE
        )
        self._grade_partners(queue.partner_id, company)
        self.env["sale.order"]._customer_tier_note_orders(queue.partner_id)
        done = len(queue)
        queue.unlink()
        return done

    @api.model
    def _put_off(self, company, error):
        """Take back what could not be stored, the last chunk at most, and let the other companies
        have their turn."""
        self.env.cr.rollback()
        if isinstance(error, TransactionRollbackError):
            # Somebody changed the same customers at the same moment, who goes first.
            _logger.info("Grading company %s is put off: %s", company.id, error)
            self._come_back(SOON)
        else:
            _logger.error("Customers of company %s could not be graded", company.id, exc_info=error)

    @api.model
    def _come_back(self, after):
        """Wake the job again after some time, unless something else does so before."""
        cron = self.env.ref("customer_tiering.ir_cron_grade")
        now = fields.Datetime.now()
        awaited = [("cron_id", "=", cron.id), ("call_at", ">", now), ("call_at", "<=", now + after)]
        if not self.env["ir.cron.trigger"].search_count(awaited, limit=1):
            cron._trigger(at=now + after)

    @api.model
    def _lock_or_come_back(self, company):
        """Take the lock of a company, or wake the job again in a minute: failing too often, it
        would be switched off.

        :return: False when somebody else is grading the company
        """
        locked = self.env["customer.tier.pipeline"]._lock(company)
        if not locked:
            self._come_back(SOON)
        return locked

    @api.model
    def _due_companies(self):
        """Companies with a run that is under way, or that are to be graded today."""
        today = self.env["customer.tier.gather"]._today
        running = self.search([("state", "=", "running"), ("simulation", "=", False)]).company_id
        Program = self.env["customer.tier.program"]
        companies = Program.search([("company_id", "!=", False)]).company_id
        archived = Program.search([("active", "=", False), ("company_id", "not in", companies.ids)])
        companies |= archived.company_id.filtered(self._has_left_behind)
        return companies.filtered(
            lambda company: (
                company in running
                or company.customer_tier_nightly
                and (company.customer_tier_graded_on or date.min) < today(company)
            )
        )

    @api.model
    def _daily_run(self, company):
        """The run of a company that is under way, or a new one; none while somebody else is
        grading the company: starting one measures what others may be storing."""
        under_way = [("state", "=", "running"), ("simulation", "=", False)]
        run = self.search([("company_id", "=", company.id), *under_way], order="id", limit=1)
        if not run and self._lock_or_come_back(company):
            as_of = self.env["customer.tier.gather"]._today(company)
            run = self.create({"company_id": company.id, "as_of": as_of})
            run._start()
            run.write(self.env["customer.tier.due"]._night_vals(company, as_of, run.stamp))
        return run

    @api.model
    def _run_in_slices(self, run, later=0):
        """Go on with a run until it ends, somebody else grades the company, or time is up.

        :param later: what remains to be done afterwards
        :return: False when time is up
        """
        Cron = self.env["ir.cron"]
        time_left = Cron._commit_progress(remaining=1 + later)
        while time_left and run.state == "running" and self._lock_or_come_back(run.company_id):
            before = run.customer_count
            more = run._next_chunk()
            done = run.customer_count - before or 1
            time_left = Cron._commit_progress(done, remaining=more + later)
        return bool(time_left)

    # What they came to

    def _summary(self):
        """What these came to, as one line of text."""
        return run_words.summary(self)

    def _notification(self, then):
        """Client action that tells what these came to, with a link to each, and goes on.

        :param then: the action that follows
        """
        return run_words.notify(self, then)

    def _settle_events(self):
        """Let the events of this run go; those of an earlier day are old news that somebody has
        to want."""
        self.ensure_one()
        self.env["customer.tier.event"]._settle(
            self.company_id, SQL("run_id = %s", self.id), ask=self._is_of_old_day()
        )

    def _close_answered(self):
        """Close the to-dos of runs that leave nothing to decide about any more."""
        run_todos.close_answered(self)
