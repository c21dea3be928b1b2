from odoo.addons.customer_tiering_reorder_loyalty.tests.offer_common import OfferCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestOfferInMessages(OfferCase):
    """What a reminder offers is told by whichever channel it comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer.write({"phone": "+32470123456", "country_id": cls.env.ref("base.be").id})

    def _sms(self):
        return self.env["sms.sms"].search([("partner_id", "=", self.buyer.id)])

    def test_sms(self):
        """The coupon is made for the SMS, and the customer never learns of it."""
        reminder = self._begin_late(self._offering("sms"))
        self._send()
        body, code = self._sms().body, reminder.offer_card_id.code
        self.assertIn(self._steps(reminder).offer_text, body)
        self.assertLess(body.index(code), body.index("/o/"))
        self.assertRegex(body, r"/o/[A-Za-z0-9]{10}$")

    def test_own_text(self):
        """A text that tells the code tells it twice."""
        template = self.env["sms.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "body": "Take {{ object.offer_code }}",
            }
        )
        reminder = self._begin_late(self._offering("sms", sms_template_id=template.id))
        self._send()
        self.assertEqual(self._sms().body, f"Take {reminder.offer_card_id.code}")

    def test_text_without_a_link(self):
        template = self.env["sms.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "body": "Time to order.",
            }
        )
        reminder = self._begin_late(self._offering("sms", sms_template_id=template.id))
        self._send()
        text = self._steps(reminder).offer_text
        self.assertEqual(self._sms().body, f"Time to order. {text}")

    def test_nothing_offered(self):
        self._begin_late(("sms", 0))
        self._send()
        self.assertNotIn("  ", self._sms().body)

    def test_counted_by_a_mailing(self):
        """With Email Marketing the mail loses the offer, or is no longer counted."""
        reminder = self._begin_late(self._offering())
        self._send()
        self.assertIn(reminder.offer_card_id.code, self._mails().body_html)
        self.assertTrue(self._steps(reminder).mail_trace_id)

    def test_length_with_an_offer(self):
        """The form says that the SMS is one message, and with the coupon it is two."""
        self._steps_of_rule(self._offering("sms"))
        note = self.rule.with_company(self.company).sms_note
        step = self.rule.step_ids
        with_it = step._sms_length(self.company).signs
        step.offer = False
        self.assertGreater(with_it, step._sms_length(self.company).signs + 40)
        self.assertIn(f"{with_it} signs", note)
        for offer, kind in (("points", "loyalty"), ("promotion", "promotion")):
            program = self._create_loyalty(kind)
            step.write({"offer": offer, "offer_program_id": program.id})
            self.assertTrue(step._besides_sample())
