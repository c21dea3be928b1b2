from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..demo.reminders import JUST_MADE, _written_to
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestReminderContact(SenderCase):
    """Who at the customer is written to, which the salesperson knows best."""

    def setUp(self):
        super().setUp()
        self.ann = self._create_customer(
            "Ann", parent_id=self.buyer.id, email="ann@example.com", tz="UTC"
        )
        self.reminder = self._begin(("email", 0), ("email", 30))

    def _change(self, contact, user=None):
        seller = self.reminder.with_user(user or self.salesperson)
        action = seller.action_change_contact()
        wizard = self.env[action["res_model"]].with_user(user or self.salesperson)
        wizard = wizard.browse(action["res_id"])
        with Form(wizard) as form:
            form.partner_id = contact
        wizard.action_change()
        self.env.invalidate_all()

    def test_room_for_names(self):
        """The list of reminders cut names of over eighteen letters on a screen of 1366 px, the
        fewest that offices have."""
        arch = etree.fromstring(self.env["customer.reminder"].get_view(view_type="list")["arch"])
        shown = [
            node
            for node in arch.iterchildren("field", "button")
            if node.get("optional") != "hide" and node.get("column_invisible") not in ("1", "True")
        ]
        widths = {
            node.get("name"): int((node.get("width") or "0px").removesuffix("px")) for node in shown
        }
        self.assertEqual(
            [n for n, w in widths.items() if not w], ["partner_id", "action_quotation"]
        )
        # Each has some space at its sides, and there are the button, the boxes and the switch.
        others = sum(width + 10 for width in widths.values() if width) + 154 + 40 + 32
        self.assertGreaterEqual(1366 - others, 240)

    def test_changed(self):
        """The buyer has left, and the messages go on to its address."""
        self.assertEqual(self.reminder.with_user(self.salesperson).contact_id, self.buyer)
        self._change(self.ann)
        self.assertEqual(self.reminder.contact_id, self.ann)
        self._send()
        sent, planned = self._steps(self.reminder)
        self.assertEqual(sent.mail_id.recipient_ids, self.ann)
        self.assertEqual(planned.partner_id, self.ann)

    def test_what_was_sent_stays(self):
        """History says that somebody was written to who was not."""
        self._send()
        self._change(self.ann)
        self.assertEqual(self._steps(self.reminder).mapped("partner_id"), self.buyer | self.ann)

    def test_of_another_customer(self):
        """One customer's list is sent to another."""
        stranger = self._create_customer("Stranger", email="stranger@example.com")
        with self.assertRaises(UserError):
            self._change(stranger)
        self.assertEqual(self._steps(self.reminder).partner_id, self.buyer)

    def test_of_another_company(self):
        with self.assertRaises(AccessError):
            self._change(self.ann, self.salesperson_b)

    def test_nothing_to_come(self):
        """Somebody believes to have changed what cannot be changed any more."""
        self._steps(self.reminder).state = "sent"
        with self.assertRaises(UserError):
            self._change(self.ann)

    def test_demo_data_of_an_update(self):
        """An update with demo data replaces the reminders that somebody is working on."""
        window = self.reminder.window_end
        for made, until in (
            (self.noon - JUST_MADE - timedelta(minutes=1), window),
            # By a version that had no steps.
            (self.noon, None),
        ):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE customer_reminder SET create_date = %s, window_end = %s WHERE id = %s",
                [made, until, self.reminder.id],
            )
            self.env.invalidate_all()
            self.assertFalse(_written_to(self.env, self.company))
        self.assertTrue(self.reminder.exists())
