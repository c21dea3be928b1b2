import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ..explain.timeline import format_month
from ..tools import error_text, notification

_logger = logging.getLogger(__name__)

# Each day grades all customers again: more would keep the job at it for hours.
MAX_DAYS = 400
# The longest time from one grading to the next.
PERIOD_DAYS = {"day": 1, "month": 31, "quarter": 92, "year": 366}
# Gradings that are over before whoever pressed the button gets tired of it.
SHORT = 60
# Customers times gradings of one slice: as much as a year and a half by months of a chunk of a
# grading, but never so few customers that reading the days themselves is all that a slice does.
SLICE_GRADINGS = 18
LEAST_SLICE = 2000


class CustomerTierRun(models.Model):
    """Replays: simulated gradings that show what the programmes of today would have done over some
    past time, beginning with nobody in any tier. Standings are left alone.

    Those that take longer than somebody waits have a job of their own, which works them off in
    slices of customers, each committed, beside the gradings and without their lock.
    """

    # A job of its own, beside the nightly one.
    _inherit = "customer.tier.run"  # pylint: disable=consider-merging-classes-inherited

    replay_from = fields.Date(
        help="Grades again and again from this day up to the as-of date, as if nobody had been "
        "graded before. Orders count from their own day on; numbers kept by hand or taken from "
        "other records, and shares of the best, are those of the as-of date on all days. What "
        "needs approval is approved at once.",
    )
    replay_every = fields.Selection(
        selection=[
            ("day", "Every day"),
            ("month", "On the first of each month"),
            ("quarter", "On the first of each quarter"),
            ("year", "On 1 January"),
        ],
        default="month",
        help="How often customers are graded after the first day. When tiers are lost is up to "
        "the reviews of the programme.",
    )
    replay = fields.Json(
        readonly=True, copy=False, help="How many customers moved, by month and reason."
    )
    replay_table = fields.Html(
        string="Movements by Month", compute="_compute_replay_table", sanitize=False
    )
    reversal_count = fields.Integer(
        string="Reversals",
        readonly=True,
        copy=False,
        help="How often a customer went up and down again, or down and up again, within 92 days.",
    )
    progress = fields.Float(
        compute="_compute_progress", help="Share of the customers who are done, in percent."
    )

    @api.constrains("simulation", "replay_from", "replay_every", "as_of")
    def _check_replay(self):
        for run in self.filtered("replay_from"):
            if not run.simulation:
                raise ValidationError(
                    self.env._("A replay changes no customer. Tick Simulation, or empty its day.")
                )
            if not run.replay_every:
                raise ValidationError(self.env._("Choose how often the replay grades."))
            if run.replay_from > run.as_of:
                raise ValidationError(
                    self.env._(
                        "A replay from %(start)s cannot end on %(end)s. Let it start earlier.",
                        start=format_date(self.env, run.replay_from),
                        end=format_date(self.env, run.as_of),
                    )
                )
            # A year mistyped is not counted day by day.
            least = (run.as_of - run.replay_from).days // PERIOD_DAYS[run.replay_every]
            count = least if least > MAX_DAYS else len(run._replay_days())
            if count > MAX_DAYS:
                raise ValidationError(
                    self.env._(
                        "A replay of %(count)s gradings takes too long; %(limit)s are the most. "
                        "Let it start later or grade less often.",
                        count=count,
                        limit=MAX_DAYS,
                    )
                )

    @api.depends("replay_from")
    @api.depends_context("lang")
    def _compute_name(self):
        replays = self.filtered("replay_from")
        for run in replays:
            run.name = self.env._(
                "Replay from %(start)s to %(end)s – %(company)s",
                start=format_date(self.env, run.replay_from),
                end=format_date(self.env, run.as_of),
                company=run.company_id.name,
            )
        return super(CustomerTierRun, self - replays)._compute_name()

    def _replay_days(self):
        """The days to grade on, none without a replay."""
        self.ensure_one()
        if not self.replay_from:
            return []
        from ..grading.replay import grading_days

        return grading_days(self.replay_from, self.as_of, self.replay_every)

    def _add(self, tally):
        result = super()._add(tally)
        if self.replay_from:
            months = dict(self.replay or {})
            for (month, reason), number in tally.replay.items():
                row = months.setdefault(month, {})
                row[reason] = row.get(reason, 0) + number
            self.write(
                {
                    "replay": months,
                    "reversal_count": self.reversal_count + tally.counts["reversals"],
                }
            )
        return result

    @api.depends("replay", "replay_from", "replay_every", "as_of", "state")
    @api.depends_context("lang")
    def _compute_replay_table(self):
        for run in self:
            values = run.replay_from and run.state in ("running", "done") and run._replay_values()
            run.replay_table = values and self.env["ir.qweb"]._render(
                "customer_tiering.replay_table", values
            )

    def _replay_values(self):
        """A row for each month with a grading, quiet ones too, and the sums."""
        self.ensure_one()
        counts = self.replay or {}
        months = dict.fromkeys(day.replace(day=1) for day in self._replay_days())
        reasons = ("first", "up", "down", "correction")
        rows = [
            {
                "month": format_month(self.env, month),
                "cells": [counts.get(f"{month:%Y-%m}", {}).get(reason, 0) for reason in reasons],
            }
            for month in months
        ]
        sums = [sum(column) for column in zip(*(row["cells"] for row in rows), strict=True)]
        return {"rows": rows, "sums": sums}

    # The job

    @api.depends("last_partner_id", "state")
    def _compute_progress(self):
        for run in self:
            if run.state == "running":
                done, everybody = run._count_partners()
                run.progress = 100 * done / everybody if everybody else 0
            else:
                run.progress = 100 if run.state == "done" else 0

    def _count_partners(self):
        """Partners that the run has passed, and all of them; customers or not, the run passes
        them."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                "SELECT COUNT(*) FILTER (WHERE id <= %s), COUNT(*) "
                "FROM res_partner WHERE commercial_partner_id = id",
                self.last_partner_id,
            )
        )
        return self.env.cr.fetchone()

    def _chunk_size(self):
        days = len(self._replay_days())
        size = super()._chunk_size()
        return min(size, max(LEAST_SLICE, SLICE_GRADINGS * size // days)) if days else size

    def _is_long(self):
        """Whether this is a replay that nobody should have to wait for."""
        self.ensure_one()
        days = len(self._replay_days())
        return days > SHORT or bool(days) and self._count_partners()[1] > self._chunk_size()

    def action_start(self):
        """Grade at once, or hand a long replay to its job and say so."""
        self.ensure_one()
        if not self._is_long():
            return self.action_run()
        self.check_access("create")
        self.sudo()._start()
        self.env.ref("customer_tiering.ir_cron_replay").sudo()._trigger()
        return notification(
            self.env._(
                "The replay begins within a minute and goes on in the background. You will be "
                "told when it is done."
            ),
            "info",
        )

    def action_refresh(self):
        """Show how far it is: the form reads the record again."""
        self.check_access("read")
        return True

    @api.model
    def _cron_replay(self):
        """Go on with replays, the oldest first, in slices that are committed one by one; whatever
        is left is taken up by the next call."""
        Cron = self.env["ir.cron"]
        runs = self.search([("state", "=", "running"), ("replay_from", "!=", False)], order="id")
        time_left = Cron._commit_progress(remaining=len(runs))
        for position, run in enumerate(runs, start=1):
            later = len(runs) - position
            while time_left and run.state == "running":
                try:
                    more = run._next_chunk()
                except Exception as error:
                    # Whoever cancels it meanwhile makes the slice fail, too.
                    self.env.cr.rollback()
                    more = run._give_up(error)
                time_left = Cron._commit_progress(1, remaining=more + later)
            if run.state == "done":
                run._tell_owner()
            if not time_left:
                return

    def _give_up(self, error):
        """End a replay that fails, or it would be tried for ever.

        :return: False, for there is nothing more to do
        """
        self.ensure_one()
        if self.state == "running":
            _logger.error("%s failed", self.name, exc_info=error)
            problem = fields.Command.create({"message": error_text(error)})
            self.write({"state": "cancel", "error_ids": [problem]})
        return False

    def _tell_owner(self):
        """A word to whoever started it, if they are still there."""
        self.ensure_one()
        run = self.with_context(lang=self.create_uid.lang)
        self.create_uid._bus_send(
            "simple_notification",
            {"type": "success", "message": run.env._("%s is done.", run.name)},
        )
