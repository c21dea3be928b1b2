import time
from collections import Counter
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import fields, models
from odoo.addons.customer_tiering.models.customer_tier_pipeline import Tally
from odoo.addons.customer_tiering.models.customer_tier_run import LAST_ID
from odoo.addons.queue_job.exception import RetryableJobError

# Seconds from and to which a job comes back when the company's customers are being graded.
BUSY = (5, 15)
# A job that failed all its tries is tried again as often as somebody may have mended the cause.
RETRY_AFTER = timedelta(hours=12)
WAITING = ("wait_dependencies", "pending", "enqueued", "started")


class CustomerTierRunChunk(models.Model):
    """Customers of a run whom one job grades, and what that came to.

    Each job writes a row of its own. Writing the run, which they share, would make all jobs but
    one of those that end at a time begin again.
    """

    _name = "customer.tier.run.chunk"
    _description = "Part of a Grading"
    _order = "after_id"
    _log_access = False

    run_id = fields.Many2one("customer.tier.run", required=True, ondelete="cascade")
    after_id = fields.Integer(required=True, help="The customers behind this one …")
    last_id = fields.Integer(required=True, help="… up to this one.")
    open_end = fields.Boolean(help="And whoever comes behind.")
    job_uuid = fields.Char()
    tally = fields.Json(help="What grading them came to; nothing as long as it is to do.")
    duration = fields.Float()
    error_id = fields.Many2one("customer.tier.run.error", ondelete="set null")

    _chunk_unique = models.UniqueIndex("(run_id, after_id)")

    def _queue(self):
        """See to it that each chunk that is not done has a job."""
        now = fields.Datetime.now()
        todo = self.filtered(lambda chunk: not chunk.tally)
        jobs = self.env["queue.job"].search([("uuid", "in", todo.mapped("job_uuid"))])
        jobs = {job.uuid: job for job in jobs}
        for chunk in todo:
            job = jobs.get(chunk.job_uuid)
            if not job:
                chunk._delay()
            elif job.state == "failed":
                # Connections break when the database restarts, which is over by now.
                lost = (job.exc_name or "").startswith("psycopg2.")
                if lost or (job.date_started or job.date_created) < now - RETRY_AFTER:
                    job.requeue()
                elif not chunk.error_id:
                    chunk._failed(job.exc_message or job.exc_info)
            elif job.state not in WAITING:
                job.requeue()

    def _delay(self):
        run = self.run_id
        job = (
            self.with_context(company_id=run.company_id.id)
            .with_delay(
                description=run.name, identity_key=f"customer_tiering:{run.id}:{self.after_id}"
            )
            ._grade()
        )
        # That of the job with the same key, where there is one already.
        self.job_uuid = job.uuid

    def _grade(self):
        """Grade these customers, as a job.

        :return: a word for the list of jobs
        """
        run = self.exists().run_id
        if run.state != "running" or self.tally:
            return self.env._("Nothing left to do.")
        pipeline = self.env["customer.tier.pipeline"]
        # Customers who ordered go first, and need the company for themselves.
        ordered = [("company_id", "=", run.company_id.id)]
        if self.env["customer.tier.stale"].search_count(ordered, limit=1) or not pipeline._lock(
            run.company_id, shared=True
        ):
            busy = self.env._("Other customers of %s are being graded.", run.company_id.name)
            raise RetryableJobError(busy, seconds=BUSY, ignore_retry=True)
        started = time.monotonic()
        try:
            tally = run._grade_between(self.after_id, LAST_ID if self.open_end else self.last_id)
        except TransactionRollbackError:
            # Tried again without counting as a try.
            raise
        except Exception as error:
            raise RetryableJobError(str(error) or type(error).__name__) from error
        self.write({"tally": _as_json(tally), "duration": time.monotonic() - started})
        self.error_id.unlink()
        self._wake()
        return self.env._("%s customers graded.", tally.counts["customers"])

    def _failed(self, exc_message=None, exc_name=None, **_details):
        """Say on the run that these customers are not graded yet."""
        for chunk in self.exists():
            message = chunk.env._(
                "The customers with ids from %(first)s to %(last)s are not graded yet: %(reason)s. "
                "It is tried again after %(hours)s hours; under Job Queue › Jobs, requeue the job "
                "to have it tried at once.",
                first=chunk.after_id + 1,
                last=chunk.last_id,
                reason=exc_message or exc_name,
                hours=RETRY_AFTER // timedelta(hours=1),
            )
            if chunk.error_id:
                chunk.error_id.message = message
            else:
                vals = {"run_id": chunk.run_id.id, "message": message}
                chunk.error_id = chunk.error_id.create(vals)
            chunk._wake(at=fields.Datetime.now() + timedelta(minutes=1))
            chunk._wake(at=fields.Datetime.now() + RETRY_AFTER + timedelta(minutes=1))

    def _wake(self, at=None):
        """Have the cron look after the run."""
        self.env.ref("customer_tiering.ir_cron_grade").sudo()._trigger(at=at)

    def _tally(self):
        """What grading them came to, as ``customer.tier.run._add`` takes it."""
        from odoo.addons.customer_tiering.grading.spread import Spread

        known = self.tally
        return Tally(
            counts=Counter(known["counts"]),
            matrix=Counter({(before, after): n for before, after, n in known["matrix"]}),
            errors=known["errors"],
            spreads={int(id_): Spread.from_json(s) for id_, s in known["spreads"].items()},
        )


def _as_json(tally):
    """Plain values of a ``Tally`` that stored something."""
    return {
        "counts": {name: int(number) for name, number in tally.counts.items()},
        "matrix": [[int(b), int(a), int(n)] for (b, a), n in tally.matrix.items()],
        "errors": tally.errors,
        "spreads": {id_: spread.to_json() for id_, spread in tally.spreads.items()},
    }
