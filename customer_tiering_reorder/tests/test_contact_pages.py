from odoo.tests import HttpCase, tagged

from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestContactPages(SenderCase, HttpCase):
    """What customers and other programs answer without logging in."""

    def setUp(self):
        super().setUp()
        self.Preference = self.env["customer.contact.preference"]
        self.contact = self._create_customer("Ann", parent_id=self.buyer.id)

    def _stop_path(self, contact=None):
        return f"/customer_tiering/stop/{self.Preference._stop_token(contact or self.contact)}"

    def _stopped(self):
        self.env.invalidate_all()
        return self.Preference.search([("partner_id", "=", self.contact.id)]).no_reminders

    def test_looking_changes_nothing(self):
        """Programs that scan mails open every link in them, and their readers get no more
        reminders."""
        for method in ("GET", "HEAD", "GET"):
            response = self.url_open(self._stop_path(), method=method)
            self.assertEqual(response.status_code, 200)
        self.assertFalse(self._stopped())
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("<form", response.text)

    def test_one_click(self):
        """Mail programs post to the address without any page, cookie or token; doing it twice is
        no mistake."""
        for _time in range(2):
            response = self.url_open(
                self._stop_path(), data={"List-Unsubscribe": "One-Click"}, method="POST"
            )
            self.assertEqual(response.status_code, 200)
            self.assertTrue(self._stopped())
        self.assertNotIn("<form", response.text)
        self.assertEqual(self.Preference.search_count([("partner_id", "=", self.contact.id)]), 1)

    def test_chinese(self):
        """The page is in the customer's language, also without a browser that asks for it."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.contact.lang = "zh_CN"
        page = self.env.ref("customer_tiering_reorder.reminder_stop_page")
        chinese = {"No more reminders?": "不再接收提醒？"}
        page.update_field_translations("arch_db", {"zh_CN": chinese})
        response = self.url_open(self._stop_path())
        self.assertIn("不再接收提醒？", response.text)

    def test_altered(self):
        """Whoever changes a letter stops somebody else's reminders, or breaks the server."""
        token = self.Preference._stop_token(self.contact)
        for bad in (token[:-1], token[::-1], "x", "é" * 8, "A" * 4000, f"{token}%0a"):
            response = self.url_open(f"/customer_tiering/stop/{bad}", data={}, method="POST")
            self.assertEqual(response.status_code, 404)
        self.assertFalse(self._stopped())
        gone = self._create_customer("Gone")
        path = self._stop_path(gone)
        gone.unlink()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_reports(self):
        """A program reports in a form or as JSON, and nobody else can."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Messenger",
                "model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "state": "code",
                "code": "pass",
            }
        )
        reminder = self._begin(("action", 0, {"action_id": action.id}))
        self._send()
        step = self._steps(reminder)
        path = f"/customer_tiering/handover/{step._token()}"
        self.assertEqual(self.url_open(path, method="GET").status_code, 405)
        self.assertEqual(self.url_open(path, data={"state": "eaten"}).status_code, 400)
        self.assertEqual(self.url_open(path, json=["sent"]).status_code, 400)
        broken = {"data": "{", "headers": {"Content-Type": "application/json"}}
        self.assertEqual(self.url_open(path, **broken).status_code, 400, "broken off")
        self.assertEqual(self.url_open(path[:-1], data={"state": "sent"}).status_code, 404)
        stop = self._stop_path().rsplit("/", 1)[1]
        other = f"/customer_tiering/handover/{stop}"
        self.assertEqual(self.url_open(other, data={"state": "sent"}).status_code, 404)
        response = self.url_open(path, json={"state": "sent"})
        self.assertEqual(response.json(), {"state": "sent"})
        self.env.invalidate_all()
        self.assertEqual(step.state, "sent")
