from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TillCase

NOTED = "Confirmed over the credit limit"
ON_ACCOUNT = "On account over the credit limit"


@tagged("post_install", "-at_install")
class TestTill(TillCase):
    """Quotations that are settled in Point of Sale, which confirms them once that is done."""

    def test_settled_at_the_till(self):
        """The customer has paid and has the goods: an error would stop the till. It owes nothing
        for it, so that there is nothing to note either."""
        order = self._quote(800)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.action_confirm()
        self._settle(order)
        self.assertEqual(order.state, "sale")
        self.assertNotIn(NOTED, self._notes(order))
        self.assertEqual(
            self.customer._customer_credit_positions(self.company)[self.customer].used, 500
        )

    def test_on_the_customer_account(self):
        """Put on the customer's account it is owed, so that settling at the till was the way around
        the limit."""
        order = self._quote(800)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._settle(order, method=self.account)
        self.assertEqual(order.state, "draft")
        self.company.customer_credit_check = "warn"
        self._settle(order, method=self.account)
        self.assertEqual(order.state, "sale")
        self.assertIn(ON_ACCOUNT, self._notes(order))
        self.assertNotIn(self._money(1300), self._notes(order))
        self.assertEqual(self._used(), 1300)

    def test_deposit_at_the_till(self):
        """A deposit of any size took an order past the limit. The rest is owed: what is over waits
        for an approval, and the till goes on."""
        order = self._quote(2000)
        self._settle(order, amount=500)
        self.assertEqual(order.state, "draft")
        approval = self.env["customer.credit.approval"].search([("order_id", "=", order.id)])
        self.assertEqual((approval.amount, approval.decision), (1000, "requested"))
        self._approve(approval)
        order.action_confirm()
        position = self.customer._customer_credit_positions(self.company)[self.customer]
        self.assertEqual(position.used, 500 + 1500)

    def test_deposit_within_the_limit(self):
        """Who has paid a deposit there has an order."""
        order = self._quote(800)
        self._settle(order, amount=400)
        self.assertEqual(order.state, "sale")
        self.assertNotIn(NOTED, self._notes(order))

    def test_a_part_at_the_till(self):
        """One cheap line was settled at the till, and the whole order was confirmed with it."""
        order = self._quote(lines=[{"price_unit": 5}, {"price_unit": 2000}])
        self._settle(order, amount=5, line=order.order_line[0])
        self.assertEqual(order.state, "draft")

    def test_put_aside_at_the_till(self):
        """Loading a quotation into the till is not paying it: any salesperson could have got
        around the limit by that."""
        order = self._quote(800)
        self._settle(order, state="draft", payment_ids=[], amount_paid=0)
        self.assertTrue(order.sudo().pos_order_line_ids)
        self.assertEqual(order.state, "draft")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.action_confirm()

    def test_invoiced_at_the_till(self):
        """An invoice made there is in the ledger, paid or not; it must not count once more."""
        self.company.customer_credit_check = "warn"
        order = self._quote(800)
        self._settle(order, method=self.account, to_invoice=True)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._used(), 1300)
        self.assertNotIn(self._money(2100), self._notes(order))

    def test_put_aside_hides_nothing(self):
        """A confirmed order was loaded into the till and put aside there: the core took its amount
        off what the customer owes, and the next order went past the limit."""
        order = self._quote(400)
        order.action_confirm()
        self.assertEqual(self._used(), 900)
        self._settle(order, state="draft", payment_ids=[], amount_paid=0)
        self.assertEqual(self._used(), 900)

    def test_settling_a_confirmed_order_adds_nothing(self):
        """An order that was confirmed within the limit could not be fetched on account any more, as
        it was counted a second time."""
        order = self._quote(500)
        order.action_confirm()
        self._settle(order, method=self.account)
        self.assertEqual(self._used(), 1000)
