from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.customer_tiering.grading import pipeline
from odoo.addons.customer_tiering.models.customer_tier_pipeline import LOCK_CLASS
from odoo.addons.customer_tiering.tests.common import CHUNK_SIZE, OWN, GradingCase
from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.exception import FailedJobError
from odoo.addons.queue_job.job import Job
from odoo.exceptions import AccessError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

PIPELINE = "odoo.addons.customer_tiering.models.customer_tier_pipeline"
CONTROLLER = "odoo.addons.queue_job.controllers.main"
CUSTOMERS = 12
# Moments and ids differ between two gradings of the same customers.
APART = ["id", "run_id", "standing_id", "policy_id", "event_id", "change_id", "proposal_id"]
APART += ["graded_at", "create_date", "write_date", "started_at", "finished_at", "duration"]


class JobsCase(GradingCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.tier.program"].search([]).action_archive()
        cls.env["customer.tier.standing"].search([]).company_id.customer_tier_nightly = False
        cls.Run = cls.env["customer.tier.run"]
        cls.Run.search([("state", "=", "running")]).write({"state": "cancel"})
        cls.cron = cls.env.ref("customer_tiering.ir_cron_grade")
        cls.program = cls._create_program(domain=OWN)
        cls.customers = [
            cls._create_own_customer(f"Customer {n}", (n + 1, 1500 * n), (60, 20000 - 1500 * n))
            for n in range(CUSTOMERS)
        ]
        cls.env["customer.tier.stale"].search([]).unlink()
        cls.env["queue.job"].search([]).unlink()
        # Most chunks have some of these customers, and the first ones others.
        size = cls.env["res.partner"].search_count([("parent_id", "=", False)]) // 2
        cls.startClassPatcher(patch(CHUNK_SIZE, max(3, min(size, CUSTOMERS // 3))))
        cls.startClassPatcher(patch.object(type(cls.Run), "_has_workers", lambda run: True))

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def _run(self):
        return self.Run.search([("company_id", "=", self.company.id)], limit=1)

    def _jobs(self, *states):
        domain = [("state", "in", states)] if states else [("state", "!=", False)]
        return self.env["queue.job"].search(
            [("model_name", "=", "customer.tier.run.chunk"), *domain], order="id"
        )

    def _work(self, jobs):
        """Do jobs as a worker does."""
        for record in jobs:
            self.env.flush_all()
            with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
                job = Job.load(self.env(cr=cr), record.uuid)
                job.set_started()
                # Postponing is written by a cursor of its own, which here is the same one.
                with patch.object(cr, "rollback"), suppress(FailedJobError):
                    RunJobController._runjob(job.env, job)
            self.env.invalidate_all()

    def _break_chunk(self, partner):
        """Nobody in the chunk of a customer can be graded, for a reason that is not theirs."""

        def grade_between(run, after, until):
            if after < partner.id <= until:
                raise OSError("disk full")
            return real(run, after, until)

        real = type(self.Run)._grade_between
        return patch.object(type(self.Run), "_grade_between", grade_between)

    def _tries(self, job, number):
        for _try in range(number):
            self._work(job)

    def _written(self):
        """All columns of what a grading writes, but for ids and moments."""
        self.env.flush_all()
        tables = {
            "customer_tier_standing": SQL("t.company_id = %s", self.company.id),
            "customer_tier_change": SQL("s.company_id = %s", self.company.id),
            "customer_tier_event": SQL("t.company_id = %s", self.company.id),
            "customer_tier_proposal": SQL("t.company_id = %s", self.company.id),
            "customer_tier_run": SQL("t.company_id = %s", self.company.id),
            "customer_tier_run_error": SQL("t.company_id = %s", self.company.id),
            "customer_reminder": SQL("t.company_id = %s", self.company.id),
            "customer_tier_program": SQL("t.company_id = %s", self.company.id),
        }
        outcome = {}
        for table, condition in tables.items():
            partner = SQL("NULL")
            join = SQL()
            if table in ("customer_tier_change", "customer_tier_event", "customer_tier_proposal"):
                partner = SQL("s.partner_id")
                join = SQL("JOIN customer_tier_standing s ON s.id = t.standing_id")
            self.env.cr.execute(
                SQL(
                    "SELECT %s, (to_jsonb(t) - %s #- '{seen,transaction}')::text "
                    "FROM %s t %s WHERE %s ORDER BY 1, 2",
                    partner,
                    APART,
                    SQL.identifier(table),
                    join,
                    condition,
                )
            )
            outcome[table] = self.env.cr.fetchall()
        return outcome

    def _by_jobs(self):
        self._run_cron()
        self.assertEqual(self._run().state, "running")
        self._work(self._jobs("pending"))
        self._run_cron()
        self.assertEqual(self._run().state, "done")

    def _rolled_back(self, work):
        """What some work comes to, which is taken back."""
        savepoint = self.env.cr.savepoint()
        work()
        outcome = self._written()
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        return outcome

    def _by_cron(self):
        with patch.object(type(self.Run), "_has_workers", lambda run: False):
            self._run_cron()


@tagged("post_install", "-at_install")
class TestJobs(JobsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._grade(as_of=cls._days_ago(30))
        cls.customers.append(cls._create_own_customer("Newcomer", (1, 9000)))
        cls.env["customer.tier.stale"].search([]).unlink()

    def test_same_as_the_cron(self):
        """Divided among workers, a grading came to something else: other grades, another history,
        customers counted twice or left out at the borders."""
        before = self._written()
        by_cron = self._rolled_back(self._by_cron)
        by_jobs = self._rolled_back(self._by_jobs)
        self.assertEqual(by_cron, by_jobs)
        # What the next night has to know.
        self.assertIn('"tables"', by_jobs["customer_tier_run"][-1][1])
        for table in ("change", "event", "run"):
            self.assertNotEqual(by_jobs[f"customer_tier_{table}"], before[f"customer_tier_{table}"])

    def test_jobs_in_any_order(self):
        """Which worker is faster is chance; the grading of tonight must not be."""
        by_cron = self._rolled_back(self._by_cron)
        self._run_cron()
        for job in reversed(self._jobs("pending")):
            self._work(job)
            self._run_cron()
        self.assertEqual(by_cron, self._written())

    def test_one_broken_customer(self):
        """A customer who cannot be graded is listed on the run, and the others in the chunk are
        graded; without the job, which did its work, being tried again."""

        def grade(facts, program, as_of):
            if self.customers[5].id in facts.customers:
                raise ArithmeticError("no such number")
            return real(facts, program, as_of)

        real = pipeline.grade
        with patch.object(pipeline, "grade", grade), mute_logger(PIPELINE):
            by_cron = self._rolled_back(self._by_cron)
            self._by_jobs()
        self.assertEqual(by_cron, self._written())
        self.assertEqual(self._run().error_ids.partner_id, self.customers[5])
        self.assertEqual(set(self._jobs().mapped("retry")), {1})

    def test_handed_out_once(self):
        """The cron is woken by every order. Each time it queued all chunks again, and they were
        graded over and over."""
        self._run_cron()
        jobs = self._jobs()
        self.assertGreater(len(jobs), 3)
        self.assertEqual(len(set(jobs.mapped("identity_key"))), len(jobs))
        self.assertEqual(set(jobs.mapped("channel")), {"root.customer_tiering"})
        self.assertEqual(jobs.company_id, self.company)
        self._run_cron()
        self.assertEqual(self._jobs(), jobs)
        # The key of a job that has begun protects no longer.
        Job.load(self.env, jobs[0].uuid).set_started()
        jobs[0].state = "started"
        self._run_cron()
        self.assertEqual(self._jobs(), jobs)

    def test_identity_key(self):
        """Should the cron forget what it has queued, the key still knows."""
        self._run_cron()
        jobs = self._jobs()
        chunk = self._run().chunk_ids[0]
        chunk.job_uuid = False
        chunk._queue()
        self.assertEqual(self._jobs(), jobs)
        self.assertEqual(chunk.job_uuid, jobs[0].uuid)

    def test_small_company(self):
        """Those who fit into one chunk are graded at once, jobs or not."""
        with patch(CHUNK_SIZE, 10**6):
            self._run_cron()
        self.assertFalse(self._jobs())
        self.assertEqual(self._run().state, "done")

    def test_nobody_works_jobs_off(self):
        """Where Odoo runs without the job runner, customers would wait for ever; so would they
        where it is taken away in the middle of a run."""
        by_cron = self._rolled_back(self._by_cron)
        self._run_cron()
        self._work(self._jobs()[:2])
        self._run_cron()
        self.assertEqual(len(self._run().chunk_ids), len(self._jobs()) - 2)
        self._by_cron()
        self.assertEqual(by_cron, self._written())
        self.assertFalse(self._run().chunk_ids)

    def test_tried_again(self):
        """A chunk that fails for a moment, the disk being full, is tried again by the pattern of
        the job function."""
        self._run_cron()
        job = self._jobs()[-1]
        with self._break_chunk(self.customers[-1]):
            self._tries(job, 2)
        self.assertEqual((job.state, job.retry), ("pending", 2))
        self.assertEqual(job.result, "disk full")
        wait = (job.eta - fields.Datetime.now()).total_seconds()
        self.assertTrue(50 < wait < 70, wait)
        self._work(self._jobs("pending"))
        self._run_cron()
        self.assertEqual((self._run().state, self._run().error_count), ("done", 0))

    def test_failed_for_good(self):
        """The run says which customers are not graded, the others are, and it ends when the cause
        is mended."""
        by_cron = self._rolled_back(self._by_cron)
        self._run_cron()
        *others, job = self._jobs()
        with self._break_chunk(self.customers[-1]), mute_logger(CONTROLLER):
            self._tries(job, 5)
        self.assertEqual(job.state, "failed")
        self._work(others)
        self._run_cron()
        run = self._run()
        self.assertEqual((run.state, job.state), ("running", "failed"))
        self.assertIn("disk full", run.error_ids.message)
        self.assertEqual(run.last_partner_id, run.chunk_ids.after_id, "all others are taken in")
        # Half a day later.
        job.date_started -= timedelta(hours=13)
        self._run_cron()
        self.assertEqual(job.state, "pending")
        self._work(job)
        self._run_cron()
        self.assertEqual((run.state, run.error_count), ("done", 0))
        self.assertEqual(by_cron, self._written())

    def test_lost_connection(self):
        """A restart of the database fails a job at once; half a day is too long to wait then."""
        self._run_cron()
        job = self._jobs()[0]
        job.write({"state": "failed", "exc_name": "psycopg2.OperationalError"})
        self._run_cron()
        self.assertEqual(job.state, "pending")

    def test_lost_job(self):
        """A job that somebody deleted or cancelled would leave the run unfinished for good."""
        self._run_cron()
        first, second, *_others = jobs = self._jobs()
        first.unlink()
        second.button_cancelled()
        self._run_cron()
        self.assertEqual(second.state, "pending")
        self.assertEqual(len(self._jobs("pending")), len(jobs))

    def test_dead_job(self):
        """The runner fails a job whose workers were killed time and again without a word to us."""
        self._run_cron()
        vals = {"state": "failed", "exc_name": "JobFoundDead", "exc_info": "Job found dead"}
        self._jobs()[0].write(vals)
        self._run_cron()
        self._run_cron()
        self.assertEqual(self._run().error_count, 1)
        self.assertIn("Job found dead", self._run().error_ids.message)

    def test_orders_go_first(self):
        """With two workers the company is never free, and whoever ordered would have to wait for
        the end of the run."""
        self._run_cron()
        jobs = self._jobs()
        buyer = self.customers[0]
        self._create_order(buyer, 90000, state="draft").action_confirm()
        self._work(jobs[0])
        self.assertEqual((jobs[0].state, jobs[0].retry), ("pending", 0))
        self._run_cron()
        self.assertFalse(self.env["customer.tier.stale"].search_count([]))
        self.assertEqual(self._standing(buyer).amount, 90000 + 20000)
        self._work(jobs[0])
        self.assertEqual(jobs[0].state, "done")

    def test_cancelled(self):
        """A cancelled run counts what was graded, and the jobs that are left do nothing."""
        self._run_cron()
        run, jobs = self._run(), self._jobs()
        self._work(jobs[-1])
        run.with_user(self.officer).action_cancel()
        self.assertEqual((run.state, run.chunk_ids.ids), ("cancel", []))
        self.assertGreater(run.customer_count, 0)
        written = self._written()
        self._work(jobs - jobs[-1])
        self.assertEqual(self._written(), written)
        self.assertEqual(set(jobs.mapped("state")), {"done"})

    def test_rights(self):
        """What a chunk came to is a result like those of the run: of its company, and read only."""
        self._run_cron()
        Chunk = self.env["customer.tier.run.chunk"]
        self.assertTrue(Chunk.with_user(self.manager).search([]))
        other = self._create_user(
            "manager_b", "customer_tiering.group_manager", company_id=self.company_b.id
        )
        self.assertFalse(Chunk.with_user(other).search([]))
        for user in (self.manager, self.officer, self.salesperson):
            with self.assertRaises(AccessError):
                self._run().chunk_ids[0].with_user(user).tally = {}
        with self.assertRaises(AccessError):
            Chunk.with_user(self.officer).search([])

    def test_related_action(self):
        """From the list of jobs one comes to the grading, not to a form without a view."""
        self._run_cron()
        action = self._jobs()[0].open_related_action()
        self.assertEqual((action["res_model"], action["res_id"]), (self.Run._name, self._run().id))


@tagged("post_install", "-at_install")
class TestBusy(JobsCase):
    def test_company_is_busy(self):
        """While somebody else grades the company, jobs come back later, as often as it takes;
        beside each other they work."""
        # This transaction starts the run without keeping the company to itself, as its end would.
        with patch.object(type(self.env["customer.tier.pipeline"]), "_lock", lambda *_a: True):
            self._run_cron()
        job = self._jobs()[0]
        # Another session of the database: the lock of this one would not stop it.
        other = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(other.close)
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.company.id])
        self._tries(job, 7)
        self.assertEqual((job.state, job.retry), ("pending", 0))
        other.rollback()
        other.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK_CLASS, self.company.id])
        self._work(job)
        self.assertEqual(job.state, "done")
