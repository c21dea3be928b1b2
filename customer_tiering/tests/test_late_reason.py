from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .invoice_common import InvoiceCase


@tagged("post_install", "-at_install")
class TestLateReason(InvoiceCase):
    def test_bookkeeper_sets_it_on_a_posted_invoice(self):
        """Posted invoices are closed to most changes; lateness is only known then. The score of
        the invoiced contact's company must follow."""
        invoice = self._create_invoice(self.contact).with_user(self.bookkeeper)
        self._stale()
        with Form(invoice) as form:
            form.customer_late_reason_id = self.dispute
        self.assertEqual(invoice.customer_late_reason_id, self.dispute)
        self.assertEqual(self._stale(), self.customer)
        invoice.customer_late_reason_id = self.dispute
        self.assertFalse(self._stale(), "nothing changed")
        invoice.customer_late_reason_id = False
        self.assertEqual(self._stale(), self.customer)

    def test_chatter_tells(self):
        """A reason takes an invoice out of a score, so somebody must be seen to have done it."""
        invoice = self._create_invoice(self.customer).with_user(self.bookkeeper)
        invoice = invoice.with_context(tracking_disable=False, mail_notrack=False)
        self._flush_tracking()
        invoice.customer_late_reason_id = self.dispute
        self._flush_tracking()
        tracked = invoice.message_ids.sudo().tracking_value_ids
        self.assertIn(self.dispute.name, tracked.mapped("new_value_char"))

    def _flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_customer_invoices_only(self):
        """A vendor bill that we pay late says nothing about a customer."""
        for kind in ("in_invoice", "out_refund"):
            move = self._create_invoice(self.customer, kind=kind)
            with self.subTest(kind), self.assertRaisesRegex(ValidationError, "Only customer"):
                move.customer_late_reason_id = self.dispute

    def test_credit_note_of_a_late_invoice(self):
        """The reason came along to the credit note, which may not have one."""
        invoice = self._create_invoice(self.customer)
        invoice.customer_late_reason_id = self.dispute
        refund = invoice._reverse_moves()
        self.assertFalse(refund.customer_late_reason_id)
        self.assertFalse(invoice.copy().customer_late_reason_id)

    def test_in_bulk(self):
        """One of many chosen documents is a credit note: the others still get their reason."""
        invoices = self._create_invoice(self.customer) + self._create_invoice(self.contact)
        refund = self._create_invoice(self.customer, kind="out_refund")
        self._stale()
        wizard = (
            self.env["customer.late.reason.set"]
            .with_user(self.bookkeeper)
            .with_context(active_model="account.move", active_ids=(invoices + refund).ids)
            .create({"reason_id": self.cash.id})
        )
        self.assertEqual((wizard.invoice_count, wizard.other_count), (2, 1))
        wizard.action_apply()
        self.assertEqual(invoices.customer_late_reason_id, self.cash)
        self.assertFalse(refund.customer_late_reason_id)
        self.assertEqual(self._stale(), self.customer)
        with self.assertRaisesRegex(UserError, "None of these"):
            wizard.copy({"move_ids": refund.ids}).action_apply()

    def test_who_may(self):
        """Salespeople read why a customer is late; they do not excuse it."""
        invoice = self._create_invoice(self.customer, invoice_user_id=self.salesperson.id)
        invoice.customer_late_reason_id = self.dispute
        own = invoice.with_user(self.salesperson)
        self.assertEqual(own.customer_late_reason_id.name, "Dispute")
        with self.assertRaises(AccessError):
            own.customer_late_reason_id = self.cash
        with self.assertRaises(AccessError):
            self.dispute.with_user(self.salesperson).counts = True
        with self.assertRaises(AccessError):
            self.dispute.with_user(self.bookkeeper).counts = True
        auditor = self._create_user("tiering_auditor", "account.group_account_readonly")
        self.assertEqual(invoice.with_user(auditor).customer_late_reason_id, self.dispute)
        with self.assertRaises(AccessError):
            self.env["customer.late.reason.set"].with_user(auditor).create({})

    def test_changed_meaning(self):
        """A reason that begins to count changes the score of everybody who had it; a new name
        does not."""
        other = self._create_customer("Other")
        self._create_invoice(self.contact).customer_late_reason_id = self.dispute
        self._create_invoice(other).customer_late_reason_id = self.cash
        draft = self._create_invoice(other, post=False)
        draft.customer_late_reason_id = self.dispute
        self._stale()
        manager = self.dispute.with_user(self.manager)
        manager.name = "Quarrel"
        self.assertFalse(self._stale())
        manager.counts = True
        self.assertEqual(self._stale(), self.customer)

    def test_used_reason_is_not_deleted(self):
        """A bare database error, or invoices that lose what was said about them."""
        self._create_invoice(self.customer).customer_late_reason_id = self.dispute
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.dispute.unlink()
        self.dispute.copy({"name": "Unused"}).unlink()

    def test_filter_and_group(self):
        """Who looks for disputed invoices finds them."""
        invoice = self._create_invoice(self.customer)
        invoice.customer_late_reason_id = self.dispute
        Move = self.env["account.move"].with_user(self.bookkeeper)
        mine = [("partner_id", "=", self.customer.id)]
        self._create_invoice(self.customer)
        self.assertEqual(Move.search([*mine, ("customer_late_reason_id", "!=", False)]), invoice)
        groups = Move._read_group(mine, ["customer_late_reason_id"], ["__count"])
        self.assertEqual(dict(groups), {self.dispute: 1, self.dispute.browse(): 1})
