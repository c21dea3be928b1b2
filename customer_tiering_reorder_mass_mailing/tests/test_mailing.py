from urllib.parse import urlsplit

from odoo.addons.customer_tiering_reorder.tests.sender_common import SenderCase
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged


class MailingCase(SenderCase):
    def _sent(self, *more):
        reminder = self._begin(("email", 0), *more)
        self._send()
        step = self._steps(reminder)[0]
        self.assertEqual(step.state, "sent")
        return reminder, step

    def _headers(self, step):
        return step.mail_id._prepare_outgoing_list()[0]["headers"]


@tagged("post_install", "-at_install")
class TestMailing(MailingCase):
    def test_trace(self):
        """Nobody knows whether reminders are delivered and read."""
        _reminder, step = self._sent()
        trace = step.mail_trace_id
        self.assertEqual((trace.model, trace.res_id), (step._name, step.id))
        self.assertEqual(trace.email, "buyer@example.com")
        self.assertEqual(trace.message_id, step.mail_id.message_id)
        self.assertEqual(trace.mass_mailing_id.customer_reminder_step_id, step.step_id)
        self.assertIn("blank.gif", step.mail_id._prepare_outgoing_body())
        step.mail_id._postprocess_sent_message([], [])
        self.assertEqual(step.with_user(self.salesperson).mail_status, "sent")
        trace.set_opened()
        self.assertEqual(step.with_user(self.salesperson).mail_status, "open")
        self.assertFalse(step.confirmed_at, "a program that loads pictures is no customer")

    def test_links_stay(self):
        """The customer's own link becomes a row of the link tracker, which colleagues read."""
        _reminder, step = self._sent()
        self.assertIn("/o/", str(step.mail_id.body_html))
        self.assertNotIn("/r/", str(step.mail_id.body_html))
        self.assertFalse(step.mail_id.model)

    def test_one_mailing_for_a_step(self):
        """Each reminder is a mailing of its own, and the list of mailings is useless."""
        reminder, step = self._sent()
        mailing = step.mail_trace_id.mass_mailing_id
        again = self.Step.create(
            {
                "reminder_id": reminder.id,
                "step_id": step.step_id.id,
                "company_id": self.company.id,
                "channel": "email",
                "to": "customer",
                "partner_id": self.buyer.id,
                "due_at": self.noon,
                "send_at": self.noon,
            }
        )
        again._send_email()
        self.assertEqual(again.mail_trace_id.mass_mailing_id, mailing)
        self.assertEqual(mailing.expected, 2)

    def test_bounced(self):
        """The mail came back, and the customer is believed to have read it."""
        reminder, step = self._sent()
        Trace = self.env["mailing.trace"]
        for _again in range(2):
            Trace.set_bounced(
                domain=[("message_id", "=", step.mail_id.message_id)],
                bounce_message=" No such user ",
            )
        first, second = self._steps(reminder)
        self.assertEqual((first.state, first.skip_reason), ("failed", "bounced"))
        self.assertEqual(first.error, "No such user")
        self.assertEqual((second.channel, second.state), ("activity", "planned"))

    def test_bounced_after_the_answer(self):
        """An automatic answer takes back what the customer has said on its page."""
        reminder, step = self._sent()
        step.confirmed_at = self.noon
        step.mail_trace_id.set_bounced()
        self.assertEqual(self._steps(reminder).mapped("state"), ["sent"])

    def test_not_sent_as_mailing(self):
        """Somebody presses “Retry” in Email Marketing, and every customer is written to at once,
        whatever the contact policy says."""
        _reminder, step = self._sent()
        mailing = step.mail_trace_id.mass_mailing_id
        self.assertEqual(mailing.state, "done")
        self.assertFalse(mailing._get_remaining_recipients())
        for press in (
            mailing.action_launch,
            mailing.action_put_in_queue,
            mailing.action_retry_failed,
            lambda: mailing.action_send_mail(self.Step.search([]).ids),
        ):
            with self.assertRaises(UserError):
                press()

    def test_left_list(self):
        """Who has left the list of reminders is reminded."""
        for ends, told in ((True, ("skipped", "opted_out")), (False, ("sent", False))):
            topic = self.env["mailing.list"].create(
                {"name": "Topic", "customer_ends_reminders": ends}
            )
            self.env["mailing.contact"].create(
                {
                    "name": "Buyer",
                    "email": "Buyer@Example.com",
                    "subscription_ids": [(0, 0, {"list_id": topic.id, "opt_out": True})],
                }
            )
            with self.subTest(ends=ends):
                reminder = self._begin(("email", 0))
                self._send()
                step = self._steps(reminder)[0]
                self.assertEqual((step.state, step.skip_reason), told)
                reminder.unlink()
                topic.unlink()

    def test_blacklist(self):
        self.env["mail.blacklist"]._add("buyer@example.com")
        reminder = self._begin(("email", 0))
        self._send()
        self.assertEqual(self._steps(reminder)[0].skip_reason, "blacklisted")


@tagged("post_install", "-at_install")
class TestUnsubscribe(MailingCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.reminder, self.step = self._sent()
        url = self._headers(self.step)["List-Unsubscribe"].strip("<>")
        parts = urlsplit(url)
        self.path = f"{parts.path}?{parts.query}"
        self.env.flush_all()

    def _no_reminders(self):
        self.env.invalidate_all()
        return self.env["customer.contact.preference"]._of(self.buyer)[self.buyer].no_reminders

    def _is_blacklisted(self):
        self.buyer.invalidate_recordset()
        return self.buyer.is_blacklisted

    def test_one_click(self):
        """Who wants no reminders gets no invoices either, or the reminders go on."""
        self.assertEqual(
            self._headers(self.step)["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click"
        )
        response = self.url_open(self.path, data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(response.status_code, 200)
        self.assertTrue(self._no_reminders())
        self.assertFalse(self._is_blacklisted())
        self.assertEqual(self.reminder.answer, "stop")

    def test_looking(self):
        """A program that opens the links of a mail unsubscribes its reader."""
        path = self.path.replace("unsubscribe_oneclick", "unsubscribe")
        self.assertEqual(self.url_open(path).status_code, 200)
        path = self.path.replace("unsubscribe_oneclick", "confirm_unsubscribe")
        self.assertEqual(self.url_open(path).status_code, 200)
        self.assertFalse(self._no_reminders())

    def test_forged(self):
        """Anybody unsubscribes anybody."""
        for old, new in (
            ("buyer%40example.com", "other%40example.com"),
            (f"document_id={self.step.id}", f"document_id={self.step.id + 1}"),
            ("hash_token=", "hash_token=0"),
        ):
            self.assertIn(old, self.path)
            response = self.url_open(self.path.replace(old, new), data={"x": "1"})
            self.assertGreaterEqual(response.status_code, 400)
        self.assertFalse(self._no_reminders())

    def test_address_of_another_since(self):
        """The contact has another address by now, and who had the old one ends its reminders."""
        self.buyer.email = "new@example.com"
        self.env.flush_all()
        self.url_open(self.path, data={"List-Unsubscribe": "One-Click"})
        self.assertFalse(self._no_reminders())
