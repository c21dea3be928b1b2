from itertools import takewhile

from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_pipeline import Tally
from odoo.tools import config


class CustomerTierRun(models.Model):
    """Nightly gradings as jobs, side by side on any number of workers.

    The cron alone writes the run: it hands out the chunks and, woken by each of them, takes in
    what they came to. Odoo runs a cron once at a time, so a run ends once, however many workers
    end at the same time.
    """

    _inherit = "customer.tier.run"

    chunk_ids = fields.One2many("customer.tier.run.chunk", "run_id", readonly=True)

    @api.model
    def _run_in_slices(self, run, later=0):
        # A night that looks at few customers is not worth jobs.
        if run.partial or not (self._has_workers() and run._split()):
            return super()._run_in_slices(run, later)
        # In the order of the customers, so that the run resumes behind them without jobs, too.
        run._take_in(list(takewhile(lambda chunk: chunk.tally, run.chunk_ids)))
        if run.chunk_ids:
            run.chunk_ids._queue()
        elif run._lock_or_come_back(run.company_id):
            run._finish()
        return bool(self.env["ir.cron"]._commit_progress(1, remaining=later))

    @api.model
    def _has_workers(self):
        """Whether there is somebody to work jobs off; left to nobody, customers would never be
        graded."""
        return "queue_job" in config["server_wide_modules"]

    def _split(self):
        """Divide the customers who are left into chunks.

        :return: whether there are any; a single one is not worth a job
        """
        self.ensure_one()
        if self.chunk_ids:
            return True
        chunks, after, more = [], self.last_partner_id, True
        while more:
            last, more = self._chunk_end(after)
            if last:
                chunks.append({"run_id": self.id, "after_id": after, "last_id": last})
                after = last
        if len(chunks) < 2:
            return False
        chunks[-1]["open_end"] = True
        if not self.last_partner_id:
            self._add(self.env["customer.tier.due"]._begin(self))
        self.env["customer.tier.run.chunk"].create(chunks)
        self._freeze_rules()
        return True

    def _freeze_rules(self):
        """Record the rules before the jobs do, of whom all but one would have to try again."""
        cuts = {int(tier_id): cut for tier_id, cut in (self.cuts or {}).items()}
        for program in self.env["customer.tier.program"]._for_company(self.company_id):
            policy = self.env["customer.tier.pipeline"]._policy(program, cuts, Tally())
            if policy:
                self.env["customer.tier.policy"]._freeze(program, policy)

    def _take_in(self, chunks):
        """Add what chunks came to, and have done with them."""
        for chunk in chunks:
            self._add(chunk._tally())
            self.duration += chunk.duration
            self.last_partner_id = chunk.last_id
            chunk.unlink()

    def action_cancel(self):
        self.check_access("create")
        for run in self.sudo():
            run._take_in(run.chunk_ids.filtered("tally"))
        # Jobs that are at it find theirs gone, and leave no trace.
        self.sudo().chunk_ids.unlink()
        return super().action_cancel()

    def _finish(self):
        self.chunk_ids.unlink()
        return super()._finish()
