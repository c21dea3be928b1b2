from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..explain.timeline import format_month

# Each day grades all customers again: more would keep the job at it for hours.
MAX_DAYS = 400
# The longest time from one grading to the next.
PERIOD_DAYS = {"day": 1, "month": 31, "quarter": 92, "year": 366}


class CustomerTierRun(models.Model):
    """Replay: what the programmes of today would have done over some past time, beginning with
    nobody in any tier. Standings are left alone."""

    _inherit = "customer.tier.run"

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
        readonly=True, copy=False, help="Moves by month and reason, see grading/replay.py."
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
        reasons = ("first", "up", "down")
        rows = [
            {
                "month": format_month(self.env, month),
                "cells": [counts.get(f"{month:%Y-%m}", {}).get(reason, 0) for reason in reasons],
            }
            for month in months
        ]
        sums = [sum(column) for column in zip(*(row["cells"] for row in rows), strict=True)]
        return {"rows": rows, "sums": sums}
