import re
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .history_common import REVIEW, ApprovalCase


@tagged("post_install", "-at_install")
class TestProposals(ApprovalCase):
    def test_leaves_proposals_and_moves_nobody(self):
        """Nothing is applied before somebody agreed, and the list says what would be."""
        self.assertEqual(self._tiers(self.falling), (self.gold, self.gold))
        run = self._review()
        down, up = self._proposals(self.falling), self._proposals(self.rising)
        self.assertEqual((down.from_tier_id, down.to_tier_id), (self.gold, self.regular))
        self.assertEqual((up.from_tier_id, up.to_tier_id), (self.silver, self.gold))
        self.assertEqual((down.direction, up.direction), ("down", "up"))
        for proposal in down + up:
            standing = proposal.standing_id
            self.assertEqual(proposal.run_id, run)
            self.assertEqual(proposal.date, date(2025, 2, 1))
            self.assertEqual(proposal.score, standing.score)
            self.assertEqual(proposal.program_id, self.program)
            self.assertEqual(standing.waiting, "approval")
            self.assertEqual(standing.tier_id, proposal.from_tier_id)
            self.assertEqual(standing.target_tier_id, proposal.to_tier_id)
        self.assertFalse(run.change_ids)
        self.assertEqual((run.proposal_count, run.open_proposal_count), (2, 2))
        self.assertEqual(run.up_count + run.down_count, 0)

    def test_first_gradings_and_releases_are_never_held_back(self):
        """A new customer without a tier would have no prices until somebody has time."""
        newcomer = self._create_own_customer("Newcomer", ("2025-01-15", 6000))
        self._review()
        self.assertEqual(self._tiers(newcomer), (self.silver, self.silver))
        self.program.domain = "[('name', '=', 'Nobody')]"
        self._grade(as_of="2025-02-02")
        self.assertFalse(self._standing(self.falling).tier_id)
        self.assertFalse(self._standing(self.falling).proposed_tier_id)
        self.assertFalse(self._proposals())
        self.assertEqual(len(self._proposals(state="superseded")), 2)

    def test_no_tier_any_more(self):
        """Falling out of the lowest tier is a demotion, and asked about as one."""
        condition = {"metric_id": self._metric("amount").id, "operator": ">=", "value": 1}
        self.regular.condition_ids = [Command.create(condition)]
        self._grade(as_of=REVIEW)
        proposal = self._proposals(self.falling)
        self.assertEqual((proposal.direction, proposal.to_tier_id.id), ("out", False))
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)
        self._grade(as_of="2025-02-02")
        self.assertEqual(self._proposals(self.falling), proposal)
        proposal.with_user(self.officer).action_accept()
        self.assertFalse(self._standing(self.falling).tier_id)
        change = self._standing(self.falling).change_ids.sorted("id")[-1]
        self.assertEqual((change.direction, change.reason), ("out", "approval"))

    def test_simulation_stores_none(self):
        """Trying is not asking."""
        self._create_order(self.rising, 20000, date="2025-01-20")
        run = self._grade(as_of=REVIEW, simulation=True)
        self.assertFalse(self._proposals(state=None))
        self.assertFalse(run.proposal_count)

    def test_only_what_needs_approval(self):
        """Promotions may go by themselves while demotions wait."""
        self.program.approval = "down"
        self._review()
        self.assertEqual(self._standing(self.rising).tier_id, self.gold)
        self.assertEqual(self._proposals().partner_id, self.falling)
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)

    def test_set_by_hand_or_locked(self):
        """Where a person has decided already, nobody is asked."""
        self._set_tier(self.falling, self.diamond)
        self._standing(self.rising).write({"lock": "up", "manual_reason": "Slow payer"})
        self._review()
        self.assertFalse(self._proposals(state=None))
        self.assertEqual(self._tiers(self.falling), (self.gold, self.diamond))
        self._set_tier(self.falling, self.env["customer.tier"])
        self._grade(as_of="2025-03-01")
        self.assertEqual(self._proposals().partner_id, self.falling, "asked once that has ended")

    def test_what_is_set_by_hand_answers_the_question(self):
        """A proposal that was open before must not overturn it later."""
        self._review()
        up, down = self._proposals(self.rising), self._proposals(self.falling)
        self._standing(self.rising).with_user(self.officer).write(
            {"manual_tier_id": self.diamond.id, "manual_reason": "Fair"}
        )
        lock = {"lock": "up", "manual_reason": "Slow payer"}
        self._standing(self.falling).with_user(self.officer).write(lock)
        self.assertEqual((up.state, down.state), ("superseded", "open"))
        self._standing(self.falling).with_user(self.officer).lock = "down"
        self.assertEqual(down.state, "superseded")
        self._grade(as_of="2025-02-02")
        self.assertFalse(self._proposals())

    def test_not_doubled(self):
        """Each night looks again; the list must not grow by it."""
        self._review()
        before = self._proposals(state=None)
        for day in (REVIEW, "2025-02-02", "2025-03-01"):
            self._grade(as_of=day)
            self.assertEqual(self._proposals(state=None), before)
            self.assertEqual(set(before.mapped("state")), {"open"})

    def test_one_open_proposal_in_the_database(self):
        """Two for one customer would both be accepted."""
        self._review()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._proposals(self.rising).copy()
            self.env.flush_all()

    def test_superseded(self):
        """What the figures ask no more, nobody may grant; what they ask instead is a question of
        its own."""
        self._review()
        up, down = self._proposals(self.rising), self._proposals(self.falling)
        self._create_order(self.rising, 60000, date="2025-02-05")
        self._create_order(self.falling, 26000, date="2025-02-05")
        self._grade(as_of="2025-02-06")
        self.assertEqual((up.state, down.state), ("superseded", "superseded"))
        again = self._proposals()
        self.assertEqual((again.partner_id, again.to_tier_id), (self.rising, self.diamond))
        for proposal in up + down:
            for decide in ("action_accept", "action_refuse"):
                with self.assertRaisesRegex(UserError, "no longer proposed"):
                    getattr(proposal.with_user(self.officer), decide)()
        self.assertEqual(self._tiers(self.rising), (self.silver, self.silver))

    def test_another_programme(self):
        """A customer taken over by another programme starts anew there."""
        self._review()
        other = self._create_approval_program(self.company, sequence=1)
        self._grade(as_of="2025-02-02")
        self.assertFalse(self._proposals())
        self.assertEqual(self._standing(self.falling).tier_id.program_id, other)


@tagged("post_install", "-at_install")
@freeze_time("2025-02-10 12:00:00")
class TestDecisions(ApprovalCase):
    def setUp(self):
        super().setUp()
        self.run_record = self._review()
        self.up, self.down = self._proposals(self.rising), self._proposals(self.falling)

    def _grade_on(self, day):
        with freeze_time(f"{day} 12:00:00"):
            return self._grade()

    def test_accept(self):
        """The tier, its dates and the history are those of a movement, with who agreed."""
        self.program.hold_months = 12
        self.up.with_user(self.officer).action_accept()
        standing = self._standing(self.rising)
        self.assertEqual(self._tiers(self.rising), (self.gold, self.gold))
        today = date(2025, 2, 10)
        self.assertEqual(
            [standing.computed_since, standing.tier_since, standing.reviewed_on], [today] * 3
        )
        self.assertEqual(standing.guaranteed_until, date(2026, 2, 10))
        self.assertEqual(standing.review_date, date(2025, 3, 1))
        self.assertFalse(standing.waiting or standing.proposed_tier_id or standing.above_since)
        change = standing.change_ids.sorted("id")[-1]
        self.assertEqual(
            (change.from_tier_id, change.to_tier_id, change.direction, change.reason, change.date),
            (self.silver, self.gold, "up", "approval", today),
        )
        self.assertEqual((change.user_id, change.run_id), (self.officer, self.run_record))
        self.assertEqual(change.score, standing.score)
        self.assertEqual(change.policy_id._values(change.numbers)["metric:amount"], standing.amount)
        self.assertEqual((self.up.state, self.up.user_id), ("accepted", self.officer))
        self.assertTrue(self.up.decided_on)
        self.assertEqual(self.down.state, "open")

    def test_accepted_state_is_that_of_grading(self):
        """Were the rule written twice, the same night would change what was accepted."""
        self.program.write({"hold_months": 6, "misses": 2})
        self.up.with_user(self.officer).action_accept()
        names = ["tier_id", "computed_tier_id", "tier_since", "computed_since", "review_date"]
        names += ["guaranteed_until", "reviewed_on", "missed_reviews", "waiting", "refused_on"]
        before = self._standing(self.rising).read(names)
        self._grade_on("2025-02-10")
        self.assertEqual(self._standing(self.rising).read(names), before)
        self.assertFalse(self._proposals(self.rising))

    def test_one_level_at_a_time(self):
        """Where the figures ask for more than was accepted, the customer waits for its review."""
        self.program.one_level = True
        self._grade_on("2025-02-10")
        step = self._proposals(self.falling)
        self.assertEqual(step.to_tier_id, self.silver)
        step.with_user(self.officer).action_accept()
        self.assertEqual(self._standing(self.falling).tier_id, self.silver)
        self.assertEqual(self._standing(self.falling).waiting, "review")
        self._grade_on("2025-02-28")
        self.assertFalse(self._proposals(self.falling))
        self._grade_on("2025-03-01")
        self.assertEqual(self._proposals(self.falling).to_tier_id, self.regular)

    def test_prices_follow_at_once(self):
        """The customer is told about the tier; the next quotation must know it."""
        quotation = self.env["sale.order"].with_user(self.salesperson)
        vals = {"partner_id": self.rising.id, "company_id": self.company.id}
        self.assertEqual(quotation.create(vals).pricelist_id, self.silver.pricelist_id)
        self.up.with_user(self.officer).action_accept()
        self.assertTrue(self.gold.pricelist_id)
        self.assertEqual(quotation.create(vals).pricelist_id, self.gold.pricelist_id)
        self.assertEqual(self.rising.with_user(self.salesperson).customer_tier_id, self.gold)

    def test_refuse(self):
        """A refusal keeps its reason, leaves the customer alone, and is quiet until the next
        review."""
        self._refuse(self.up + self.down)
        for proposal in self.up + self.down:
            self.assertEqual((proposal.state, proposal.user_id), ("refused", self.officer))
            self.assertEqual(proposal.refusal_reason, "Large order announced")
            self.assertEqual(proposal.standing_id.waiting, "review")
        for day in ("2025-02-10", "2025-02-11", "2025-02-28"):
            self._grade_on(day)
            self.assertFalse(self._proposals())
            self.assertEqual(self._standing(self.rising).waiting, "review")
            self.assertEqual(self._tiers(self.falling), (self.gold, self.gold))
        self.assertFalse(self._standing(self.rising).change_ids.filtered("user_id"))
        self._grade_on("2025-03-01")
        self.assertEqual(self._proposals().partner_id, self.rising + self.falling)
        self.assertEqual(len(self._proposals(state=None)), 4)

    def test_refuse_where_every_day_is_a_review(self):
        """The next review would be tomorrow: the same question every night wears reviewers out."""
        self.program.review_every = "day"
        self._refuse(self.down)
        self._grade_on("2025-02-11")
        self._grade_on("2025-02-28")
        self.assertFalse(self._proposals(self.falling))
        self._grade_on("2025-03-01")
        self.assertTrue(self._proposals(self.falling))

    def test_refuse_needs_a_reason(self):
        """Colleagues want to know later."""
        for reason in (False, "  "):
            with self.assertRaisesRegex(UserError, "Say why"):
                self._refuse(self.up, reason)
        self.assertEqual(self.up.state, "open")

    def test_accept_all_of_a_run(self):
        """One button for a list that was looked through; what was refused before stays refused."""
        self._refuse(self.down)
        with patch.object(type(self.env["res.partner"]), "write") as write:
            self.run_record.with_user(self.officer).action_accept_proposals()
        write.assert_not_called()
        self.assertEqual((self.up.state, self.down.state), ("accepted", "refused"))
        self.assertEqual(self.run_record.open_proposal_count, 0)
        self.assertEqual(self.run_record.proposal_count, 2)
        with self.assertRaisesRegex(UserError, "no open proposal"):
            self.run_record.with_user(self.officer).action_accept_proposals()

    def test_many_cost_no_more_than_one(self):
        """A run of thousands is accepted with one button."""
        more = [
            self._create_own_customer(f"Many {number}", ("2025-01-02", 6000)) for number in range(9)
        ]
        self._grade_on("2025-02-10")
        for partner in more:
            self._create_order(partner, 20000, date="2025-02-10")
        self._grade_on("2025-02-10")
        one, many = self._proposals(more[0]), self._proposals(*more[1:])
        self.assertEqual(len(many), 8)
        counts = []
        for proposals in (one, many):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            proposals.with_user(self.officer).action_accept()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)

    def test_set_by_hand_still_counts(self):
        """Accepting moves the computed tier alone where another one was set by hand."""
        self._standing(self.rising).sudo().flush_recordset()
        self.cr.execute(
            "UPDATE customer_tier_standing SET manual_tier_id = %s, tier_id = %s WHERE id = %s",
            [self.diamond.id, self.diamond.id, self._standing(self.rising).id],
        )
        self.env.invalidate_all()
        self.up.with_user(self.officer).action_accept()
        self.assertEqual(self._tiers(self.rising), (self.gold, self.diamond))
        self.assertFalse(self._standing(self.rising).change_ids.filtered("user_id"))

    def test_decided_is_decided(self):
        """The second reviewer is told who was faster, and nothing happens twice."""
        second = self._create_user("tiering_officer_2", "customer_tiering.group_user")
        self.up.with_user(self.officer).action_accept()
        for decide in ("action_accept", "action_refuse"):
            with self.assertRaisesRegex(UserError, re.escape(f"{self.officer.name} accepted it")):
                getattr((self.up + self.down).with_user(second), decide)()
        self.assertEqual(self.down.state, "open", "all or nothing")
        self._refuse(self.down)
        with self.assertRaisesRegex(UserError, "refused it"):
            self.down.with_user(second).action_accept()
        changes = self._standing(self.rising).change_ids
        self.assertEqual(len(changes.filtered(lambda c: c.reason == "approval")), 1)

    def test_decided_behind_an_open_wizard(self):
        """Between opening the question for a reason and answering it, a colleague accepted."""
        action = self.up.with_user(self.officer).action_refuse()
        wizard = self.env[action["res_model"]].with_user(self.officer).browse(action["res_id"])
        wizard.reason = "Too early"
        self.up.with_user(self.manager).action_accept()
        with self.assertRaisesRegex(UserError, "accepted it"):
            wizard.action_refuse()
        self.assertEqual(self._standing(self.rising).tier_id, self.gold)

    def test_decided_in_another_transaction(self):
        """What this reviewer has read before does not count: the row does."""
        proposal = self.up.with_user(self.officer)
        self.assertEqual(proposal.state, "open")
        self.cr.execute(
            "UPDATE customer_tier_proposal SET state = 'refused', user_id = %s, decided_on = now() "
            "WHERE id = %s",
            [self.manager.id, proposal.id],
        )
        with self.assertRaisesRegex(UserError, re.escape(f"{self.manager.name} refused it")):
            proposal.action_accept()
        self.assertEqual(self._tiers(self.rising), (self.silver, self.silver))

    def test_being_decided_at_this_moment(self):
        """While a colleague's click is under way, waiting for it would end in doing it twice."""
        model = type(self.up)
        with (
            patch.object(model, "try_lock_for_update", lambda records: records.browse()),
            self.assertRaisesRegex(UserError, "Somebody else is deciding"),
        ):
            self.up.with_user(self.officer).action_accept()
        self.assertEqual(self.up.state, "open")

    def test_proposal_that_no_longer_fits(self):
        """A tier archived since the grading is none to move into."""
        self.gold.active = False
        result = (self.up + self.down).with_user(self.officer).action_accept()
        self.assertEqual((self.up.state, self.down.state), ("superseded", "accepted"))
        self.assertEqual(self._standing(self.rising).tier_id, self.silver)
        self.assertEqual(result["params"]["type"], "warning")

    def test_tier_with_proposals_is_kept(self):
        """Deleted, it would leave a question about nothing."""
        with self.assertRaisesRegex(UserError, "Archive it"):
            (self.up.to_tier_id).unlink()

    def test_deleted_run(self):
        """A run that is cleaned up leaves its questions."""
        self.run_record.with_user(self.manager).unlink()
        self.assertFalse(self.up.run_id)
        self.up.with_user(self.officer).action_accept()
        self.assertEqual(self._standing(self.rising).tier_id, self.gold)


@tagged("post_install", "-at_install")
class TestApprovalRights(HttpCase, ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer_b = cls._create_user(
            "tiering_officer_b", "customer_tiering.group_user", company_id=cls.company_b.id
        )

    def _call(self, user, method, *args, model="customer.tier.proposal"):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": args, "kwargs": {}}
        )

    def test_salespeople_read_and_officers_decide_by_the_buttons(self):
        """A write of one field would change the state without the tier, or the tier asked for."""
        self._review()
        up = self._proposals(self.rising)
        own = up.with_user(self.salesperson)
        self.assertEqual(own.to_tier_id, self.gold)
        for user in (self.salesperson, self.officer, self.manager):
            for method, args in {
                "write": [up.ids, {"to_tier_id": self.diamond.id}],
                "create": [{"standing_id": up.standing_id.id, "to_tier_id": self.diamond.id}],
                "unlink": [up.ids],
                "_refuse": [up.ids, "Because"],
                "_close": [up.ids, "accepted"],
            }.items():
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(JsonRpcException) as refused, mute_logger("odoo.http"):
                        self._call(user, method, *args)
                    self.assertIn("AccessError", str(refused.exception))
        for decide in (own.action_accept, own.action_refuse):
            with self.assertRaises(AccessError):
                decide()
        self.assertEqual(up.state, "open")
        self._call(self.officer, "action_accept", up.ids)
        up.invalidate_recordset()
        self.assertEqual(up.state, "accepted")
        self.assertEqual(self._standing(self.rising).tier_id, self.gold)

    def test_companies(self):
        """Officers of one company neither see nor decide what another one asks."""
        program_b = self._create_approval_program(self.company_b)
        customer = self._create_own_customer("Of B", ("2024-01-15", 26000), company=self.company_b)
        self._grade(as_of="2025-01-10", company=self.company_b)
        self._review()
        self.assertFalse(self._standing(customer, self.company_b).waiting)
        run = self._grade(as_of=REVIEW, company=self.company_b)
        theirs = self.env["customer.tier.proposal"].search([("program_id", "=", program_b.id)])
        self.assertEqual((theirs.partner_id, theirs.run_id), (customer, run))
        ours = self._proposals()
        self.assertEqual(len(ours), 2)
        visible = theirs.with_user(self.officer_b).search([])
        self.assertEqual(visible, theirs)
        for decide in ("action_accept", "action_refuse"):
            with self.assertRaises(AccessError):
                getattr(ours.with_user(self.officer_b), decide)()
        with self.assertRaises(AccessError):
            run.with_user(self.officer).action_accept_proposals()
        run.with_user(self.officer_b).action_accept_proposals()
        self.assertEqual((theirs.state, set(ours.mapped("state"))), ("accepted", {"open"}))

    def test_grading_by_the_button(self):
        """One customer graded again is asked about as in a run."""
        self.env["res.company"].flush_model()
        self._standing(self.falling).with_user(self.officer).action_grade()
        proposal = self._proposals(self.falling)
        self.assertEqual(len(proposal), 1)
        self.assertFalse(proposal.run_id)
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)
