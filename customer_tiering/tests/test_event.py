from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .common import CRON_LOGGER
from .event_common import TODAY, EventCase

TOOLS_LOGGER = "odoo.addons.customer_tiering.tools"
SLICE_SIZE = "odoo.addons.customer_tiering.models.customer_tier_event.SLICE_SIZE"


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
        self.assertIn("Silver because of Amount bought in a year.", self._notes(self.buyer).body)
        self.assertNotIn("2,100", self._notes(self.buyer).body)
        activity = self.buyer.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(activity.date_deadline, date(2025, 3, 13))
        self.assertEqual(activity.summary, "Congratulate: promoted from Low to Silver")
        mail = self._mails(self.buyer)
        self.assertEqual(mail.subject, f"You are now Silver at {self.company.name}")
        self.assertEqual((mail.model, mail.res_id), ("res.partner", self.buyer.id))
        self.assertEqual(mail.state, "outgoing", "sent by the queue, where it can be taken back")
        event = self._events()
        self.assertEqual((event.state, event.mail_result), ("done", "sent"))
        self.assertEqual((event.activity_id, event.note_id), (activity, self._notes(self.buyer)))

    def test_discount_is_promised_to_who_gets_it(self):
        """The mail promises a discount to a customer with a list of its own, or while pricelists
        are off."""
        self.silver.discount = 12.5
        self.silver.program_id.benefit_ids = [
            Command.create({"name": "Discount", "kind": "discount"})
        ]
        agreed = self._create_pricelist("Agreed")
        others = {name: self._create_own(name) for name in ("Agreed", "French")}
        others["Agreed"].property_product_pricelist = agreed
        self.env["res.lang"]._activate_lang("fr_FR")
        others["French"].lang = "fr_FR"
        with freeze_time("2025-03-09 12:00:00"):
            self._grade()
        self._create_rules("up", "first")
        for partner in (self.buyer, *others.values()):
            self._promote(partner)
        self._grade()
        self._run_cron()
        promise = "Discount:"
        self.assertIn(f"{promise} 12.50 %", self._plain(self._mails(self.buyer).body))
        self.assertNotIn(promise, self._mails(others["Agreed"]).body)
        self.assertIn("12,50 %", self._plain(self._mails(others["French"]).body))
        self._switch_pricelists(False)
        event = self._events(self.buyer)
        body = self.promotion_mail._render_field("body_html", event.ids)[event.id]
        self.assertNotIn(promise, body)

    def _plain(self, html):
        return " ".join(html2plaintext(html).split())

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
        with mute_logger(TOOLS_LOGGER, "odoo.addons.mail.models.mail_render_mixin"):
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
        self._standing(self.buyer).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
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

    def test_what_to_do(self):
        """A to-do that says “Demoted from Gold to Silver” leaves open what there is to do."""
        self._create_rules("down")
        self._create_order(self.buyer, 2000, date="2025-03-02")
        self._grade(as_of="2025-03-05")
        self._events().unlink()
        # Harder rules are demotions; an order that came back would be a correction.
        self.program.tier_ids[1].condition_ids.value = 4000
        self._grade(as_of=TODAY)
        self._run_cron()
        activity = self.buyer.activity_ids
        self.assertEqual(activity.summary, "Call: demoted from Silver to Low")
        self.assertIn("Call the customer", activity.note)
        self.assertIn("Silver", activity.note)

    def test_opened_at_news_of_tiers(self):
        """The list of messages was full of changes of stage, which no message is sent about."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_event_action"
        )
        self.assertIn("'search_default_tier_news': 1", action["context"])
        search = self.Event.get_view(view_type="search")["arch"]
        self.assertIn("tier_news", search)
