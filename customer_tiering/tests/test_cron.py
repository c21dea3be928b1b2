import sys
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading import pipeline
from ..models.customer_tier_pipeline import LOCK_CLASS
from .common import CHUNK_SIZE, CRON_LOGGER, OWN, PIPELINE_LOGGER, RUN_LOGGER, CronCase, GradingCase


@tagged("post_install", "-at_install")
class TestCron(CronCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.regular, cls.silver, cls.gold, cls.diamond = cls.program.tier_ids

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def _runs(self, company=None):
        return self.Run.search([("company_id", "=", (company or self.company).id)])

    def _grade_today(self):
        """So that the daily run is over and only the queue is left to do."""
        self._grade()
        self.Stale.search([]).unlink()

    def test_promotion_after_confirming(self):
        """A customer who reaches Silver with an order gets its prices within a minute, not
        tomorrow."""
        buyer = self._create_own_customer("Buyer", (1, 100))
        other = self._create_own_customer("Other", (1, 100))
        self._grade_today()
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        order = self._create_order(buyer, 6000, state="draft", user_id=self.salesperson.id)
        self.assertFalse(self.Stale.search([]), "a quotation changes nothing")
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(self.Stale.search([]).partner_id, buyer)
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]), triggers
        )
        runs = self._runs()
        self._run_cron()
        self.assertEqual(self._standing(buyer).tier_id, self.silver)
        self.assertEqual(self._standing(other).tier_id, self.regular)
        self.assertFalse(self.Stale.search([]))
        self.assertEqual(self._runs(), runs, "no run of everybody for one order")
        change = self._standing(buyer).change_ids[0]
        self.assertEqual((change.direction, change.from_tier_id), ("up", self.regular))

    def test_order_changes_that_count(self):
        """Cancelling, changing a line and moving an order to another customer mark both."""
        buyer = self._create_own_customer("Buyer")
        contact = self._create_own_customer("Contact", parent_id=buyer.id)
        other = self._create_own_customer("Other")
        order = self._create_order(contact, 6000, date=1)
        self._grade_today()
        order.order_line.price_unit = 25000
        self.assertEqual(self.Stale.search([]).partner_id, buyer)
        self._run_cron()
        self.assertEqual(self._standing(buyer).tier_id, self.gold)
        order.partner_id = other
        self.assertEqual(self.Stale.search([]).partner_id, buyer + other)
        self._run_cron()
        self.assertEqual(self._standing(buyer).amount, 0)
        self.assertEqual(self._standing(other).tier_id, self.gold)
        order._action_cancel()
        self._run_cron()
        self.assertEqual(self._standing(other).tier_id, self.regular)

    def test_line_moved_to_another_order(self):
        """Whoever the line was taken from kept the tier that it had earned."""
        buyer, other = (self._create_own_customer(name) for name in ("Buyer", "Other"))
        order, target = (self._create_order(who, 6000, date=1) for who in (buyer, other))
        self._grade_today()
        order.order_line.order_id = target
        self.assertEqual(self.Stale.search([]).partner_id, buyer + other)

    def test_nothing_is_marked_without_a_programme(self):
        """Companies that do not grade must not pay for it with a queue that grows for ever."""
        self._create_order(self._create_customer(), 10, company=self.company_b)
        self.assertFalse(self.Stale.search([("company_id", "=", self.company_b.id)]))

    def test_order_at_dawn(self):
        """An order confirmed before 8 o'clock in Shanghai is dated today there and yesterday in
        UTC; the grading that follows at once must see it."""
        self.company.partner_id.tz = "Asia/Shanghai"
        buyer = self._create_own_customer("Buyer")
        with freeze_time("2026-03-10 20:00:00"):
            self._create_order(buyer, 6000, state="draft").action_confirm()
            self._run_cron()
            self.assertEqual(self._standing(buyer).tier_id, self.silver)
            self.assertEqual(str(self.company.customer_tier_graded_on), "2026-03-11")

    def test_evening_in_the_west(self):
        """While UTC is a day ahead of California, today is still today there."""
        self.company.partner_id.tz = "America/Los_Angeles"
        buyer = self._create_own_customer("Buyer")
        with freeze_time("2026-03-11 02:00:00"):
            self._create_order(buyer, 6000, state="draft").action_confirm()
            self._run_cron()
            self.assertEqual(self._standing(buyer).tier_id, self.silver)
            self.assertEqual(str(self.company.customer_tier_graded_on), "2026-03-10")
            self.assertEqual(self._standing(buyer).recency_days, 0)

    def test_once_a_day(self):
        """The job is woken by every order; everybody is graded once a day all the same."""
        buyer = self._create_own_customer("Buyer", (1, 6000))
        self._run_cron()
        self.assertEqual(len(self._runs()), 1)
        self.assertEqual(self._runs().state, "done")
        self.assertEqual(self._standing(buyer).tier_id, self.silver)
        self._run_cron()
        self.assertEqual(len(self._runs()), 1)
        self.company.customer_tier_graded_on -= timedelta(1)
        self._run_cron()
        self.assertEqual(len(self._runs()), 2)

    def test_every_company(self):
        """The nightly job grades all companies that have a programme."""
        self._create_program(company=self.company_b, domain=OWN)
        buyer = self._create_customer("B", company_id=self.company_b.id)
        self._create_order(buyer, 6000, company=self.company_b)
        self._run_cron()
        self.assertEqual(self._runs().mapped("state"), ["done"])
        self.assertEqual(self._runs(self.company_b).mapped("state"), ["done"])
        self.assertEqual(self._standing(buyer, self.company_b).tier_id.name, "Silver")

    def test_failing_company(self):
        """What goes wrong in the first company must not keep the others from being graded, night
        after night."""
        self._create_program(company=self.company_b, domain=OWN)
        self.Stale.search([]).unlink()
        Run = type(self.Run)
        real = Run._follow_up

        def follow_up(run):
            if run.company_id == self.company:
                raise ArithmeticError("no such number")
            return real(run)

        with patch.object(Run, "_follow_up", follow_up), self.assertLogs(RUN_LOGGER, "ERROR"):
            self._run_cron()
        self.assertEqual(self._runs().state, "running", "taken up again by the next call")
        self.assertEqual(self._runs(self.company_b).state, "done")
        self._run_cron()
        self.assertEqual(self._runs().mapped("state"), ["done"])

    def test_chunks_are_committed_one_by_one(self):
        """A run of several chunks ends in one night, counting everybody once."""
        partners = [self._create_own_customer(f"C{n}", (1, 6000)) for n in range(7)]
        self.Stale.search([]).unlink()
        with patch(CHUNK_SIZE, 30):
            self._run_cron()
        self.assertEqual(self._runs().state, "done")
        self.assertEqual((self._runs().customer_count, self._runs().first_count), (7, 7))
        self.assertEqual({self._standing(p).tier_id for p in partners}, {self.silver})

    def test_resume(self):
        """A run that was interrupted goes on where it was, and does not begin again."""
        done = self._create_own_customer("Done", (1, 6000))
        todo = self._create_own_customer("To do", (1, 6000))
        run = self.Run.create({"company_id": self.company.id})
        run.write({"state": "running", "last_partner_id": done.id, "customer_count": 1})
        self.Stale.search([]).unlink()
        self._run_cron()
        self.assertEqual(self._runs(), run)
        self.assertEqual((run.state, run.customer_count), ("done", 2))
        self.assertFalse(self._standing(done), "it was graded before the interruption")
        self.assertEqual(self._standing(todo).tier_id, self.silver)

    def test_last_programme_archived(self):
        """Customers of a company without a programme any more kept their tier and its prices
        for good."""
        buyer = self._create_own_customer("Buyer", (1, 20000))
        self._grade()
        self.assertEqual(self._standing(buyer).tier_id, self.gold)
        self.program.active = False
        self.company.customer_tier_graded_on = self._days_ago(1)
        self._run_cron()
        self.assertFalse(self._standing(buyer).tier_id)
        self.assertEqual(buyer.property_product_pricelist, self.standard_list)
        self.company.customer_tier_graded_on = self._days_ago(1)
        runs = self._runs()
        self._run_cron()
        self.assertEqual(self._runs(), runs, "once they are out, there is nothing left to do")

    def test_nightly_off(self):
        """Switched off, customers are still graded after their own orders, but not every night."""
        self.company.customer_tier_nightly = False
        idle = self._create_own_customer("Idle", customer_rank=1)
        buyer = self._create_own_customer("Buyer")
        self._create_order(buyer, 6000, state="draft").action_confirm()
        self._run_cron()
        self.assertFalse(self._runs())
        self.assertFalse(self._standing(idle))
        self.assertEqual(self._standing(buyer).tier_id, self.silver)

    def _run_out_of_time(self, calls):
        """Run the job with time being up at the given call of _commit_progress.

        :return: what the job said last to remain
        """
        said = []

        def commit(self, processed=0, *, remaining=None, deactivate=False):
            said.append(remaining)
            return 60 if len(said) < calls else 0

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", commit):
            self.Run._cron_grade()
        return said[-1]

    def test_time_up_after_one_company(self):
        """When time is up after the first company, the job must say that something remains, or
        it is taken for done and the second company waits for the next night."""
        self._create_program(company=self.company_b, domain=OWN)
        companies = self.company + self.company_b
        for calls in range(1, 7):
            with self.subTest(calls):
                companies.customer_tier_graded_on = False
                remaining = self._run_out_of_time(calls)
                todo = len(companies) - len(companies.filtered("customer_tier_graded_on"))
                self.assertEqual(bool(remaining), bool(todo))
                self.Run.search([("company_id", "in", companies.ids)]).action_cancel()

    def test_time_up_after_the_queue(self):
        """The same when the queue of single customers took all the time."""
        self._create_own_customer("Buyer", (1, 6000))
        self.assertTrue(self.Stale.search([]))
        remaining = self._run_out_of_time(2)
        self.assertFalse(self.Stale.search([]))
        self.assertFalse(self._runs().filtered(lambda run: run.state == "done"))
        self.assertTrue(remaining, "today's run remains")

    def test_queue_that_empties_while_it_is_looked_at(self):
        """A contact was merged between counting the queue and reading it: company False was to be
        graded, which the log called an error."""
        self._grade_today()
        counts = iter((1, 1, 0))
        counted = patch.object(type(self.Stale), "search_count", lambda *args, **kw: next(counts))
        with counted, self.assertNoLogs(RUN_LOGGER, "ERROR"):
            self._run_cron()

    def test_library_that_is_missing(self):
        """Nobody could be graded, and customers who waited for it waited no more; who pressed the
        button got a traceback."""
        buyer = self._create_own_customer("Buyer", (1, 100))
        self._grade_today()
        self._create_order(buyer, 6000)
        with patch.dict(sys.modules, {"pandas": None}):
            with self.assertLogs(RUN_LOGGER, "ERROR"):
                self._run_cron()
            with self.assertRaisesRegex(UserError, "pandas"):
                self._grade()
        self.assertEqual(self.Stale.search([]).partner_id, buyer)
        self._run_cron()
        self.assertEqual(self._standing(buyer).tier_id, self.silver)

    def test_one_broken_customer_in_the_queue(self):
        """A customer that cannot be graded must not block the queue for all others."""
        self._grade_today()
        good = self._create_own_customer("Good", (1, 6000))
        broken = self._create_own_customer("Broken", (1, 6000))
        real = pipeline.grade

        def grade(facts, program, as_of):
            if broken.id in facts.customers:
                raise ArithmeticError("no such number")
            return real(facts, program, as_of)

        with (
            patch.object(pipeline, "grade", grade),
            mute_logger(PIPELINE_LOGGER),
            self.assertLogs(RUN_LOGGER, "ERROR") as logs,
        ):
            self._run_cron()
        self.assertEqual(self._standing(good).tier_id, self.silver)
        self.assertFalse(self.Stale.search([]))
        self.assertIn(str(broken.id), logs.output[0])

    def test_job_belongs_to_the_system(self):
        """As a user's job it would die with the user, and see one company only."""
        self.assertEqual(self.cron.user_id, self.env.ref("base.user_root"))
        self.assertTrue(self.cron.active)


@tagged("post_install", "-at_install")
class TestBusy(GradingCase):
    """Two gradings of one company at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.tier.program"].search([]).action_archive()
        cls.env["customer.tier.stale"].search([]).unlink()
        cls._create_program(domain=OWN)

    def setUp(self):
        super().setUp()
        # Another session of the database: the lock of this one would not stop it.
        other = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(other.close)
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.company.id])

    def test_message(self):
        """Whoever comes second is told to wait instead of waiting for minutes."""
        buyer = self._create_own_customer("Buyer", (1, 10))
        with self.assertRaisesRegex(UserError, "being graded right now"):
            self._grade()
        with self.assertRaisesRegex(UserError, "being graded right now"):
            self.env["customer.tier.run"]._grade_partners(buyer, self.company)

    def test_other_companies_go_on(self):
        """The lock is one company's."""
        self._create_program(company=self.company_b, domain=OWN)
        self.assertEqual(self._grade(company=self.company_b).state, "done")

    def test_the_job_comes_back(self):
        """The nightly job leaves a busy company for later and grades the others; it must not
        fail, because jobs that fail too often are switched off."""
        self._create_program(company=self.company_b, domain=OWN)
        waiting = self._create_own_customer("Waiting", (1, 6000))
        other = self._create_customer("Other", company_id=self.company_b.id)
        self._create_order(other, 6000, company=self.company_b)
        cron = self.env.ref("customer_tiering.ir_cron_grade")
        with self.enter_registry_test_mode(), mute_logger(CRON_LOGGER):
            cron.method_direct_trigger()
        self.assertEqual(cron.failure_count, 0)
        self.assertEqual(self._standing(other, self.company_b).tier_id.name, "Silver")
        self.assertFalse(self._standing(waiting))
        queue = self.env["customer.tier.stale"].search([])
        self.assertEqual(queue.partner_id, waiting, "still to be done")
