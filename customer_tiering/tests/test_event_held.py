from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .. import untold
from .event_common import TODAY, EventCase


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestFlood(EventCase):
    """Nobody is written to by the hundred without somebody wanting it."""

    def _counts(self, wizard):
        """Totals of what the wizard shows."""
        lines = wizard._lines(
            wizard.env["customer.tier.event"]._forecast_of(untold.source(wizard.run_id))
            if wizard.run_id
            else wizard.event_ids._forecast()
        )
        return [sum(line[name] for line in lines) for name in ("notes", "activities", "mails")]

    def _total_told(self, *partners):
        return [sum(numbers) for numbers in zip(*map(self._told, partners), strict=True)]

    def test_first_complete_grading(self):
        """Switched on, the addon must not tell everybody of tiers that they always deserved;
        whoever wants that sees first what it comes to."""
        self._create_rules("first")
        others = [self._create_own(f"Other{number}", email=False) for number in range(2)]
        moved = self._create_own("Moved", 2000)
        run = self._grade()
        self.assertFalse(self._events())
        self.assertTrue(run.untold)
        self._run_cron()
        self.assertEqual(self._total_told(self.buyer, moved, *others), [0, 0, 0])
        self._create_order(moved, 9000, date="2025-03-06")
        later = self._grade()
        self.assertFalse(later.untold)
        self._events().unlink()
        wizard = self._open_wizard(run.with_user(self.officer).action_tell())
        self.assertEqual(wizard.event_count, 3, "one has moved on")
        counts = self._counts(wizard)
        self.assertEqual(counts, [3, 3, 1])
        self.assertIn("2 cannot be written to", " ".join(wizard.forecast.split()))
        self.assertFalse(self._events(), "looking changes nothing")
        wizard.action_tell()
        self.assertFalse(run.untold)
        self._run_cron()
        self.assertEqual(self._total_told(self.buyer, moved, *others), counts)
        with self.assertRaisesRegex(UserError, "decided"):
            wizard.action_tell()
        with self.assertRaisesRegex(UserError, "None of these is held"):
            run.with_user(self.officer).action_tell()

    def test_single_grading_before_the_first_complete_one(self):
        """An order may be the first thing ever graded."""
        self._create_rules("first")
        self.env["customer.tier.run"]._grade_partners(self.buyer, self.company)
        self._standing(self.buyer).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        self.assertFalse(self._events())

    def test_more_than_the_limit(self):
        """A new threshold moves thousands: they are told only when somebody agrees."""
        self._create_rules("up")
        self._grade()
        others = [self._create_own(f"Other{number}") for number in range(2)]
        self._grade()
        self._events().unlink()
        self.company.customer_tier_tell_limit = 2
        self._promote(self.buyer, *others)
        run = self._grade().with_user(self.officer)
        self.assertEqual(self._states(), ["held"] * 3)
        self.assertEqual((run.event_count, run.held_event_count), (3, 3))
        self._run_cron()
        self.assertEqual(self._total_told(self.buyer, *others), [0, 0, 0])
        self._events(others[1]).with_user(self.officer).action_discard()
        wizard = self._open_wizard(run.action_tell())
        self.assertEqual((wizard.event_count, self._counts(wizard)), (2, [2, 2, 2]))
        wizard.action_tell()
        self._run_cron()
        self.assertEqual(self._states(), ["done", "done", "discarded"])
        self.assertEqual(self._total_told(self.buyer, *others), [2, 2, 2])
        self.assertEqual(self._told(others[1]), (0, 0, 0))

    def test_exactly_the_limit_goes(self):
        """More than the limit is held, not the limit itself."""
        self._grade()
        self.company.customer_tier_tell_limit = 1
        self._promote(self.buyer)
        self._grade()
        self.assertEqual(self._states(), ["new"])

    def test_discard_all_of_a_run(self):
        """One click for who wants to tell nobody."""
        self._grade()
        self.company.customer_tier_tell_limit = 0
        self._promote(self.buyer)
        run = self._grade().with_user(self.officer)
        self.assertEqual(run.held_event_count, 1)
        run.action_discard_events()
        self.assertEqual(self._states(), ["discarded"])
        self.env.invalidate_all()
        self.assertEqual(run.held_event_count, 0)

    def test_held_and_no_longer_true(self):
        """What was held for a week may be wrong by now: it is neither counted nor told."""
        self._create_rules("up", "down")
        self._grade()
        self.company.customer_tier_tell_limit = 0
        self._promote(self.buyer)
        run = self._grade().with_user(self.officer)
        self._create_order(self.buyer, -2000, date="2025-03-06")
        self._grade()
        wizard = self._open_wizard(run.action_tell())
        self.assertEqual(wizard.event_count, 0)
        self.assertEqual(self._states(), ["overtaken", "overtaken"])
        with self.assertRaisesRegex(UserError, "decided"):
            wizard.action_tell()

    def test_limit_without_a_run(self):
        """The queue of orders, and a colleague who sets hundreds by hand, fall under it too."""
        others = [self._create_own(f"Other{number}") for number in range(2)]
        self._grade()
        self.company.customer_tier_tell_limit = 2
        partners = [self.buyer, *others]
        self._promote(*partners)
        Run = self.env["customer.tier.run"]
        Run._grade_partners(self.env["res.partner"].union(*partners), self.company)
        self.assertEqual(self._states(), ["held"] * 3)
        standings = self.env["customer.tier.standing"].union(*map(self._standing, partners))
        standings.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        self.assertEqual(self._states(), ["held"] * 6)
        self._promote(self.buyer)
        Run._grade_partners(self.buyer, self.company)
        standings[0].with_user(self.officer).write(
            {"manual_tier_id": self.silver.id, "manual_reason": "Fair"}
        )
        self.assertEqual(self._states()[-1], "new")

    def test_forecast_by_rule(self):
        """The table names the lines of the programme, and says where nothing would happen."""
        rules = self._create_rules("up", "up")
        rules[0].write({"tier_ids": [Command.set(self.gold.ids)], "activity_type_id": False})
        idle = self._create_own("Idle", 2000)
        others = [self._create_own(f"Other{number}") for number in range(2)]
        self._grade()
        self.company.customer_tier_tell_limit = 0
        self._promote(self.buyer, *others)
        self._create_order(others[1], 4000, date="2025-03-06")
        self._create_order(idle, -1500, date="2025-03-06")
        run = self._grade().with_user(self.officer)
        wizard = self._open_wizard(run.action_tell())
        lines = wizard._lines(wizard.event_ids._forecast())
        found = [
            (line["rule"], line["events"], line["notes"], line["activities"], line["mails"])
            for line in lines
        ]
        empty = rules.browse()
        # Of Gold the first line has note and mail, the second the activity.
        self.assertEqual(
            found, [(rules[0], 1, 1, 0, 1), (rules[1], 3, 2, 3, 2), (empty, 1, 0, 0, 0)]
        )
        self.assertIn("Promotion: Gold", wizard.forecast)
        self.assertIn("no line under Messages", wizard.forecast)

    def test_rights(self):
        """Officers decide, salespeople look, and nobody writes on the log."""
        self._grade()
        self.company.customer_tier_tell_limit = 0
        self._promote(self.buyer)
        run = self._grade()
        event = self._events()
        for user in (self.officer, self.manager):
            with self.assertRaises(AccessError):
                event.with_user(user).state = "done"
        seller = event.with_user(self.salesperson)
        self.assertEqual(seller.kind, "up")
        for call in (seller.action_tell, seller.action_discard, seller.action_retry):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            run.with_user(self.salesperson).action_tell()
        with self.assertRaises(AccessError):
            self.program.event_rule_ids.with_user(self.officer).create(
                {"program_id": self.program.id, "kind": "up"}
            )
        self.assertEqual(event.state, "held")

    def test_wizard_is_no_way_around_companies(self):
        """Counts and telling go by SQL, past the rules of access."""
        self._grade()
        self.company.customer_tier_tell_limit = 0
        self._promote(self.buyer)
        run = self._grade()
        stranger = self._create_user(
            "tiering_officer_b", "customer_tiering.group_user", company_id=self.company_b.id
        )
        Wizard = self.env["customer.tier.tell"].with_user(stranger)
        for vals in ({"event_ids": self._events().ids}, {"run_id": run.id}):
            with self.assertRaises(AccessError):
                wizard = Wizard.create(vals)
                wizard.action_tell()
        self.assertEqual(self._states(), ["held"])


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestResponsible(EventCase):
    """Who is asked to decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write({"user_id": cls.manager.id, "approval": "up"})
        with freeze_time("2025-03-09 12:00:00"):
            cls._grade()

    def _todos(self):
        return self.env["mail.activity"].search([("res_model", "=", "customer.tier.run")])

    def test_one_to_do(self):
        """One, not one per night; and it goes when all is decided."""
        self._promote(self.buyer)
        run = self._grade()
        todo = self._todos()
        self.assertEqual((todo.user_id, todo.res_id), (self.manager, run.id))
        self.assertEqual(todo.summary, "1 proposed tier change waits for a decision")
        other = self._create_own("Other", day="2025-03-02")
        self._grade()
        self._promote(other)
        with freeze_time("2025-03-11 12:00:00"):
            self._grade()
            self.assertEqual(self._todos(), todo)
            proposals = self.env["customer.tier.proposal"].search([("state", "=", "open")])
            self.assertEqual(len(proposals), 2)
            proposals.filtered(lambda p: p.run_id == run).with_user(self.officer).action_accept()
            self.assertFalse(self._todos())

    def test_held_messages(self):
        """Held messages are something to decide about, too."""
        self.program.approval = "none"
        self.company.customer_tier_tell_limit = 0
        self._promote(self.buyer)
        run = self._grade()
        self.assertEqual(self._todos().summary, "1 message about a tier is held")
        run.with_user(self.officer).action_discard_events()
        self.assertFalse(self._todos())

    def test_somebody_stands_in(self):
        """A responsible who has left would leave the to-do unseen."""
        self.manager.active = False
        self.company.customer_tier_fallback_user_id = self.officer
        self._promote(self.buyer)
        self._grade()
        self.assertEqual(self._todos().user_id, self.officer)

    def test_nothing_to_decide(self):
        """A quiet night asks nobody."""
        self._grade()
        self.assertFalse(self._todos())
