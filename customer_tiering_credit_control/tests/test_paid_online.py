from unittest.mock import patch

from odoo.addons.account.models.account_move import AccountMove
from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPaidOnline(LedgerCase):
    def test_payment_that_the_ledger_does_not_have_yet(self):
        """Beside an addon for bank statements a payment without an outstanding account is no entry
        before it is on one; until then who had paid online was warned about like everybody."""
        self.startPatcher(
            patch.object(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment")
        )
        self.company.account_use_credit_limit = True
        customer = self._create_customer(credit_limit=100)
        order = self._create_order(customer, 800, state="sent")
        self.assertEqual(order._customer_credit_needed(), 800)
        provider = self.env["payment.provider"].create(
            {"name": "Test", "company_id": self.company.id}
        )
        bank = self._bank(self.company)
        method = bank.inbound_payment_method_line_ids[:1]
        for account, needed in ((method.payment_account_id, 800), (method.browse(), 0)):
            method.payment_account_id = account.id
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": customer.id,
                    "amount": 800,
                    "journal_id": bank.id,
                    "payment_method_line_id": method.id,
                }
            )
            payment.action_post()
            self.assertEqual((payment.state, bool(payment.move_id)), ("in_process", bool(account)))
            self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                    "amount": 800,
                    "currency_id": order.currency_id.id,
                    "partner_id": customer.id,
                    "reference": f"paid {needed}",
                    "sale_order_ids": [Command.set(order.ids)],
                    "state": "done",
                    "payment_id": payment.id,
                }
            )
            self.env.invalidate_all()
            with self.subTest(in_ledger=bool(account)):
                self.assertEqual(order._customer_credit_needed(), needed)
