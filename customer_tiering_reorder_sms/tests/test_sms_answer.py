from odoo.addons.customer_tiering.tests.common import GradingCase
from odoo.tests import HttpCase, tagged

MOBILE = "+32470123456"


@tagged("post_install", "-at_install")
class TestSmsAnswer(GradingCase, HttpCase):
    def setUp(self):
        super().setUp()
        settings = self.env["res.config.settings"].create({"company_id": self.company.id})
        url = settings.customer_reminder_sms_answer_url
        self.path = "/customer_tiering/sms/" + url.rpartition("/")[2]
        self.company.country_id = self.env.ref("base.be")

    def _blacklisted(self):
        self.env.invalidate_all()
        return bool(self.env["phone.blacklist"].search([("number", "=", MOBILE)]))

    def _answer(self, text, number=MOBILE, path=None, **how):
        if how:
            return self.url_open(path or self.path, json={"from": number, "text": text})
        return self.url_open(path or self.path, data={"From": number, "Body": text})

    def test_stop(self):
        """Who answers STOP is written to again."""
        for text in ("I would like to stop by tomorrow", "", "Yes"):
            self.assertEqual(self._answer(text).status_code, 200)
            self.assertFalse(self._blacklisted(), text)
        self.assertEqual(self._answer(" Stop. ").status_code, 200)
        self.assertTrue(self._blacklisted())

    def test_words(self):
        is_stop = self.env["phone.blacklist"]._customer_reminder_is_stop
        for text in ("STOP", "stop!", "Arrêt", "退订", "TD"):
            self.assertTrue(is_stop(text), text)
        for text in ("don't stop", "好的", None, "0"):
            self.assertFalse(is_stop(text), text)

    def test_local_number_as_json(self):
        self._answer("退订", number="0470 12 34 56", as_json=True)
        self.assertTrue(self._blacklisted())

    def test_nonsense(self):
        """A faulty answer of a provider is an error of the server."""
        for number in ("", "no number", "9" * 60):
            self.assertEqual(self._answer("STOP", number=number).status_code, 200)
        broken = {"data": "{", "headers": {"Content-Type": "application/json"}}
        self.assertEqual(self.url_open(self.path, **broken).status_code, 200)
        self.assertFalse(self._blacklisted())

    def test_forged(self):
        """Anybody on the internet takes customers off the list of who is written to."""
        for path in (self.path[:-3] + "AAA", "/customer_tiering/sms/x"):
            self.assertEqual(self._answer("STOP", path=path).status_code, 404)
        self.assertFalse(self._blacklisted())
        self.assertEqual(self.url_open(self.path).status_code, 405)
