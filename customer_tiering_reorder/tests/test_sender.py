from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sender_common import SenderCase

MODEL = "odoo.addons.customer_tiering_reorder.models.customer_reminder_step"


@tagged("post_install", "-at_install")
class TestSender(SenderCase):
    def _assert_skipped(self, reminder, reason, state="skipped"):
        self.assertFalse(self._mails())
        step = self._steps(reminder)[0]
        self.assertEqual((step.state, step.skip_reason), (state, reason))

    # Sending

    def test_mail(self):
        """A mail without the way out of it, or one that lies in the customer's notes with a link
        in it by which every colleague could order."""
        reminder = self._begin(("email", 0))
        step = self._steps(reminder)
        self.assertEqual(step.state, "planned")
        self.assertFalse(reminder.activity_id)
        self._send()
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual((step.state, step.mail_id), ("sent", mail))
        self.assertEqual(step.sent_at, fields.Datetime.now())
        self.assertEqual(mail.recipient_ids, self.buyer)
        self.assertFalse(mail.model)
        self.assertIn("List-Unsubscribe-Post", mail.headers)
        self.assertIn("/customer_tiering/stop/", mail.headers)
        self.assertIn("/customer_tiering/stop/", mail.body_html)
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(self.buyer.message_ids & mail.mail_message_id)
        self._send(minutes=15)
        self.assertEqual(len(self._mails()), 1)

    def test_mails_leave_at_once(self):
        """Core's queue is looked at once an hour: what was made at the end of the hours in which
        messages may come went out at night, and who asked for a quotation waited for it."""
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")

        def asked():
            triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", queue.id)])
            return triggers.filtered(lambda t: t.call_at <= fields.Datetime.now())

        asked().unlink()
        reminder = self._begin(("activity", 0), ("email", 1))
        self._send()
        self.assertFalse(asked(), "nothing was written")
        self._send(days=1)
        self.assertEqual(len(self._mails()), 1)
        self.assertTrue(asked())
        asked().unlink()
        order = self._create_order(self.buyer, 50, state="sent")
        order.customer_reminder_id = reminder
        order._customer_reorder_send(self.buyer)
        self.assertTrue(asked())

    def test_language(self):
        """A customer in China gets an English mail."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.buyer.lang = "zh_CN"
        template = self.env.ref("customer_tiering_reorder.mail_template_reminder")
        template.with_context(lang="zh_CN").subject = "订货提醒"
        reminder = self._begin(("email", 0))
        self._send()
        self.assertEqual(self._steps(reminder).subject, "订货提醒")

    def test_at_night(self):
        """The mail rings at three in the morning of the customer; it comes at nine."""
        self.buyer.tz = "Etc/GMT+5"
        reminder = self._begin(("email", 0))
        self._send()
        step = self._steps(reminder)
        self.assertEqual((step.state, step.skip_reason), ("planned", "quiet"))
        self.assertEqual(step.send_at, self.noon + timedelta(hours=2))
        self.assertFalse(self._mails())
        self._send(hours=2)
        self.assertEqual((step.state, step.skip_reason), ("sent", False))

    def test_caps(self):
        """Four steps in a fortnight are four mails."""
        reminder = self._begin(("email", 0), ("email", 6), ("email", 8), ("email", 16))
        for _day in range(25):
            self._send(days=1)
        steps = self._steps(reminder)
        self.assertEqual(steps.mapped("state"), ["sent", "sent", "skipped", "skipped"])
        gap = steps[1].sent_at - steps[0].sent_at
        self.assertGreaterEqual(gap, timedelta(days=7))
        self.assertEqual(steps[2:].mapped("skip_reason"), ["cap", "cap"])

    def test_job_did_not_run(self):
        """After a week without the job everything that is long over is sent at once."""
        reminder = self._begin(("email", 0), ("activity", 1))
        self._send(days=7)
        steps = self._steps(reminder)
        self.assertEqual((steps[0].state, steps[0].skip_reason), ("skipped", "too_late"))
        self.assertEqual(steps[1].state, "sent", "a to-do is never too late")

    # Everything is looked at again

    def test_ordered_a_moment_before(self):
        """Customers who have just ordered are asked to order."""
        reminder = self._begin(("email", 0))
        order = self._create_order(self.buyer, 50, state="draft")
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'sale' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self._send()
        self.assertEqual(reminder.state, "ordered")
        self._assert_skipped(reminder, "ended", "cancelled")

    def test_archived_a_moment_before(self):
        reminder = self._begin(("email", 0))
        self.buyer.active = False
        self._send()
        self._assert_skipped(reminder, "archived")

    def test_rule_switched_off(self):
        reminder = self._begin(("email", 0))
        self.rule.active = False
        self._send()
        self._assert_skipped(reminder, "rule")

    def test_rule_archived(self):
        """A rule was archived, and its open reminders stayed: on desks for nothing, and in the way
        of every other rule until their time was over."""
        reminder = self._begin(("activity", 0), ("email", 3))
        self.assertTrue(self.buyer.activity_ids)
        self.rule.active = False
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual((reminder.state, reminder.end_reason), ("cancel", "rule"))
        self.assertFalse(self.buyer.activity_ids)
        self.assertEqual(self._steps(reminder)[1].state, "cancelled")

    def test_company_archived(self):
        """A company that was closed went on writing to its customers, with links that led
        nowhere."""
        reminder = self._begin(("email", 0), ("activity", 1))
        # Core refuses it as long as anybody works there.
        self.env.cr.execute("UPDATE res_company SET active = FALSE WHERE id = %s", self.company.ids)
        self.env.invalidate_all()
        self._send()
        self._send(days=1)
        self.assertFalse(self._mails() or self.buyer.activity_ids)
        reasons = {(step.state, step.skip_reason) for step in self._steps(reminder)}
        self.assertEqual(reasons, {("skipped", "company")})

    def test_blacklisted(self):
        reminder = self._begin(("email", 0))
        self.env["mail.blacklist"]._add("buyer@example.com")
        self._send()
        self._assert_skipped(reminder, "blacklisted")
        self.assertEqual(len(self._steps(reminder)), 1, "nor by any other channel")

    def test_opted_out(self):
        """What the company says holds for its contacts, of whom nothing is said."""
        contact = self._create_customer("Ann", parent_id=self.buyer.id, email="ann@example.com")
        self._create_order(contact, 10, date=30)
        Preference = self.env["customer.contact.preference"]
        Preference.create({"partner_id": self.buyer.id, "no_reminders": True})
        reminder = self._begin(("email", 0))
        self.assertEqual(self._steps(reminder).partner_id, contact)
        self._send()
        self._assert_skipped(reminder, "opted_out")

    def test_quotation(self):
        """Asked whether to order, while the quotation lies before it; once it is decided the
        reminder comes, and not all that was missed at once."""
        reminder = self._begin(("email", 0))
        order = self._create_order(self.buyer, 50, state="sent", date=0)
        self._send()
        self._assert_skipped(reminder, "quotation", "planned")
        self.assertEqual(reminder.snooze_reason, "quotation")
        order._action_cancel()
        self._send(days=1)
        self.assertEqual(len(self._mails()), 1)
        self.assertFalse(reminder.snooze_reason)

    def test_called(self):
        """The salesperson has just called, and the machine writes as if nobody had."""
        reminder = self._begin(("activity", 0), ("email", 3, {"only_if": "not_called"}))
        self.assertTrue(reminder.activity_id)
        self._send(days=1)
        reminder.activity_id.with_user(self.salesperson).action_feedback()
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual(reminder.state, "open", "a step is still ahead")
        self._send(days=2)
        step = self._steps(reminder)[1]
        self.assertEqual((step.state, step.skip_reason), ("skipped", "condition"))
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual(reminder.state, "done")

    def test_spoken_to_within_a_week(self):
        reminder = self._begin(("activity", 0), ("email", 3))
        reminder.activity_id.action_feedback()
        self._send(days=3)
        step = self._steps(reminder)[1]
        self.assertEqual((step.state, step.skip_reason), ("planned", "spoke"))
        self._send(days=4)
        self.assertEqual((step.state, step.skip_reason), ("sent", False))

    def test_customer_asked_for_later(self):
        """“Not now” on the page, and the next mail comes two days later."""
        reminder = self._begin(("email", 0))
        reminder.write(
            {"snoozed_until": fields.Date.today() + timedelta(14), "snooze_reason": "customer"}
        )
        self._send(days=1)
        self._assert_skipped(reminder, "customer", "planned")
        self._send(days=14)
        self.assertEqual(len(self._mails()), 1)

    def test_clicked(self):
        reminder = self._begin(("email", 0), ("email", 8, {"only_if": "not_clicked"}))
        self._send()
        self._steps(reminder)[0].confirmed_at = fields.Datetime.now()
        self._send(days=8)
        self.assertEqual(self._steps(reminder)[1].skip_reason, "condition")

    # Channels

    def test_no_address(self):
        """Nobody learns that the customer cannot be written to, and it is lost."""
        self.buyer.email = False
        reminder = self._begin(("email", 0))
        self._send()
        first, second = self._steps(reminder)
        self.assertEqual((first.state, first.skip_reason), ("skipped", "no_address"))
        self.assertEqual((second.channel, second.state), ("activity", "sent"))
        self.assertEqual(reminder.activity_id.user_id, self.salesperson)

    def test_unwanted_channel(self):
        Preference = self.env["customer.contact.preference"]
        Preference.create({"partner_id": self.buyer.id, "email_ok": False})
        reminder = self._begin(("email", 0))
        self._send()
        self.assertEqual(self._steps(reminder).mapped("channel"), ["email", "activity"])
        self.assertFalse(self._mails())

    def test_server_refuses(self):
        """The mail server took none of it, and everybody believes that the customer has it."""
        reminder = self._begin(("email", 0))
        self._send()
        self._mails().write({"state": "exception", "failure_reason": "No such box"})
        self.Step._note_failed_mails()
        self._send(minutes=15)
        first, second = self._steps(reminder)
        self.assertEqual((first.state, first.error), ("failed", "No such box"))
        self.assertEqual((second.channel, second.state), ("activity", "sent"))

    def test_channel_breaks(self):
        """One customer's mail cannot be made, and no other customer gets one."""
        other = self._create_buyer("Other", email="other@example.com", tz="UTC")
        self._grade()
        reminder = self._begin(("email", 0))
        due = {self._standing(other): self.salesperson}
        fine = self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())
        real = type(self.Step)._send_email

        def send_email(step):
            if step.reminder_id == reminder:
                raise ValueError("no text for this one")
            return real(step)

        with patch.object(type(self.Step), "_send_email", send_email), mute_logger(MODEL):
            self._send()
        self.assertEqual(self._steps(fine).state, "sent")
        first, second = self._steps(reminder)
        self.assertEqual((first.state, first.error), ("failed", "no text for this one"))
        self.assertEqual((second.channel, second.state), ("activity", "sent"))

    def test_company_breaks(self):
        """What one company is set to cannot be read, and no other company writes to anybody, or
        the job comes to no end."""
        reminder = self._begin(("email", 0))
        step = self._steps(reminder)
        case = self.env["customer.reminder"].create(
            {
                "rule_id": self.rule.id,
                "partner_id": self.buyer.id,
                "company_id": self.company_b.id,
                "date": fields.Date.today(),
            }
        )
        other = step.copy({"reminder_id": case.id, "company_id": self.company_b.id})
        Policy = type(self.env["customer.contact.policy"])
        real = Policy._situations

        def situations(policy, company, *args):
            if company == self.company_b:
                raise ValueError("no calendar")
            return real(policy, company, *args)

        with patch.object(Policy, "_situations", situations), mute_logger(MODEL):
            self.env.flush_all()
            self.assertEqual(self.Step._send_slice(), 2)
            self.env.invalidate_all()
            self.assertFalse(self.Step._count_due())
        self.assertEqual((step.state, other.state), ("sent", "planned"))
        self.assertGreater(other.send_at, fields.Datetime.now())

    def test_failed_mail_cannot_be_noted(self):
        """One failed mail cannot be taken note of, and the job sends nothing to anybody."""
        reminder = self._begin(("email", 0))
        self._send()
        self._mails().write({"state": "exception", "failure_reason": "No such box"})

        def fail(_step, *_args):
            raise ValueError("not now")

        tools = "odoo.addons.customer_tiering.tools"
        with patch.object(type(self.Step), "_fail", fail), mute_logger(MODEL, tools):
            self.Step._note_failed_mails()
        self.assertEqual(self._steps(reminder).state, "sent")

    def _action(self):
        return self.env["ir.actions.server"].create(
            {
                "name": "Messenger",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "state": "code",
                "code": "records.ensure_one()",
            }
        )

    def test_hand_over(self):
        """A program that reports nothing has perhaps sent nothing: the next channel."""
        reminder = self._begin(("action", 0, {"action_id": self._action().id}))
        self._send()
        step = self._steps(reminder)
        self.assertEqual(step.state, "handed")
        self._send(hours=23)
        self.assertEqual(step.state, "handed")
        self._send(hours=1)
        self._send(days=7)
        first, second = self._steps(reminder)
        self.assertEqual((first.state, first.skip_reason), ("failed", "no_receipt"))
        self.assertEqual(second.channel, "email")

    def test_webhook_fails(self):
        """A messenger that answers 500, nothing in time, or sends the call elsewhere stopped the
        job; or its customer was never reminded by another channel."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Messenger",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "state": "webhook",
                "webhook_url": "http://127.0.0.1:9/messenger",
            }
        )
        failures = [
            {"side_effect": requests.exceptions.ReadTimeout()},
            {"side_effect": requests.exceptions.ConnectionError()},
            {"return_value.raise_for_status.side_effect": requests.exceptions.HTTPError("500")},
        ]
        for failure in failures:
            with self.subTest(failure):
                reminder = self._begin(("action", 0, {"action_id": action.id}))
                core = "odoo.addons.base.models.ir_actions"
                with patch.object(requests, "post", **failure) as post, mute_logger(core):
                    self._send()
                    self.env.cr.postcommit.run()
                self.assertEqual(post.call_count, 1)
                first = self._steps(reminder)
                self.assertEqual(first.state, "handed")
                self._send(days=1)
                first, second = self._steps(reminder)
                self.assertEqual((first.state, first.skip_reason), ("failed", "no_receipt"))
                self.assertEqual(second.channel, "email")
                reminder._dismiss()
                # Another Tuesday, when the caps are free again.
                self._send(days=34)

    def test_reported(self):
        reminder = self._begin(("action", 0, {"action_id": self._action().id}))
        self._send()
        step = self._steps(reminder)
        step._report("sent")
        self._send(days=2)
        self.assertEqual(step.state, "sent")
        step._report("confirmed")
        self.assertTrue(step.confirmed_at)
        self.assertEqual(len(self._steps(reminder)), 1)

    def test_reported_as_failed(self):
        reminder = self._begin(("action", 0, {"action_id": self._action().id}))
        self._send()
        self._steps(reminder)._report("failed")
        self._steps(reminder)[0]._report("sent")
        self.assertEqual(self._steps(reminder).mapped("state"), ["failed", "planned"])

    def test_failed_hand_over_reaches_the_customer(self):
        """A hand-over that failed counted as a message, and the e-mail instead of it was one too
        many: nobody wrote to the customer."""
        self.company.write({"customer_contact_week_cap": 1, "customer_contact_month_cap": 1})
        reminder = self._begin(("action", 0, {"action_id": self._action().id}))
        self._send()
        self._steps(reminder)._report("failed")
        self._send(minutes=15)
        second = self._steps(reminder)[1]
        self.assertEqual((second.channel, second.state), ("email", "sent"))
        self.assertEqual(len(self._mails()), 1)

    def test_step_taken_out_of_the_rule(self):
        """A step was deleted from the rule, and its mail was sent all the same, with the usual
        text."""
        reminder = self._begin(("email", 0), ("email", 8))
        self.rule.step_ids[0].unlink()
        self._send()
        self._assert_skipped(reminder, "rule")

    def test_put_off_and_asked_again(self):
        """“Not now, ask me later”, and nobody ever asked again."""
        for answer in (lambda r: r._later(14), lambda r: r._enough()):
            reminder = self._begin(("email", 0))
            self._send()
            answer(reminder)
            later = self._steps(reminder)[1:]
            self.assertEqual((later.channel, later.state), ("email", "planned"))
            self.assertEqual(later.due_at.date(), reminder.snoozed_until)
            answer(reminder)
            self.assertEqual(len(self._steps(reminder)), 2, "one is enough")
            self._send(days=31)
            reminder._dismiss()

    def test_put_off_after_the_end(self):
        """The page promises to ask again, and nobody does, because the colleague has ticked the
        reminder off or its time was over: links work for longer."""
        for end in ("done", "cancel"):
            with self.subTest(end):
                reminder = self._begin(("email", 0))
                self._send()
                reminder.write({"state": end, "end_reason": "window"})
                self._send(days=5)
                reminder._later(14)
                self._send(days=13)
                before = len(self._mails())
                self.env["customer.reminder"]._note_ended(self.company)
                self._send(days=2)
                self.assertEqual(len(self._mails()), before + 1)
                self.assertEqual((reminder.state, reminder.end_reason), ("open", False))
                self._create_order(self.buyer, 50, state="draft").action_confirm()
                self._send(days=40)
        # Who is reminded by another rule already, or was held back, is asked by that one.
        reminder = self._begin(("email", 0))
        self._send()
        reminder.write({"state": "cancel", "end_reason": "window"})
        other = self._begin(("email", 20))
        reminder._later(7)
        self.assertEqual((reminder.state, other.state), ("cancel", "open"))
        self.assertFalse(self._steps(reminder).filtered(lambda step: step.state == "planned"))
        self.assertEqual(other.snooze_reason, "customer")

    def test_put_off_is_sent(self):
        """Putting it off counted as a click, and the rule's next message was dropped."""
        reminder = self._begin(("email", 0), ("email", 8, {"only_if": "not_clicked"}))
        self._send()
        reminder._later(14)
        self.assertEqual(len(self._steps(reminder)), 2, "the rule's own comes then")
        for _day in range(15):
            self._send(days=1)
        self.assertEqual(self._steps(reminder).mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self._mails()), 2)

    def test_answer_belongs_to_the_message(self):
        """The customer pressed the button in its mail, and the colleague's to-do of the day after
        was said to be answered."""
        reminder = self._begin(("email", 0), ("activity", 1))
        self._send()
        self._send(days=1)
        reminder._say_useful(True)
        self.assertEqual([bool(step.confirmed_at) for step in self._steps(reminder)], [True, False])

    def test_preset_of_prospects(self):
        """Who never bought anything was written that it is time to order again."""
        rule = self.env["customer.reminder.rule"]._create_preset("prospect", self.company)
        self.assertEqual(set(rule.step_ids.mapped("channel")), {"activity"})

    def test_leader(self):
        """What is escalated lands on the salesperson's desk again, or ends with the order and
        stays on the leader's."""
        reminder = self._begin(("activity", 0), ("activity", 7, {"to": "leader"}))
        self._send(days=7)
        task = self._steps(reminder)[1].activity_id
        self.assertEqual(task.user_id, self.leader)
        self.assertEqual(reminder.activity_id.user_id, self.salesperson)
        self._create_order(self.buyer, 50, state="draft").action_confirm()
        self.env.invalidate_all()
        self.assertEqual(reminder.state, "ordered")
        self.assertFalse(task.exists())

    # Whom

    def test_contact(self):
        """Who orders is written to: not the accountant, nor who ordered once."""
        ann = self._create_customer("Ann", parent_id=self.buyer.id, email="ann@example.com")
        bob = self._create_customer("Bob", parent_id=self.buyer.id, email="bob@example.com")
        mute = self._create_customer("Mute", parent_id=self.buyer.id)
        for contact, days in ((ann, 60), (ann, 50), (bob, 40), (mute, 30), (mute, 20)):
            self._create_order(contact, 10, date=days)
        self._grade()
        reminder = self._begin(("email", 0))
        self.assertEqual(self._steps(reminder).partner_id, ann)
        ann.active = False
        self.assertEqual(self.Step._contacts(reminder)[reminder], bob)
        bob.email = False
        self.assertEqual(self.Step._contacts(reminder)[reminder], self.buyer)

    def test_own_hours(self):
        """Who always answers in the afternoon is written to then."""
        reminder = self._begin(("email", 0), ("email", 9))
        for number in range(5):
            at = fields.Datetime.now().replace(hour=17) - timedelta(days=number + 40)
            self._steps(reminder)[0].copy({"confirmed_at": at, "state": "skipped"})
        self._send()
        step = self._steps(reminder).filtered(lambda step: step.state == "planned")[0]
        self.assertEqual((step.skip_reason, step.send_at.hour), ("quiet", 17))

    # Orders that are taken back

    def test_taken_back(self):
        """The order is cancelled, and what was still to be sent never is."""
        reminder = self._begin(("email", 0), ("email", 10))
        self._send()
        order = self._create_order(self.buyer, 50, state="draft")
        order.action_confirm()
        self.env.invalidate_all()
        second = self._steps(reminder)[1]
        self.assertEqual((second.state, second.skip_reason), ("cancelled", "ended"))
        order._action_cancel()
        self.env.invalidate_all()
        self.assertEqual((reminder.state, second.state), ("open", "planned"))
        self._send(days=10)
        self.assertEqual(second.state, "sent")
        self.assertEqual(len(self._mails()), 2)

    def test_held_back(self):
        """Who is held back has steps, or gets them when the order is taken back."""
        path = "odoo.addons.customer_tiering.grading.assignment.arm"
        with patch(path, lambda *_args: "control"):
            reminder = self._begin(("activity", 0), ("email", 1))
        self.assertEqual(reminder.arm, "control")
        self.assertFalse(self._steps(reminder))
        order = self._create_order(self.buyer, 50, state="draft")
        order.action_confirm()
        order._action_cancel()
        self._send(days=3)
        self.assertFalse(self._steps(reminder) or self._mails() or self.buyer.activity_ids)

    def test_leaves_the_company(self):
        """The to-do of a step stays with a user who is gone."""
        reminder = self._begin(("activity", 0), ("activity", 2, {"to": "leader"}))
        self._send(days=2)
        task = self._steps(reminder)[1].activity_id
        self.leader.action_archive()
        self.env.invalidate_all()
        self.assertTrue(task.exists())
        self.assertNotEqual(task.user_id, self.leader)

    def test_reminder_without_steps_ends_with_its_time(self):
        """All steps are over, nothing is on a desk, and the customer is never reminded again."""
        reminder = self._begin(("email", 0))
        self._send()
        self.assertEqual(reminder.state, "open")
        self.clock.tick(timedelta(days=40))
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual((reminder.state, reminder.end_reason), ("cancel", "window"))

    def test_two_jobs(self):
        """Two jobs take the same step, and the customer gets two mails."""
        self._begin(("email", 0))
        query = self.Step._send_slice.__func__
        self.assertTrue(query)
        statements = []
        real = type(self.env.cr).execute

        def execute(cr, statement, *args, **kwargs):
            statements.append(str(getattr(statement, "code", statement)))
            return real(cr, statement, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", execute):
            self._send()
        self.assertTrue(any("FOR UPDATE SKIP LOCKED" in text for text in statements))

    def test_job(self):
        """The job is broken only in the background, where nobody sees it."""
        reminder = self._begin(("email", 0))
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering_reorder.ir_cron_send").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._steps(reminder).state, "sent")

    def test_a_thousand_steps_cost_no_more_queries_each(self):
        """Each of thousands asks for its orders, quotations and calendars alone."""
        reminder = self._begin(("email", 0))
        partners = [
            self._create_buyer(f"Buyer {n}", email=f"b{n}@example.com", tz="UTC") for n in range(12)
        ]
        self._grade()
        self._send()
        due = {self._standing(partner): self.salesperson for partner in partners}
        self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertEqual(self.Step._send_slice(), 12)
        self.assertLess((self.cr.sql_log_count - before) / 12, 60)
        self.assertTrue(reminder)
        self.assertTrue(Command)
