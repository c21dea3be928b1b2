import logging
from datetime import date, timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError

from . import customer_tier_run

_logger = logging.getLogger(__name__)

# When the job comes back to a company that somebody else is grading or working in right now.
SOON = timedelta(minutes=1)
# When it comes back to what it could not finish. Odoo puts a job that was killed three times in a
# row, or that failed, off to its next regular call, which is tomorrow.
LATER = timedelta(hours=1)


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
            [("company_id", "=", company.id)], order="id", limit=customer_tier_run.CHUNK_SIZE
        )
        self._grade_partners(queue.partner_id, company)
        self.env["customer.reminder"]._close_fulfilled(queue.partner_id)
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
