from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CHUNK_SIZE
from .history_common import HistoryCase

JOB = "odoo.addons.customer_tiering.models.customer_tier_run_replay"


@tagged("post_install", "-at_install")
class TestReplayJob(HistoryCase):
    """Replays that are too long for a request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Run = cls.env["customer.tier.run"]
        cls.Run.search([("state", "=", "running")]).write({"state": "cancel"})
        cls.cron = cls.env.ref("customer_tiering.ir_cron_replay")
        cls.buyers = [
            cls._create_customer(f"Buyer {number}", company_id=cls.company.id)
            for number in range(7)
        ]
        for number, buyer in enumerate(cls.buyers):
            cls._create_order(buyer, 400 * number, date="2024-01-10")

    def setUp(self):
        super().setUp()
        # Three months are long here, or the tests would be.
        self.startPatcher(patch(f"{JOB}.SHORT", 2))

    def _replay(self, start="2024-01-01", end="2024-03-31", every="month"):
        vals = {"as_of": end, "simulation": True, "replay_from": start, "replay_every": every}
        Run = self.Run.with_user(self.officer)
        return Run.create({**vals, "company_id": self.company.id})

    def _work(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def test_short_one_at_once(self):
        """Nobody waits a minute for what takes a second."""
        run = self._replay(every="year")
        self.assertFalse(run._is_long())
        run.action_start()
        self.assertEqual(run.state, "done")

    def test_long_one_by_its_job(self):
        """A year by days ran for minutes inside the request, until the server cut it off. It has
        the same result in slices, tells how far it is, and tells the officer when it is done."""
        with patch(CHUNK_SIZE, 10**6):
            whole = self._replay()
            whole.action_run()
        triggers = [("cron_id", "=", self.cron.id)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        run = self._replay()
        answer = run.action_start()
        self.assertIn("in the background", answer["params"]["message"])
        self.assertEqual((run.state, run.progress), ("running", 0))
        self.assertEqual(self.env["ir.cron.trigger"].search_count(triggers), before + 1)
        progress = []
        model = type(self.Run)
        finish = model._next_chunk

        def spy(record):
            more = finish(record)
            progress.append(record.progress)
            return more

        told = []
        with (
            patch(CHUNK_SIZE, 3),
            patch.object(model, "_next_chunk", spy),
            patch.object(type(self.officer), "_bus_send", lambda user, *a: told.append((user, a))),
        ):
            self._work()
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertGreater(len(progress), 2)
        self.assertEqual(progress, sorted(progress))
        self.assertEqual(progress[-1], 100)
        self.assertEqual((run.replay, run.customer_count), (whole.replay, 7))
        self.assertEqual([user for user, _args in told], [self.officer])
        self.assertIn("is done", told[0][1][1]["message"])

    def test_beside_gradings(self):
        """A replay that is under way is not the nightly grading, and neither waits for the
        other."""
        run = self._replay()
        run.action_start()
        self.company.customer_tier_nightly = True
        self.assertIn(self.company, self.Run._due_companies())
        daily = self.Run._daily_run(self.company)
        self.assertNotEqual(daily, run)
        daily.action_cancel()
        self.company.customer_tier_graded_on = self._days_ago(0)
        self.assertNotIn(self.company, self.Run._due_companies())
        with patch.object(type(self.env["customer.tier.pipeline"]), "_lock", return_value=False):
            self._work()
            self.assertEqual(run.state, "done")
            with self.assertRaisesRegex(UserError, "being graded right now"):
                self._grade()

    def test_cancelled(self):
        """Whoever sees that it is the wrong one need not wait for its end."""
        run = self._replay()
        run.action_start()
        run.action_cancel()
        self._work()
        self.assertEqual((run.state, run.customer_count), ("cancel", 0))

    def test_failing(self):
        """Tried for ever, it would keep all others from their turn."""
        bad, good = self._replay(), self._replay("2024-01-02")
        for run in (bad, good):
            run.action_start()
        finish = type(self.Run)._next_chunk

        def fail(record):
            if record == bad:
                raise ZeroDivisionError("no figures")
            return finish(record)

        with patch.object(type(self.Run), "_next_chunk", fail), mute_logger(JOB):
            self._work()
        self.env.invalidate_all()
        self.assertEqual((bad.state, good.state), ("cancel", "done"))
        self.assertEqual(bad.error_ids.message, "no figures")

    def test_salesperson_cannot(self):
        """Salespeople see no runs, so they start none."""
        run = self._replay()
        with self.assertRaises(AccessError):
            run.with_user(self.salesperson).action_start()

    def test_mistyped_year(self):
        """Two thousand years by days: refused at once, not after a minute of counting."""
        for every in ("day", "month", "quarter", "year"):
            with self.assertRaisesRegex(ValidationError, "before 01/01/1970"):
                self._replay("0024-01-01", every=every)
        for every in ("day", "month"):
            with self.assertRaisesRegex(ValidationError, "400 are the most"):
                self._replay("1971-01-01", every=every)

    def test_slices(self):
        """Long enough to be worth reading the facts, short enough to be committed in time."""
        sizes = [self._replay(every=every)._chunk_size() for every in ("year", "month", "day")]
        self.assertEqual(sizes, [8000, 8000, 2000])
        with patch(CHUNK_SIZE, 3):
            self.assertEqual(self._replay()._chunk_size(), 3)
