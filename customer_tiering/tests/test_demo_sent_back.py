from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..demo.sent_back import order_what_came_back
from .invoice_common import InvoiceCase


@tagged("post_install", "-at_install")
class TestDemoSentBack(InvoiceCase):
    """Orders of the demo for credit notes of customers who never ordered."""

    def _refund(self, customer, quantity):
        line = {"product_id": self.product.id, "quantity": quantity, "price_unit": 400.0}
        lines = [Command.create({**line, "tax_ids": False})]
        self._create_invoice(customer, kind="out_refund", invoice_line_ids=lines)

    def test_amounts(self):
        """The first customers whom people know from Odoo's demo are on the list with −51,000, and
        on their own page."""
        self._refund(self.customer, 5)
        self._refund(self.contact, 1)
        buyer = self._create_customer("Buyer")
        self._create_order(buyer, 1000, 40)
        self._refund(buyer, 1)
        order = order_what_came_back(self.env, self.company)
        self.assertEqual((order.partner_id, order.amount_untaxed), (self.customer, 4800))
        self.assertLess(order.date_order.date(), fields.Date.today())
        self.assertFalse(order_what_came_back(self.env, self.company))
        self.env["customer.tier.run"]._grade_partners(self.customer | buyer, self.company)
        standings = self.env["customer.tier.standing"].search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "in", (self.customer + buyer).ids),
            ]
        )
        amounts = {standing.partner_id: standing.amount for standing in standings}
        self.assertEqual(amounts, {self.customer: 2400, buyer: 600})
