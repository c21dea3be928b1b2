from unittest.mock import patch

from odoo.addons.customer_tiering.tests.common import OWN
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WORK_LOGGER, PlaybookCase


@tagged("post_install", "-at_install")
class TestOthersGoOn(PlaybookCase):
    """An activity that another addon keeps from being closed stops nothing but itself."""

    def _refuse(self, name):
        def refuse(activities, *args, **kwargs):
            if "Stuck" in activities.mapped("summary"):
                raise ValueError("Not this one")
            return original(activities, *args, **kwargs)

        original = getattr(self.env.registry["mail.activity"], name)
        self.startPatcher(patch.object(self.env.registry["mail.activity"], name, refuse))

    def test_plan_that_cannot_end(self):
        """A plan whose activity cannot be cancelled keeps all others from ending and starting,
        every hour anew, until the job is switched off."""
        other = self._create_buyer("Other")
        self._grade()
        self._enter("dormant", self.buyer, other)
        self._starts().activity_ids[0].summary = "Stuck"
        self._refuse("unlink")
        # Nobody is told of the stage, so the job alone finds out.
        self._put("loyal", self.buyer, other, event=False)
        self._work()
        self.assertEqual(self._starts().state, "failed")
        self.assertIn("Not this one", self._starts().error)
        self.assertEqual(self._starts(other).state, "left")

    def test_written_at_the_same_moment(self):
        """A colleague followed the customer at the moment that the plan did, and the plan had
        failed for good: nobody called the customer."""
        other = self._create_buyer("Other")
        self._grade()
        self._put("dormant", self.buyer, other, event=False)
        for partner in (self.buyer, other):
            self.Start._enter(self._standing(partner))
        followers = self.buyer.message_follower_ids
        self.assertFalse(followers)
        start = type(self.Start)._note_start

        def conflict(starts, *args):
            if starts.partner_id == self.buyer and len(hits) < conflicts:
                hits.append(starts.id)
                row = (
                    "INSERT INTO mail_followers (res_model, res_id, partner_id) "
                    "VALUES ('res.partner', %s, %s)"
                )
                for _twice in range(2):
                    self.env.cr.execute(row, [self.buyer.id, self.salesperson.partner_id.id])
            return start(starts, *args)

        self.startPatcher(patch.object(type(self.Start), "_note_start", conflict))
        hits, conflicts = [], 2
        with mute_logger("odoo.sql_db", WORK_LOGGER):
            self.Start._start_slice(self.company)
            self.assertEqual((self._starts().state, self._starts(other).state), ("waiting", "open"))
            self.Start._start_slice(self.company)
        self.assertEqual(self._starts().state, "open")
        # What never passes is no conflict.
        hits, conflicts = [], 99
        self._starts().write({"state": "waiting"})
        with mute_logger("odoo.sql_db", WORK_LOGGER):
            for _try in range(9):
                self.Start._start_slice(self.company)
        self.assertEqual(self._starts().state, "failed")
        self.assertIn("mail_followers", self._starts().error)
        self._starts().with_user(self.officer).action_retry()
        self.assertEqual(self._starts().conflict_count, 0)

    def test_time_up_before_the_last_company(self):
        """What waited in another company was taken for done, and nobody was called for an hour."""
        self._create_program(company=self.company_b, domain=OWN)
        other = self._create_buyer("Other", company_id=self.company_b.id)
        self._grade(company=self.company_b)
        for partner in (self.buyer, other):
            self._put("dormant", partner, event=False)
            self.Start._enter(self._standing(partner, partner.company_id))
        for calls in range(3, 8):
            with self.subTest(calls):
                self.Start.search([("state", "=", "open")]).write({"state": "waiting"})
                remaining = self._run_out_of_time(calls)
                waiting = self.Start.search_count([("state", "=", "waiting")])
                self.assertGreaterEqual(remaining, min(waiting, 1))
        self.assertFalse(self._run_out_of_time(99), "with time enough, nothing remains")

    def _run_out_of_time(self, calls):
        """Run the job with time being up at the given call of _commit_progress.

        :return: what the job said last to remain
        """
        said = []

        def commit(self, processed=0, *, remaining=None, deactivate=False):
            said.append(max(said[-1] - processed, 0) if remaining is None else remaining)
            return 60 if len(said) < calls else 0

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", commit):
            self.Start._cron_start()
        return said[-1]
