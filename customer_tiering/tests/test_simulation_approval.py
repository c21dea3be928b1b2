from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .history_common import REVIEW, ApprovalCase


@tagged("post_install", "-at_install")
class TestSimulationApproval(ApprovalCase):
    """What would be proposed, and deciding on it where its figures are seen."""

    def test_counts_what_would_be_proposed(self):
        """Counted as nothing, a simulation said that stricter rules change nobody."""
        self._create_order(self.rising, 20000, date="2025-01-20")
        run = self._grade(as_of=REVIEW, simulation=True)
        self.assertEqual((run.asked_up_count, run.asked_down_count), (1, 1))
        self.assertEqual((run.up_count, run.down_count), (0, 0))
        self.program.approval = "up"
        run = self._grade(as_of=REVIEW, simulation=True)
        self.assertEqual((run.asked_up_count, run.asked_down_count), (1, 0))
        self.assertEqual((run.up_count, run.down_count), (0, 1))
        self.assertFalse(self._proposals(state=None))

    def test_counts_those_that_wait_already(self):
        """The officer asks how many decisions there will be, not how many are new; refused ones
        are none until the next review."""
        self._review()
        run = self._grade(as_of="2025-02-02", simulation=True)
        self.assertEqual((run.asked_up_count, run.asked_down_count), (1, 1))
        self._refuse(self._proposals(self.falling))
        run = self._grade(as_of="2025-02-02", simulation=True)
        self.assertEqual((run.asked_up_count, run.asked_down_count), (1, 0))

    def test_out_of_all_tiers(self):
        """Losing the lowest tier is a demotion."""
        condition = {"metric_id": self._metric("amount").id, "operator": ">=", "value": 1}
        self.regular.write({"condition_ids": [(0, 0, condition)]})
        run = self._grade(as_of=REVIEW, simulation=True)
        self.assertEqual((run.asked_up_count, run.asked_down_count), (0, 1))

    def test_decided_on_the_customer(self):
        """Whoever opens the customer to look at the figures decides there."""
        self._review()
        up, down = self._proposals(self.rising), self._proposals(self.falling)
        rising, falling = (p.standing_id.with_user(self.officer) for p in (up, down))
        with self.assertRaises(AccessError):
            rising.with_user(self.salesperson).action_accept_proposal()
        rising.action_accept_proposal()
        self.assertEqual((up.state, rising.tier_id), ("accepted", self.gold))
        wizard = falling.action_refuse_proposal()
        wizard = self.env[wizard["res_model"]].with_user(self.officer).browse(wizard["res_id"])
        self.assertEqual(wizard.proposal_ids, down)
        wizard.reason = "Order announced"
        wizard.action_refuse()
        self.assertEqual((down.state, falling.tier_id), ("refused", self.gold))
        for decide in (rising.action_accept_proposal, falling.action_refuse_proposal):
            with self.assertRaisesRegex(UserError, "Nothing is proposed"):
                decide()

    def test_archived_programme(self):
        """Accepted after the programme was archived, a customer got a tier that the next night
        took away again."""
        self._review()
        up = self._proposals(self.rising)
        self.program.active = False
        result = up.with_user(self.officer).action_accept()
        self.assertEqual((up.state, result["params"]["type"]), ("superseded", "warning"))
        self.assertEqual(self._standing(self.rising).tier_id, self.silver)

    def test_words_of_the_answer(self):
        """One change is not “1 change(s)”."""
        self._review()
        up, down = self._proposals(self.rising), self._proposals(self.falling)
        self.gold.active = False
        message = (up + down).with_user(self.officer).action_accept()["params"]["message"]
        self.assertTrue(message.startswith("The change is applied. One change no longer fits"))
