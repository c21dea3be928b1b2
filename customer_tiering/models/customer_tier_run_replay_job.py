import logging

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Gradings that are over before whoever pressed the button gets tired of it.
SHORT = 60
# Customers times gradings of one slice: as much as a year by months of a chunk of a grading, but
# never so few customers that reading the days themselves is all that a slice does.
SLICE_GRADINGS = 12
LEAST_SLICE = 2000


class CustomerTierRun(models.Model):
    """Replays that take longer than somebody waits: a job of their own works them off in slices
    of customers, each committed, beside the gradings and without their lock."""

    _inherit = "customer.tier.run"

    progress = fields.Float(
        compute="_compute_progress", help="Share of the customers who are done, in percent."
    )

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
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The replay begins within a minute and goes on in the background. You will "
                    "be told when it is done."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

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
            message = str(error) or type(error).__name__
            self.write(
                {"state": "cancel", "error_ids": [fields.Command.create({"message": message})]}
            )
        return False

    def _tell_owner(self):
        """A word to whoever started it, if they are still there."""
        self.ensure_one()
        run = self.with_context(lang=self.create_uid.lang)
        self.create_uid._bus_send(
            "simple_notification",
            {"type": "success", "message": run.env._("%s is done.", run.name)},
        )
