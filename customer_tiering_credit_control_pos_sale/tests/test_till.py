from odoo.addons.customer_tiering_credit_control.tests.common import QuotationCase
from odoo.exceptions import UserError
from odoo.fields import Command, Datetime
from odoo.tests import tagged
from odoo.tools import html2plaintext

NOTED = "Confirmed over the credit limit"


@tagged("post_install", "-at_install")
class TestTill(QuotationCase):
    """Quotations that are settled in Point of Sale, which confirms them once that is done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"
        # The core lets only salespeople settle orders there.
        groups = "point_of_sale.group_pos_user,sales_team.group_sale_salesman_all_leads"
        cls.cashier = cls._create_user("tiering_cashier", groups)
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        company = {"company_id": cls.company.id}
        cls.card, cls.account = cls.env["pos.payment.method"].create(
            [
                {"name": "Card", "journal_id": journal.id, **company},
                {"name": "Customer Account", "split_transactions": True, **company},
            ]
        )
        cls.till = cls.env["pos.config"].create(
            {
                "name": "Till",
                "payment_method_ids": [Command.set((cls.card + cls.account).ids)],
                "down_payment_product_id": cls.env.ref("pos_sale.default_downpayment_product").id,
                **company,
            }
        )
        cls.till.with_user(cls.cashier).open_ui()

    def _settle(self, order, amount=None, method=None, line=None, **vals):
        """What the till sends when somebody pays there; less than the order is a deposit, but for
        one line of it."""
        amount = amount or order.amount_total
        deposit = amount < order.amount_total and not line
        product = self.till.down_payment_product_id if deposit else order.order_line.product_id
        settled = line or order.order_line
        line = {
            "product_id": product.id,
            "qty": 1,
            "discount": 0,
            "pack_lot_ids": [],
            "tax_ids": [],
            "sale_order_origin_id": order.id,
            "sale_order_line_id": not deposit and settled.id,
            **dict.fromkeys(("price_unit", "price_subtotal", "price_subtotal_incl"), amount),
        }
        payment = {
            "name": Datetime.now(),
            "amount": amount,
            "payment_method_id": (method or self.card).id,
        }
        values = {
            "name": f"Till {order.name}",
            "uuid": f"till-{order.id}",
            "session_id": self.till.current_session_id.id,
            "user_id": self.cashier.id,
            "partner_id": order.partner_id.id,
            "date_order": Datetime.to_string(Datetime.now()),
            "fiscal_position_id": False,
            "sequence_number": 1,
            "last_order_preparation_change": "{}",
            "amount_total": amount,
            "amount_paid": amount,
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [Command.create(line)],
            "payment_ids": [Command.create(payment)],
            **vals,
        }
        self.env["pos.order"].with_user(self.cashier).sync_from_ui([values])
        self.env.flush_all()
        self.env.invalidate_all()

    def _notes(self, order):
        return html2plaintext(" ".join(order.sudo().message_ids.mapped("body")))

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
        """Put on the customer's account it is owed; the goods are gone all the same, and the
        salesperson reads of it."""
        order = self._quote(800)
        self._settle(order, method=self.account)
        self.assertEqual(order.state, "sale")
        self.assertIn(NOTED, self._notes(order))
        self.assertIn(self._money(1300), self._notes(order))

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
        order = self._quote(800)
        self._settle(order, method=self.account, to_invoice=True)
        self.assertEqual(order.state, "sale")
        self.assertEqual(
            self.customer._customer_credit_positions(self.company)[self.customer].used, 1300
        )
        self.assertNotIn(self._money(2100), self._notes(order))
