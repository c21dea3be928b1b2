from datetime import timedelta
from urllib.parse import urlsplit

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import hash_sign

from ..models.customer_reminder import LINK_DAYS, SCOPE
from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestReorderLink(OfferCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reminder = cls.env["customer.reminder"]

    def setUp(self):
        super().setUp()
        self.reminder = self._remind()
        self.contact = self._create_customer("Ann Peeters", parent_id=self.buyer.id)

    def _opened(self, token):
        return self.Reminder._of_reorder_token(token)[:2]

    def test_link_is_of_one_reminder_and_contact(self):
        """The page of a message greets another customer."""
        url = urlsplit(self.reminder._reorder_url(self.contact))
        self.assertTrue(url.scheme and url.netloc)
        token = url.path.removeprefix("/o/")
        self.assertEqual(self._opened(token), (self.reminder, self.contact))
        self.assertEqual(
            self._opened(self.reminder._reorder_token()), (self.reminder, self.reminder.partner_id)
        )

    def test_altered_tokens(self):
        """Whoever changes a letter reads another customer's list, or makes the server fail."""
        token = self.reminder._reorder_token()
        day = fields.Date.today().toordinal()
        payload = [self.reminder.id, self.reminder.nonce, self.buyer.id, day]
        altered = [
            token[:-1],
            token[1:],
            token[::-1],
            token + "A" * 7,
            "",
            "x",
            "é" * 9,
            "A" * 5000,
        ]
        altered += [
            token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in (0, 20, 60)
        ]
        altered += [hash_sign(self.env(su=True), "another.page", payload)]
        altered += [
            hash_sign(self.env(su=True), SCOPE, [self.reminder.id, "guess", self.buyer.id, day])
        ]
        altered += [hash_sign(self.env(su=True), SCOPE, [0, None, 0, 0])]
        for bad in altered:
            with self.subTest(bad=bad[:30]):
                self.assertFalse(any(self._opened(bad)))

    def test_expired_and_revoked(self):
        """A mail of two years ago still orders; a link that went to the wrong person goes on."""
        token = self.reminder._reorder_token()
        with freeze_time(fields.Datetime.now() + timedelta(days=LINK_DAYS + 1)):
            self.assertFalse(any(self._opened(token)))
        self.reminder.with_user(self.salesperson).action_revoke_reorder_links()
        self.assertFalse(any(self._opened(token)))
        self.assertTrue(all(self._opened(self.reminder._reorder_token())))

    def test_who_left_or_is_archived(self):
        """Somebody who works for another company by now sees what the old one buys."""
        token = self.reminder._reorder_token(self.contact)
        self.contact.parent_id = self._create_customer("Another")
        self.assertFalse(any(self._opened(token)))
        self.contact.parent_id = self.buyer
        self.assertTrue(all(self._opened(token)))
        self.buyer.active = False
        self.assertFalse(any(self._opened(token)))

    def test_nonce_is_for_nobody(self):
        """What links are signed with is read over RPC."""
        fields_read = self.reminder.with_user(self.manager).fields_get()
        self.assertNotIn("nonce", fields_read)
