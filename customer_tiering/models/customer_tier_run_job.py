import logging
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from . import customer_tier_run

_logger = logging.getLogger(__name__)


class CustomerTierRun(models.Model):
    """Gradings that nobody starts by hand: of customers whose orders changed, and every night."""

    _inherit = "customer.tier.run"

    @api.model
    def _grade_partners(self, partners, company=None):
        """Grade some customers now, as of today, without a run record.

        :param partners: ``res.partner``; their commercial partners are graded
        :return: number of standings that changed
        """
        company = company or self.env.company
        pipeline = self.sudo().env["customer.tier.pipeline"]
        if not pipeline._lock(company):
            raise UserError(
                self.env._(
                    "The customers of %s are being graded right now. Try again in a minute.",
                    company.name,
                )
            )
        gather = self.env["customer.tier.gather"]
        scope = gather._scope_of(partners.commercial_partner_id.ids)
        tally = pipeline._grade(company, gather._today(company), scope)
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
        if not self._grade_stale(later=len(due)):
            return
        for position, company in enumerate(due, start=1):
            try:
                if not self._run_in_slices(self._daily_run(company), later=len(due) - position):
                    return
            except Exception:
                # Takes back the last chunk only, and the other companies have their turn.
                self.env.cr.rollback()
                _logger.exception("Customers of company %s could not be graded", company.id)
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _grade_stale(self, later=0):
        """Work off the queue of customers whose orders changed.

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
            queue = Stale.search(waiting, order="id", limit=customer_tier_run.CHUNK_SIZE)
            for company, entries in queue.grouped("company_id").items():
                if not self._lock_or_come_back(company):
                    busy |= company
                    queue -= entries
                    continue
                self._grade_partners(entries.partner_id, company)
                self.env["customer.reminder"]._close_fulfilled(entries.partner_id)
            done = len(queue)
            queue.unlink()
            remaining = Stale.search_count([("company_id", "not in", busy.ids)])
            time_left = Cron._commit_progress(done, remaining=remaining + later)
        return bool(time_left)

    @api.model
    def _lock_or_come_back(self, company):
        """Take the lock of a company, or wake the job again in a minute: failing too often, it
        would be switched off.

        :return: False when somebody else is grading the company
        """
        locked = self.env["customer.tier.pipeline"]._lock(company)
        if not locked:
            moment = fields.Datetime.now() + timedelta(minutes=1)
            self.env.ref("customer_tiering.ir_cron_grade")._trigger(at=moment)
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
        """The run of a company that is under way, or a new one."""
        under_way = [("state", "=", "running"), ("simulation", "=", False)]
        run = self.search([("company_id", "=", company.id), *under_way], order="id", limit=1)
        if not run:
            as_of = self.env["customer.tier.gather"]._today(company)
            run = self.create({"company_id": company.id, "as_of": as_of})
            run._start()
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
