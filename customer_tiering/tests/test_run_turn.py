from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading import pipeline
from ..models.customer_tier_pipeline import LOCK_CLASS
from .common import CRON_LOGGER, OWN, RUN_LOGGER, CronCase


@tagged("post_install", "-at_install")
class TestTurn(CronCase):
    """Gradings that meet each other, people at work, or the end of their process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.cron.id)]).unlink()
        cls._create_program(domain=OWN)
        cls.buyer = cls._create_own_customer("Buyer", (1, 6000))

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def _next_call(self):
        """How long until the job is woken again; None when nobody will."""
        now = fields.Datetime.now()
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.cron.id), ("call_at", ">", now)], order="call_at", limit=1
        )
        return triggers and triggers.call_at - now

    # Two at once

    def _under_way(self):
        run = self.Run.create({"company_id": self.company.id})
        run.write({"state": "running", "customer_count": 7})
        return run

    def test_second_run_is_refused(self):
        """A grading of last month between two chunks of tonight's one mixed both: half of the
        customers were as of one day and half as of the other."""
        run = self._under_way()
        second = self.Run.create({"company_id": self.company.id, "as_of": self._days_ago(30)})
        with self.assertRaisesRegex(UserError, "is under way, with 7 customers so far"):
            second.action_run()
        self.assertEqual(second.state, "draft")
        run.action_run()
        self.assertEqual(run.state, "done", "whoever opens it can go on with it")
        second.action_run()
        self.assertEqual(second.state, "done")

    def test_cancelled_makes_room(self):
        """A run that nobody goes on with must not block the company for good."""
        self._under_way().action_cancel()
        self.assertEqual(self._grade().state, "done")

    def test_simulations_are_in_nobodys_way(self):
        """What-if needs no turn, and takes none."""
        self._under_way()
        simulation = self._grade(simulation=True)
        self.assertEqual(simulation.state, "done")
        simulation.state = "running"
        self.Run.search([("state", "=", "running"), ("simulation", "=", False)]).action_cancel()
        self.assertEqual(self._grade().state, "done")

    def test_other_companies(self):
        """Each company has its own turn."""
        self._under_way()
        self._create_program(company=self.company_b, domain=OWN)
        self.assertEqual(self._grade(company=self.company_b).state, "done")

    def test_job_starts_nothing_while_busy(self):
        """The job froze shares of the best, and left a run behind, in the middle of a grading
        that somebody had started by hand."""
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.company.id])
            with mute_logger(CRON_LOGGER):
                self._run_cron()
            self.assertFalse(self.Run.search([("company_id", "=", self.company.id)]))
        self.assertLessEqual(self._next_call(), timedelta(minutes=1))
        self._run_cron()
        run = self.Run.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "done")

    # Among people

    def test_conflict_in_the_queue(self):
        """A tier set by hand at the same moment made the job fail: everybody in the queue waited
        until the next night, as Odoo drops what woke a job that fails."""
        self._create_program(company=self.company_b, domain=OWN)
        other = self._create_customer("Other", company_id=self.company_b.id)
        self._create_order(other, 6000, company=self.company_b)
        (self.company + self.company_b).customer_tier_graded_on = fields.Date.today()
        real = type(self.Run)._grade_partners

        def grade_partners(model, partners, company=None):
            if company == self.company:
                raise SerializationFailure("could not serialize access")
            return real(model, partners, company)

        with (
            patch.object(type(self.Run), "_grade_partners", grade_partners),
            self.assertNoLogs(RUN_LOGGER, "WARNING"),
        ):
            self._run_cron()
        self.assertEqual(self._standing(other, self.company_b).tier_id.name, "Silver")
        self.assertEqual(self.Stale.search([]).partner_id, self.buyer)
        self.assertEqual(self.cron.failure_count, 0)
        self.assertLessEqual(self._next_call(), timedelta(minutes=1))
        self._run_cron()
        self.assertEqual(self._standing(self.buyer).tier_id.name, "Silver")
        self.assertFalse(self.Stale.search([]))

    def test_conflict_in_the_night(self):
        """The same in a chunk of the nightly run, which then lay there until the next night."""
        self.Stale.search([]).unlink()
        conflict = SerializationFailure("could not serialize access")
        with patch.object(type(self.Run), "_next_chunk", side_effect=conflict):
            self._run_cron()
        self.assertLessEqual(self._next_call(), timedelta(minutes=1))
        self._run_cron()
        self.assertEqual(self.Run.search([("company_id", "=", self.company.id)]).state, "done")

    def test_failing_queue_of_one_company(self):
        """Whatever is wrong with one company's queue must not stop the others', nor the night."""
        self._create_program(company=self.company_b, domain=OWN)
        other = self._create_customer("Other", company_id=self.company_b.id)
        self._create_order(other, 6000, company=self.company_b)
        real = type(self.Run)._grade_partners

        def grade_partners(model, partners, company=None):
            if company == self.company:
                raise ArithmeticError("no such number")
            return real(model, partners, company)

        with (
            patch.object(type(self.Run), "_grade_partners", grade_partners),
            self.assertLogs(RUN_LOGGER, "ERROR"),
        ):
            self._run_cron()
        self.assertEqual(self._standing(other, self.company_b).tier_id.name, "Silver")
        runs = self.Run.search([("company_id", "in", (self.company + self.company_b).ids)])
        self.assertEqual(runs.mapped("state"), ["done", "done"])

    # After a crash

    def test_killed_three_times(self):
        """Odoo takes a job that was killed three times before its first chunk for hopeless and
        puts it off until tomorrow: somebody has to wake it before."""
        woken = []

        def chunk(run):
            woken.append(self._next_call())
            raise SystemExit("killed")

        with (
            patch.object(type(self.Run), "_next_chunk", chunk),
            self.assertRaises(SystemExit),
            self.enter_registry_test_mode(),
        ):
            self.cron.method_direct_trigger()
        self.assertTrue(woken[0])
        self.assertLessEqual(woken[0], timedelta(hours=1))

    def test_nothing_to_do_wakes_nobody(self):
        """A job that came back every hour for nothing would never sleep."""
        self._grade()
        self.Stale.search([]).unlink()
        self._run_cron()
        # But in the night of each company.
        now = fields.Datetime.now()
        companies = self.env["res.company"].search([("customer_tier_nightly", "=", True)])
        nights = {company._customer_tier_next_night(now) for company in companies}
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        coming = triggers.filtered(lambda trigger: trigger.call_at > now)
        self.assertLessEqual(set(coming.mapped("call_at")), nights)

    def test_server_gone(self):
        """With the connection lost, each customer of the chunk was tried alone, and named as
        broken."""
        calls = []

        def grade(*args):
            calls.append(args)
            raise ArithmeticError("server closed the connection")

        with (
            patch.object(pipeline, "grade", grade),
            patch("odoo.sql_db.Cursor.closed", True),
            self.assertRaises(ArithmeticError),
        ):
            self._grade()
        self.assertEqual(len(calls), 1)
