from datetime import timedelta

from odoo.addons.customer_tiering_reorder.controllers.reorder_page import LIMIT
from odoo.addons.customer_tiering_reorder.tests.sender_common import SenderCase
from odoo.addons.sms.tests.common import MockSMS
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from ..models.customer_reminder_link import LENGTH

MOBILE, LANDLINE = "+32470123456", "+3225551234"


class SmsCase(SenderCase, MockSMS):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer.write({"phone": MOBILE, "country_id": cls.env.ref("base.be").id})

    def _outgoing(self):
        return self.env["sms.sms"].search([("partner_id", "child_of", self.buyer.ids)])

    def _told(self, reminder):
        return [(s.channel, s.state, s.skip_reason) for s in self._steps(reminder)]

    def _code(self, sms):
        return sms.body.rpartition("/o/")[2][:LENGTH]


@tagged("post_install", "-at_install")
class TestSms(SmsCase):
    def test_sent(self):
        """The customer gets nothing, or a link longer than what fits into a message."""
        reminder = self._begin(("sms", 0))
        self._send()
        self.assertEqual(self._told(reminder), [("sms", "sent", False)])
        sms = self._outgoing()
        self.assertEqual((sms.number, sms.state), (MOBILE, "outgoing"))
        self.assertIn(self.company.name, sms.body)
        self.assertRegex(sms.body, rf"/o/[A-Za-z0-9]{{{LENGTH}}}$")
        self.assertNotIn("/o/xxxxxxxxxx", sms.body)
        self.assertFalse(sms.mail_message_id, "the link is in a note")

    def test_sent_once(self):
        """The job comes again, and the customer pays for being asked twice."""
        self._begin(("sms", 0))
        self._send()
        self._send(minutes=15)
        self.assertEqual(len(self._outgoing()), 1)

    def test_delivered(self):
        reminder = self._begin(("sms", 0))
        self._send()
        with self.mockSMSGateway():
            self._outgoing().send(unlink_sent=False)
        self.assertEqual(self._told(reminder), [("sms", "sent", False)])
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", self._outgoing().uuid)])
        tracker._action_update_from_sms_state("sent")
        self.assertTrue(self._steps(reminder).sms_delivered_on)

    def test_not_delivered(self):
        """No provider takes the number, and nobody asks the customer at all."""
        reminder = self._begin(("sms", 0))
        self._send()
        with self.mockSMSGateway(sim_error="wrong_number_format"):
            self._outgoing().send(unlink_failed=False)
        first, second = self._steps(reminder)
        self.assertEqual((first.state, first.skip_reason), ("failed", "failed"))
        self.assertTrue(first.error)
        self.assertEqual((second.channel, second.state), ("email", "planned"))

    def test_late_report_of_a_failure(self):
        """What was delivered is reported once more by a confused provider, and written again."""
        reminder = self._begin(("sms", 0))
        self._send()
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", self._outgoing().uuid)])
        tracker._action_update_from_sms_state("sent")
        tracker._action_update_from_provider_error("not_delivered")
        self.assertEqual(self._told(reminder), [("sms", "sent", False)])

    def test_bounced(self):
        """The provider says later that the number does not exist."""
        reminder = self._begin(("sms", 0))
        self._send()
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", self._outgoing().uuid)])
        for _again in range(2):
            tracker._action_update_from_provider_error("invalid_destination")
        self.assertEqual([told[:2] for told in self._told(reminder)][0], ("sms", "failed"))
        self.assertEqual(len(self._steps(reminder)), 2)

    def test_next_channel(self):
        """Who has no mobile phone is never asked."""
        for phone, reason in ((False, "no_number"), ("12", "no_number"), (LANDLINE, "landline")):
            with self.subTest(phone):
                self.buyer.phone = phone
                reminder = self._begin(("sms", 0))
                self._send()
                first, second = self._steps(reminder)[:2]
                self.assertEqual((first.state, first.skip_reason), ("skipped", reason))
                self.assertEqual((second.channel, second.partner_id), ("email", self.buyer))
                reminder.unlink()
        self.assertFalse(self._outgoing())

    def test_contact_with_a_number(self):
        """The SMS goes to the company's switchboard although the buyer's phone is known."""
        person = self._create_customer(
            "Ann", parent_id=self.buyer.id, phone="+32470999999", email=False
        )
        self._create_order(person, 10, date=30)
        reminder = self._begin(("sms", 0), ("email", 1))
        by_sms, by_mail = self._steps(reminder)
        self.assertEqual(by_sms.partner_id, person)
        self.assertEqual(by_mail.partner_id, self.buyer)

    def test_blacklist(self):
        """Who said STOP is written to again."""
        self.env["phone.blacklist"]._add([MOBILE])
        reminder = self._begin(("sms", 0))
        self._send()
        self.assertEqual(self._told(reminder), [("sms", "skipped", "blacklisted")])
        self.assertFalse(self._outgoing())

    def test_no_sms_wanted(self):
        self.env["customer.contact.preference"].create(
            {"partner_id": self.buyer.id, "sms_ok": False}
        )
        reminder = self._begin(("sms", 0))
        self._send()
        self.assertEqual(self._told(reminder)[0], ("sms", "skipped", "channel"))
        self.assertEqual(self._steps(reminder)[1].channel, "email")

    def test_no_reminders_wanted(self):
        self.env["customer.contact.preference"]._stop(self.buyer)
        reminder = self._begin(("sms", 0))
        self._send()
        self.assertEqual(self._told(reminder), [("sms", "skipped", "opted_out")])

    def test_quiet_hours(self):
        """The phone rings at night."""
        reminder = self._begin(("sms", 0))
        self._send(hours=11)
        self.assertEqual(self._told(reminder), [("sms", "planned", "quiet")])
        self._send(hours=11)
        self.assertEqual(self._told(reminder), [("sms", "sent", False)])

    def test_counts_for_the_caps(self):
        """An e-mail in the morning, an SMS at noon: the customer feels hunted."""
        reminder = self._begin(("email", 0), ("sms", 1))
        self._send()
        self._send(days=1)
        self.assertEqual(self._told(reminder)[1], ("sms", "skipped", "cap"))

    def test_language(self):
        """A Chinese customer is written to in English."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env["sms.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "lang": "{{ object.lang }}",
                "body": "Hello {{ object.short_url }}",
            }
        )
        template.with_context(lang="fr_FR").body = "Bonjour {{ object.short_url }}"
        self.buyer.lang = "fr_FR"
        self._begin(("sms", 0, {"sms_template_id": template.id}))
        self._send()
        self.assertTrue(self._outgoing().body.startswith("Bonjour http"))

    def test_texts_for_steps(self):
        """Nobody can write a text of the company's own."""
        models = self.env["ir.model"].search([("is_mail_thread_sms", "=", True)])
        step = self.env["ir.model"]._get("customer.reminder.step")
        self.assertIn(step, models)
        self.assertTrue(step.is_mail_thread_sms)
        partner = self.env["sms.template"].create(
            {"name": "No", "model_id": self.env["ir.model"]._get_id("res.partner"), "body": "x"}
        )
        with self.assertRaises(ValidationError):
            self._begin(("sms", 0, {"sms_template_id": partner.id}))

    def test_preset(self):
        """The rule to start from knows nothing of the channel."""
        rule = self.env["customer.reminder.rule"]._create_preset("standard", self.company)
        self.assertEqual(
            rule.step_ids.sorted("sequence").mapped("channel"),
            # The third message of a month waits until the thirtieth day.
            ["email", "email", "activity", "sms"],
        )

    def test_preset_keeps_to_the_policy(self):
        """The SMS of the rule to start from is the third message of a month, and never sent."""
        rule = self.env["customer.reminder.rule"]._create_preset("standard", self.company)
        sms = rule.step_ids.filtered(lambda step: step.channel == "sms")
        rhythm = rule.with_company(self.company)._typical_rhythm()
        self.assertEqual(sms._days(rhythm), 30)
        self.assertFalse(rule.with_company(self.company).step_note)

    def test_who_is_out_of_reach(self):
        """The form counts customers as out of reach who are sent an SMS, or promises one to a
        landline."""
        rule = self.rule.with_company(self.company)
        standing = self._standing(self.buyer)
        for channel, email, phone, reached in (
            ("email", "a@example.com", False, True),
            ("email", False, MOBILE, False),
            ("sms", False, MOBILE, True),
            ("sms", "a@example.com", False, True),
            ("sms", False, LANDLINE, False),
            ("sms", False, False, False),
        ):
            with self.subTest(channel=channel, email=email, phone=phone):
                self.buyer.write({"email": email, "phone": phone})
                found = rule._unreached_by({channel}, standing)
                self.assertEqual(found, standing.browse() if reached else standing)
        person = self._create_customer("Ann", parent_id=self.buyer.id, email=False, phone=MOBILE)
        self.assertFalse(rule._unreached_by({"sms"}, standing))
        person.active = False
        self.assertEqual(rule._unreached_by({"sms"}, standing), standing)

    def test_form_says_how_long_texts_are(self):
        """Nobody knows that each SMS is charged as three, until the bill comes."""
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env["sms.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "body": "x" * 160,
            }
        )
        template.with_context(lang="zh_CN").body = "该" * 71
        self._steps_of_rule(("sms", 0, {"sms_template_id": template.id}))
        lines = self.rule.with_company(self.company).sms_note.splitlines()
        self.assertTrue(any("160 signs, one message" in line for line in lines), lines)
        chinese = [line for line in lines if "71 signs" in line]
        self.assertEqual(len(chinese), 1, lines)
        self.assertIn("charged as 2 messages. Up to 70 signs", chinese[0])
        template.with_context(
            lang="en_US"
        ).body = "{{ object.company_id.name }}: {{ object.short_url }}"
        self.rule.invalidate_recordset(["sms_note"])
        link = len(self.company.get_base_url()) + len("/o/") + LENGTH
        signs = len(self.company.name) + 2 + link
        self.assertIn(f"{signs} signs", self.rule.with_company(self.company).sms_note)
        self._steps_of_rule(("email", 0))
        self.assertFalse(self.rule.sms_note)

    def test_merged_contacts(self):
        """Two contacts become one, and the one who wanted no SMS gets them."""
        other = self._create_customer("Twin")
        Preference = self.env["customer.contact.preference"]
        Preference.create({"partner_id": other.id, "sms_ok": False})
        Preference._follow_merge(other, self.buyer)
        self.assertFalse(Preference.search([("partner_id", "=", self.buyer.id)]).sms_ok)


@tagged("post_install", "-at_install")
class TestShortLink(SmsCase, HttpCase):
    def setUp(self):
        super().setUp()
        LIMIT.forget()
        self.reminder = self._begin(("sms", 0))
        self._send()
        self.code = self._code(self._outgoing())
        # The server's clock is the real one.
        link = self.env["customer.reminder.link"].sudo().search([], order="id desc", limit=1)
        link.made_on = self._days_ago(0)
        self.link = link

    def _status(self, code=None):
        self.env.flush_all()
        return self.url_open(f"/o/{code or self.code}", allow_redirects=False).status_code

    def test_opens_the_page(self):
        self.clock.tick(timedelta(days=-7))
        self.assertEqual(self._status(), 200)
        self.assertEqual(self._status("x" * LENGTH), 404)
        self.assertEqual(self._status(self.code.swapcase()), 404)

    def test_revoked(self):
        """A link that went to a wrong number opens the page for ever."""
        self.reminder.action_revoke_reorder_links()
        self.assertEqual(self._status(), 404)

    def test_expired(self):
        self.link.made_on = self._days_ago(100)
        self.assertEqual(self._status(), 404)
        self.link._gc_links()
        self.assertFalse(self.link.exists())

    def test_guessed(self):
        """A program that tries codes finds one."""
        codes = {self._status(f"{number:010d}") for number in range(31)}
        self.assertEqual(codes, {404, 429})
