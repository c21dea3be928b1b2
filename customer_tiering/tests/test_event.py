from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_cron import CRON_LOGGER
from .test_grading_run import OWN, GradingCase

WORK_LOGGER = "odoo.addons.customer_tiering.models.customer_tier_event_work"
SLICE_SIZE = "odoo.addons.customer_tiering.models.customer_tier_event_work.SLICE_SIZE"
TODAY = "2025-03-10"


class EventCase(GradingCase):
    """A ladder of Low, Silver (1,000 in a year) and Gold (5,000), and a company graded once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["customer.tier.event"]
        cls.Event.search([]).unlink()
        cls.env["customer.tier.program"].search([]).action_archive()
        # Their activities are no concern of these tests.
        cls.env["customer.reminder.rule"].search([]).action_archive()
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.promotion_mail = cls.env.ref("customer_tiering.mail_template_promotion")
        cls.notice_mail = cls.env.ref("customer_tiering.mail_template_notice")
        cls.program = cls._create_ladder()
        cls.low, cls.silver, cls.gold = cls.program.tier_ids
        cls.buyer = cls._create_own("Buyer")

    @classmethod
    def _create_ladder(cls, company=None, **vals):
        return cls._create_program(
            tiers=[
                "Low",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[],
            company=company,
            domain=OWN,
            **vals,
        )

    @classmethod
    def _create_own(cls, name, amount=100, company=None, day="2025-03-01", **vals):
        company = company or cls.company
        vals = {
            "company_id": company.id,
            "email": f"{name.lower()}@example.com",
            "user_id": cls.salesperson.id if company == cls.company else False,
            **vals,
        }
        partner = cls._create_customer(name, **vals)
        cls._create_order(partner, amount, date=day, company=company)
        return partner

    @classmethod
    def _create_rules(cls, *kinds, program=None, **vals):
        """A rule with a note, an activity and an e-mail for each of the kinds."""
        program = program or cls.program
        return cls.env["customer.tier.event.rule"].create(
            [
                {
                    "program_id": program.id,
                    "kind": kind,
                    "activity_type_id": cls.todo.id,
                    "mail_template_id": cls.promotion_mail.id,
                    **vals,
                }
                for kind in kinds
            ]
        )

    def _events(self, *partners, state=None):
        domain = [("partner_id", "in", [partner.id for partner in partners])] if partners else []
        domain += [("state", "=", state)] if state else []
        return self.Event.search(domain, order="id")

    def _states(self, *partners):
        return self._events(*partners).mapped("state")

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_tell").method_direct_trigger()
        self.env.invalidate_all()

    def _notes(self, partner):
        subtype = self.env.ref("customer_tiering.mt_tier_change")
        return partner.message_ids.filtered(lambda message: message.subtype_id == subtype)

    def _mails(self, *partners):
        ids = [partner.id for partner in partners]
        return self.env["mail.mail"].search([("recipient_ids", "in", ids)])

    def _told(self, partner):
        """How many notes, activities and mails there are."""
        activities = partner.activity_ids
        return len(self._notes(partner)), len(activities), len(self._mails(partner))

    def _promote(self, *partners, amount=2000):
        for partner in partners:
            company = partner.company_id
            self._create_order(partner, amount, date="2025-03-05", company=company)

    def _open_wizard(self, action, user=None):
        self.assertEqual(action["res_model"], "customer.tier.tell")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(user or self.officer)


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestTelling(EventCase):
    """From the change to what people hear of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2025-03-09 12:00:00"):
            cls._grade()

    def test_promotion_is_told_once(self):
        """A second run of the job must not tell again; and the customer's mail, the note and the
        activity must all be there."""
        self._create_rules("up", activity_days=3)
        self._promote(self.buyer)
        run = self._grade()
        event = self._events()
        self.assertEqual(
            (event.kind, event.from_tier_id, event.to_tier_id, event.run_id, event.state),
            ("up", self.low, self.silver, run, "new"),
        )
        self.assertEqual(event.change_id.standing_id, event.standing_id)
        self._run_cron()
        self._run_cron()
        self.assertEqual(self._told(self.buyer), (1, 1, 1))
        self.assertIn("Promoted from Low to Silver", self._notes(self.buyer).body)
        self.assertIn("Amount bought in a year 2,100.00", self._notes(self.buyer).body)
        activity = self.buyer.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(activity.date_deadline, date(2025, 3, 13))
        self.assertEqual(activity.summary, "Promoted from Low to Silver")
        mail = self._mails(self.buyer)
        self.assertEqual(mail.subject, f"You are now Silver at {self.company.name}")
        self.assertEqual((mail.model, mail.res_id), ("res.partner", self.buyer.id))
        self.assertEqual(mail.state, "outgoing", "sent by the queue, where it can be taken back")
        event = self._events()
        self.assertEqual((event.state, event.mail_result), ("done", "sent"))
        self.assertEqual((event.activity_id, event.note_id), (activity, self._notes(self.buyer)))

    def test_language_of_the_customer_and_the_colleague(self):
        """Each reads their own language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.buyer.lang = "fr_FR"
        self.silver.with_context(lang="fr_FR").name = "Argent"
        self._create_rules("up")
        self._promote(self.buyer)
        self._grade()
        self._run_cron()
        self.assertIn("Argent", self._mails(self.buyer).subject)
        self.assertIn("Silver", self._notes(self.buyer).body)

    def test_each_effect_of_the_topmost_rule(self):
        """A special line must win over the general one, or Gold customers get two mails; and a
        line without an e-mail must not keep the next one from sending it."""
        rules = self._create_rules("up", "up", "up", chatter=False)
        rules[0].write({"mail_template_id": False, "sequence": 1})
        rules[1].write({"tier_ids": [Command.set(self.gold.ids)], "sequence": 2})
        rules[1].mail_template_id = self.notice_mail
        rules[2].sequence = 3
        to_gold = rules._effects("up", self.gold)
        self.assertEqual(to_gold, {"activity": rules[0], "mail": rules[1]})
        self.assertEqual(rules._effects("up", self.silver)["mail"], rules[2])
        self.assertFalse(rules._effects("down", self.silver))
        rules[1].active = False
        self.assertEqual(rules._effects("up", self.gold)["mail"], rules[2])

    def test_up_and_down_again(self):
        """An order that is cancelled before the job runs leaves nothing to tell: neither the
        promotion that did not last, nor a demotion from a tier the customer never heard of."""
        self._create_rules("up", "down")
        self._promote(self.buyer)
        self._grade()
        self._create_order(self.buyer, -2000, date="2025-03-06")
        self._grade()
        self.assertEqual(self._standing(self.buyer).tier_id, self.low)
        self._run_cron()
        self.assertEqual(self._states(), ["overtaken", "overtaken"])
        self.assertEqual(self._told(self.buyer), (0, 0, 0))

    def test_two_steps_are_told_as_one(self):
        """Told of the second step alone, the customer would read of a tier never heard of; a zigzag
        would even be told as a demotion."""
        self._create_rules("up", "down")
        self._promote(self.buyer, amount=9000)
        self._grade()
        self._create_order(self.buyer, -7000, date="2025-03-06")
        self._grade()
        self._run_cron()
        first, last = self._events()
        self.assertEqual((first.state, last.state), ("overtaken", "done"))
        self.assertEqual(
            (last.kind, last.from_tier_id, last.to_tier_id.name), ("up", self.low, "Silver")
        )
        self.assertIn("Promoted from Low to Silver", self._notes(self.buyer).body)

    def test_who_cannot_be_written_to(self):
        """One customer without an address must not keep the others' mails, and the list says
        why."""
        self._create_rules("up")
        partners = {
            name: self._create_own(name) for name in ("Nowhere", "Blocked", "Archived", "Fine")
        }
        self._grade()
        self._events().unlink()
        partners["Nowhere"].email = "no address"
        self.env["mail.blacklist"]._add(partners["Blocked"].email)
        self._promote(*partners.values())
        self._grade()
        partners["Archived"].action_archive()
        self._run_cron()
        results = {name: self._events(p).mapped("mail_result") for name, p in partners.items()}
        self.assertEqual(
            results,
            {
                "Nowhere": ["no_address"],
                "Blocked": ["blacklisted"],
                "Archived": [False],
                "Fine": ["sent"],
            },
        )
        self.assertEqual(self._states(partners["Archived"]), ["overtaken"])
        self.assertEqual(self._mails(*partners.values()).recipient_ids, partners["Fine"])
        self.assertEqual([len(self._notes(p)) for p in partners.values()], [1, 1, 0, 1])

    def test_archived_template(self):
        """A template put away is not sent any more; all else happens."""
        self._create_rules("up")
        self.promotion_mail.active = False
        self._promote(self.buyer)
        self._grade()
        self._run_cron()
        self.assertEqual(self._events().mail_result, "archived")
        self.assertEqual(self._told(self.buyer), (1, 1, 0))

    def test_one_failing_customer(self):
        """A template that breaks for one customer must not stop the queue, nor leave half of the
        effects; tried again once it is mended, everything happens once."""
        self._create_rules("up")
        other = self._create_own("Other")
        self._grade()
        self._events().unlink()
        body = self.promotion_mail.body_html
        broken = f'<t t-if="object.partner_id.id == {self.buyer.id}" t-out="1 / 0"/>'
        self.promotion_mail.sudo().body_html = broken + str(body)
        self._promote(self.buyer, other)
        self._grade()
        with mute_logger(WORK_LOGGER, "odoo.addons.mail.models.mail_render_mixin"):
            self._run_cron()
        failed = self._events(self.buyer)
        self.assertEqual((failed.state, self._states(other)), ("failed", ["done"]))
        self.assertTrue(failed.error)
        self.assertEqual(self._told(self.buyer), (0, 0, 0))
        self.assertEqual(self._told(other), (1, 1, 1))
        self.promotion_mail.sudo().body_html = body
        failed.with_user(self.officer).action_retry()
        self._run_cron()
        self.assertEqual((failed.state, failed.error), ("done", False))
        self.assertEqual([self._told(p) for p in (self.buyer, other)], [(1, 1, 1)] * 2)

    def test_killed_between_slices(self):
        """State and effects are committed together: what was told before the job died is not told
        again, what was under way is."""
        self._create_rules("up")
        other = self._create_own("Other")
        self._grade()
        self._events().unlink()
        self._promote(self.buyer, other)
        self._grade()
        real = type(self.Event)._tell_slice
        waiting = []

        def die(events):
            waiting.append(events._count_due())
            done = real(events)
            if len(waiting) == 2:
                raise MemoryError
            return done

        with (
            patch(SLICE_SIZE, 1),
            patch.object(type(self.Event), "_tell_slice", die),
            mute_logger(CRON_LOGGER),
        ):
            self._run_cron()
            self._run_cron()
        self.assertEqual(waiting, [2, 1, 1])
        self.assertEqual(self._states(), ["done", "done"])
        self.assertEqual([self._told(p) for p in (self.buyer, other)], [(1, 1, 1)] * 2)

    def test_hook(self):
        """Other addons are called once per slice, for what is told and before it is."""
        seen = []

        def note(events):
            seen.append((events.partner_id, events.mapped("state"), events.activity_id))

        other = self._create_own("Other")
        self._create_rules("up")
        self._grade()
        self._events().unlink()
        self._promote(self.buyer, other)
        self._grade()
        with patch.object(type(self.Event), "_after_tier_change", note):
            self._run_cron()
        self.assertEqual(len(seen), 1)
        self.assertEqual(seen[0][0].ids, (self.buyer + other).ids)
        self.assertEqual(seen[0][1], ["new", "new"])
        self.assertFalse(seen[0][2])

    def test_running_run_waits(self):
        """A run that has not ended may yet come to too many."""
        self._create_rules("up")
        self._promote(self.buyer)
        run = self._grade()
        run.state = "running"
        self._run_cron()
        self.assertEqual(self._states(), ["new"])
        run.action_cancel()
        self._run_cron()
        self.assertEqual(self._states(), ["done"])

    def test_without_rules(self):
        """Nothing happens then, but automations may still wait for it."""
        self._promote(self.buyer)
        self._grade()
        self._run_cron()
        self.assertEqual(self._states(), ["done"])
        self.assertEqual(self._told(self.buyer), (0, 0, 0))

    def test_first_tier_and_no_tier_any_more(self):
        """Newcomers are told of the tier reached, those who leave of the tier they had."""
        self._create_rules("first", tier_ids=[Command.set(self.silver.ids)])
        self._create_rules("out", tier_ids=[Command.set(self.low.ids)])
        newcomer = self._create_own("Newcomer", 1500)
        self.program.domain = f"[('id', '=', {newcomer.id})]"
        self._grade()
        self._run_cron()
        kinds = {event.partner_id: event.kind for event in self._events(state="done")}
        self.assertEqual(kinds, {newcomer: "first", self.buyer: "out"})
        self.assertIn("First tier: Silver", self._notes(newcomer).body)
        self.assertIn("No tier any more, was Low", self._notes(self.buyer).body)

    def test_other_programme(self):
        """Taken over by another programme, the customer hears of it by that one's rules."""
        other = self._create_ladder(sequence=1)
        self._create_rules("switch", program=other)
        self._create_rules("switch", mail_template_id=self.notice_mail.id)
        self._grade()
        self._run_cron()
        self.assertEqual((self._events().kind, self._events().program_id), ("switch", other))
        self.assertEqual(self._told(self.buyer), (1, 1, 1))
        self.assertIn("You are now", self._mails(self.buyer).subject)

    def test_activity_without_a_salesperson(self):
        """Without anybody to do it an activity would be seen by nobody."""
        self._create_rules("up")
        self.buyer.user_id = False
        self.company.customer_tier_fallback_user_id = self.manager
        self._promote(self.buyer)
        self._grade()
        self._run_cron()
        self.assertEqual(self.buyer.activity_ids.user_id, self.manager)

    def test_followers_hear_of_it(self):
        """The note is for colleagues who follow, not for the customer."""
        self._create_rules("up", mail_template_id=False, activity_type_id=False)
        colleague = self.manager.partner_id
        self.buyer.message_subscribe([colleague.id, self.buyer.id])
        self._promote(self.buyer)
        self._grade()
        self._run_cron()
        told = self._notes(self.buyer).notified_partner_ids
        self.assertIn(colleague, told)
        self.assertNotIn(self.buyer, told)

    def test_approval_and_override(self):
        """What a person decides is news as well."""
        self._create_rules("up")
        self.program.approval = "up"
        self._promote(self.buyer)
        self._grade()
        self.assertFalse(self._events())
        proposal = self.env["customer.tier.proposal"].search([("partner_id", "=", self.buyer.id)])
        proposal.with_user(self.officer).action_accept()
        self.assertEqual(self._events().change_id.reason, "approval")
        self._standing(self.buyer).with_user(self.officer).manual_tier_id = self.gold
        self.assertEqual(len(self._events()), 2)
        self._run_cron()
        self.assertEqual(self._states(), ["overtaken", "done"])
        self.assertIn("Promoted from Low to Gold", self._notes(self.buyer).body)

    def test_lock_and_end_of_an_override(self):
        """A lock moves nobody; the end of what was set by hand may."""
        self._create_rules("up", "down")
        standing = self._standing(self.buyer).with_user(self.officer)
        standing.write({"lock": "up", "manual_reason": "Slow payer"})
        self.assertFalse(self._events())
        standing.write({"manual_tier_id": self.gold.id, "manual_until": "2025-03-10"})
        self._run_cron()
        with freeze_time("2025-03-11 12:00:00"):
            self._grade()
            self._run_cron()
        self.assertEqual(self._events().mapped("kind"), ["up", "down"])
        self.assertEqual(self._states(), ["done", "done"])

    def test_merge_tells_nothing(self):
        """Nobody is promoted by putting two records together."""
        self._create_rules("up", "first")
        other = self._create_own("Other", 6000)
        self._grade()
        self._run_cron()
        before = self._events()
        merger = self.env["base.partner.merge.automatic.wizard"].create({})
        merger._merge((self.buyer + other).ids, self.buyer)
        self.assertEqual(self._standing(self.buyer).tier_id, self.gold)
        self.assertEqual(self._standing(self.buyer).change_ids.sorted("id")[-1].reason, "merge")
        self.assertEqual(self._events(), before)

    def test_simulation_and_past(self):
        """Trying tells nobody; and what was true on an earlier day is told only if somebody wants
        it."""
        self._create_rules("up")
        self._promote(self.buyer)
        self._grade(simulation=True)
        self.assertFalse(self._events())
        self._grade(as_of="2025-03-08")
        self.assertEqual(self._states(), ["held"])
        self._run_cron()
        self.assertEqual(self._states(), ["held"])

    def test_queries_do_not_grow(self):
        """Queuing goes by sets: two hundred promotions cost as many statements as two."""
        partners = [self._create_own(f"Buyer{number}") for number in range(30)]
        self._grade()
        counts = []
        for group in (partners[:2], partners[2:]):
            self._promote(*group)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._grade()
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(len(self._events()), 60)
        self.assertLessEqual(counts[1], counts[0])
        saver = self.env["customer.tier.store"]
        self._events().unlink()
        after = saver._last_change() - 30
        with self.assertQueryCount(3):
            saver._enqueue(self.company, after)
        self.assertEqual(len(self._events()), 30)

    def test_two_companies(self):
        """The same contact in two companies: each tells by its own rules, and sees its own."""
        program = self._create_ladder(self.company_b)
        self._create_rules("up", program=program)
        shared = self._create_own("Shared", company=self.company_b)
        self._grade(company=self.company_b)
        self._promote(self.buyer, shared)
        self._grade()
        self._grade(company=self.company_b)
        self._run_cron()
        self.assertEqual(self._told(self.buyer), (0, 0, 0))
        self.assertEqual(self._told(shared), (1, 1, 1))
        theirs = self._events(shared)
        self.assertEqual(theirs.company_id, self.company_b)
        self.assertFalse(self.Event.with_user(self.officer).search([("id", "=", theirs.id)]))
        with self.assertRaises(AccessError):
            theirs.with_user(self.officer).action_discard()
        self.assertEqual(
            self.Event.with_user(self.salesperson).search([]), self._events(self.buyer)
        )


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestFlood(EventCase):
    """Nobody is written to by the hundred without somebody wanting it."""

    def _counts(self, wizard):
        """Totals of what the wizard shows."""
        lines = wizard._lines(
            wizard.env["customer.tier.event"]._forecast_of(wizard.run_id._untold_source())
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
        self._standing(self.buyer).with_user(self.officer).manual_tier_id = self.gold
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
        standings.with_user(self.officer).manual_tier_id = self.gold
        self.assertEqual(self._states(), ["held"] * 6)
        self._promote(self.buyer)
        Run._grade_partners(self.buyer, self.company)
        standings[0].with_user(self.officer).manual_tier_id = self.silver
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
class TestNotice(EventCase):
    """Notice before a demotion."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write({"review_every": "month", "notice_days": 14})
        cls._create_rules("notice", mail_template_id=cls.notice_mail.id)
        cls._create_rules("down")
        cls.buyer.action_archive()
        cls.falling = cls._create_own("Falling", 6000, day="2024-02-10")
        cls.still = cls._create_own("Still", 6000, day="2025-02-01")
        cls._day("2025-02-05")

    @classmethod
    def _day(cls, day):
        with freeze_time(f"{day} 12:00:00"):
            return cls._grade()

    def _tell_on(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self._run_cron()

    def test_notice_in_time(self):
        """Told a fortnight before the review that takes the tier, with what it needs; a review
        that is nearer than that takes nothing."""
        self._create_order(self.falling, 300, date="2025-02-01")
        for day in ("2025-02-11", "2025-02-14"):
            self._day(day)
            self.assertFalse(self._events())
        self._day("2025-02-15")
        event = self._events()
        self.assertEqual((event.kind, event.partner_id), ("notice", self.falling))
        self.assertEqual((event.from_tier_id, event.to_tier_id), (self.gold, self.low))
        self.assertEqual(event.decision_date, date(2025, 3, 1))
        self._tell_on("2025-02-15")
        mail = self._mails(self.falling)
        self.assertEqual(mail.subject, f"Stay Gold at {self.company.name}")
        body = " ".join(str(mail.body_html).split())
        self.assertIn("03/01/2025", body)
        self.assertIn("Amount bought in a year ≥ 5,000.00", body)
        self.assertIn("(today 300.00", body)
        self.assertIn("May lose Gold on 03/01/2025", self._notes(self.falling).body)
        self.assertIn("Needed to keep Gold", self.falling.activity_ids.note)
        self._day("2025-02-28")
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)
        self._day("2025-03-01")
        self.assertEqual(self._standing(self.falling).tier_id, self.low)
        self._tell_on("2025-03-01")
        self.assertEqual(self._events(self.falling).mapped("kind"), ["notice", "down"])
        self.assertFalse(self._events(self.still))
        self.assertEqual(len(self._mails(self.falling)), 2)

    def test_too_late_for_the_next_review(self):
        """Fallen a week before the review, the customer keeps the tier until the one after it, and
        the notice says so."""
        self._day("2025-02-22")
        event = self._events()
        self.assertEqual(event.decision_date, date(2025, 4, 1))
        self._day("2025-03-01")
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)
        self._day("2025-04-01")
        self.assertEqual(self._standing(self.falling).tier_id, self.low)

    def test_recovered_before_it_is_told(self):
        """A customer who has ordered meanwhile must not be warned."""
        self._day("2025-02-15")
        self._create_order(self.falling, 6000, date="2025-02-16")
        self._day("2025-02-17")
        self._tell_on("2025-02-17")
        self.assertEqual(self._states(), ["overtaken"])
        self.assertEqual(self._told(self.falling), (0, 0, 0))

    def test_set_by_hand_or_locked(self):
        """There is nothing to lose while somebody holds the tier."""
        self._set_tier(self.falling, self.gold)
        self._day("2025-02-15")
        self.assertFalse(self._events())
        other = self._create_own("Other", 6000, day="2024-02-20")
        self._day("2024-12-01")
        self._events().unlink()
        self._day("2025-02-21")
        self.assertEqual(self._events(other).kind, "notice")
        lock = {"lock": "both", "manual_reason": "Promised"}
        self._standing(other).with_user(self.officer).write(lock)
        self._tell_on("2025-02-21")
        self.assertEqual(self._states(other), ["overtaken"])

    def test_any_requirement_and_score(self):
        """Where one of several is enough they are told as alternatives."""
        self.gold.write(
            {
                "condition_match": "any",
                "condition_ids": [
                    Command.create(
                        {
                            "metric_id": self._metric("order_count").id,
                            "operator": ">=",
                            "value": 3,
                        }
                    )
                ],
            }
        )
        self._day("2025-02-15")
        needed = self._events().needed
        self.assertEqual(len(needed.splitlines()), 1)
        self.assertIn(" or Number of orders in a year ≥ 3 (today 0)", needed)

    def test_days_are_not_negative(self):
        """A negative period would be refused by grading, at night."""
        with self.assertRaises(Exception) as refusal, mute_logger("odoo.sql_db"):
            self.program.notice_days = -1
            self.env.flush_all()
        self.assertIn("notice_not_negative", str(refusal.exception))


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestRules(EventCase):
    """The table on the programme."""

    def test_presets(self):
        """Colleagues hear of it from the first day, customers not before somebody wants it."""
        program = self._create_program()
        rules = {rule.kind: rule for rule in program.event_rule_ids}
        self.assertEqual(set(rules), {"up", "down", "notice"})
        self.assertTrue(all(rule.chatter for rule in rules.values()))
        self.assertFalse(rules["up"].activity_type_id)
        self.assertEqual(rules["down"].activity_type_id, self.todo)
        self.assertFalse(program.event_rule_ids.mail_template_id)
        self.assertEqual(program.notice_days, 0)

    def test_copy(self):
        """The copy's rules speak of its own tiers; resting ones stay so."""
        rules = self._create_rules("up", "down", tier_ids=[Command.set(self.gold.ids)])
        rules[1].active = False
        self._create_rules("notice", activity_days=5)
        copy = self.program.copy()
        copied = copy.with_context(active_test=False).event_rule_ids.sorted("id")
        self.assertEqual(copied.mapped("kind"), ["up", "down", "notice"])
        self.assertEqual(copied.mapped("active"), [True, False, True])
        self.assertEqual(copied[0].tier_ids, copy.tier_ids[2])
        self.assertFalse(copied[2].tier_ids)
        self.assertEqual(copied[2].activity_days, 5)
        self.assertEqual(copied.mail_template_id, self.promotion_mail)

    def test_tier_named_by_a_rule(self):
        """Deleted, it would turn a rule for Gold into one for everybody."""
        rule = self._create_rules("up", tier_ids=[Command.set(self.gold.ids)])
        with self.assertRaisesRegex(UserError, "named under Messages"):
            self.gold.unlink()
        rule.tier_ids = False
        self.gold.unlink()
        self.assertFalse(self.gold.exists())

    def test_programme_with_rules_can_be_deleted(self):
        """Rules go with their programme."""
        rule = self._create_rules("up", tier_ids=[Command.set(self.gold.ids)])
        self.program.unlink()
        self.assertFalse(rule.exists())

    def test_tier_only_told_about_is_kept(self):
        """The log quotes tiers that nobody is in any more."""
        event = self.Event.create(
            {
                "standing_id": self._set_tier(self.buyer, self.low).id,
                "company_id": self.company.id,
                "kind": "notice",
                "from_tier_id": self.low.id,
                "to_tier_id": self.gold.id,
                "date": TODAY,
            }
        )
        self.assertTrue(event)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.gold.unlink()

    def test_refused_rules(self):
        """What could never work is said at once."""
        other = self._create_ladder()
        wrong = self.env["mail.template"].create(
            {"name": "Order", "model_id": self.env["ir.model"]._get_id("sale.order")}
        )
        for vals, message in (
            ({"tier_ids": [Command.set(other.tier_ids[:1].ids)]}, "another programme"),
            ({"mail_template_id": wrong.id}, "other records"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self._create_rules("up", **vals)

    def test_form(self):
        """A manager fills in the table on the programme's form."""
        with Form(self.program.with_user(self.manager)) as form:
            form.notice_days = 30
            with form.event_rule_ids.new() as line:
                line.kind = "notice"
                line.tier_ids.add(self.gold)
                line.mail_template_id = self.notice_mail
        self.assertEqual(self.program.event_rule_ids.display_name, "Notice of a demotion: Gold")
        self.assertEqual(self.program._movement_policy().notice_days, 30)


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
