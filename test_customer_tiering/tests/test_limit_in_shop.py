from odoo.addons.customer_tiering_credit_control.tests.common import QuotationCase
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestLimitInShop(QuotationCase):
    """Carts of the web shop, which no colleague confirms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"
        cls.website = cls.env["website"].create({"name": "Shop", "company_id": cls.company.id})
        cls.visitor = cls.env.ref("base.public_user")

    def _pay(self, order, amount, state, **provider):
        """What the shop does once a visitor has chosen how to pay."""
        method = self.env.ref("payment.payment_method_unknown")
        provider = self.env["payment.provider"].create(
            {"name": "Any", "company_id": self.company.id, **provider}
        )
        if state == "done":
            bank = [("type", "=", "bank"), ("company_id", "=", self.company.id)]
            provider.journal_id = self.env["account.journal"].search(bank, limit=1)
            line = provider.journal_id.inbound_payment_method_line_ids[:1]
            line.payment_provider_id = provider
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"{order.name} {state}",
                "sale_order_ids": [Command.set(order.ids)],
                "state": state,
            }
        )
        self.env.flush_all()
        transaction.with_user(self.visitor).sudo()._post_process()
        self.env.invalidate_all()

    def _requests(self, order):
        asked = [("order_id", "=", order.id), ("decision", "=", "requested")]
        return self.env["customer.credit.approval"].search(asked)

    def test_paid(self):
        """Who has paid must get the order, whatever else is owed."""
        order = self._quote(800, website_id=self.website.id)
        self._pay(order, 800, "done")
        self.assertEqual(order.state, "sale")

    def test_on_delivery(self):
        """Paid on delivery, goods left for whoever owed too much already; or the visitor ran into
        an error with the order half done."""
        order = self._quote(800, website_id=self.website.id)
        self._pay(order, 800, "pending", code="custom", custom_mode="cash_on_delivery")
        self.assertNotEqual(order.state, "sale")
        self.assertEqual(self._requests(order).amount, 300)
        small = self._quote(100, website_id=self.website.id)
        self._pay(small, 100, "pending", code="custom", custom_mode="cash_on_delivery")
        self.assertEqual(small.state, "sale")

    def test_transfer(self):
        """An order that waits for a transfer is confirmed by a colleague, who is told."""
        order = self._quote(800, website_id=self.website.id)
        self._pay(order, 800, "pending", code="custom", custom_mode="wire_transfer")
        self.assertEqual(order.state, "sent")
        self.assertFalse(self._requests(order))
        self.assertTrue(order.customer_credit_warning)

    def test_more_into_a_confirmed_cart(self):
        """A confirmed order cannot be filled up as if it were a cart."""
        order = self._quote(100, website_id=self.website.id)
        order.action_confirm()
        visitor = order.with_user(self.visitor).sudo()
        self.assertFalse(self._grow(visitor))

    def _grow(self, order):
        try:
            with self.env.cr.savepoint():
                order.order_line.product_uom_qty = 50
                return True
        except UserError as error:
            self.assertIn("ask your salesperson", str(error))
            return False
