from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .facts_common import FactsCase

BOTH = ("ordered", "invoiced")


@tagged("post_install", "-at_install")
class TestCases(FactsCase):
    """What a customer has bought after something happened to an order, where orders count and where
    invoices do."""

    def _buyers(self, *codes):
        """A customer for each choice of what counts, in a programme of its own."""
        for basis in BOTH:
            program = self._create_measuring_program("quantity", *codes, basis=basis)
            program.domain = f"[('ref', '=', '{basis}')]"
            yield self._create_own_customer("Buyer", ref=basis)

    def _assert_counted(self, buyer, amount, orders, pieces=None, last=None, as_of=None):
        self._grade(as_of=as_of)
        standing = self._standing(buyer)
        self.assertEqual((standing.amount, standing.order_count), (amount, orders))
        if pieces is not None:
            self.assertEqual(self._values(buyer)["quantity"], pieces)
        if last is not None:
            self.assertEqual(standing.last_order_date, self._days_ago(last))

    def _post(self, invoice, days):
        invoice.invoice_date = self._days_ago(days)
        invoice.action_post()
        return invoice

    def _deposit(self, order, days, **vals):
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": [Command.set(order.ids)], **vals}
        )
        before = order.invoice_ids
        wizard.create_invoices()
        return self._post(order.invoice_ids - before, days)

    def test_exchange(self):
        """Goods for 100 were bought and goods for 300 given back in one order: a credit note of 200
        settles it, and what was bought was taken for one more return."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                self._invoice(self._create_order(buyer, 1000, date=30), 30)
                order = self._create_order(
                    buyer, date=20, lines=[{}, {"product_uom_qty": -3, "price_unit": 100}]
                )
                refund = order._create_invoices(final=True)
                self.assertEqual(refund.move_type, "out_refund")
                self._post(refund, 19)
                self._assert_counted(buyer, 800, 1, last=30)

    def test_exchange_for_more(self):
        """The same the other way round, and then credited in full."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(
                    buyer, date=20, lines=[{"product_uom_qty": 5}, {"product_uom_qty": -2}]
                )
                invoice = self._post(order._create_invoices(final=True), 20)
                self._assert_counted(buyer, 300, 1, 3)
                self._credit(invoice, 10)
                self._assert_counted(buyer, 0, 0, 0)

    def test_invoiced_for_less(self):
        """An order was invoiced with a rebate that nobody wrote into it, and credited in full."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(buyer, 1000, date=20)
                invoice = order._create_invoices()
                invoice.invoice_line_ids.price_unit = 800
                self._credit(self._post(invoice, 20), 10)
                self._assert_counted(buyer, 0, 0, 0)

    def test_tax_included(self):
        """An order by prices with tax, credited in full by its invoice."""
        tax = self.env["account.tax"].create(
            {"name": "21 %", "amount": 21, "price_include_override": "tax_included"}
        )
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                line = {"price_unit": 9.99, "product_uom_qty": 7, "tax_ids": [Command.set(tax.ids)]}
                order = self._create_order(
                    buyer, date=20, lines=[line, {**line, "price_unit": 3.33}]
                )
                invoice = self._invoice(order, 20)
                self._assert_counted(buyer, order.amount_untaxed, 1, 14)
                self._credit(invoice, 10)
                self._assert_counted(buyer, 0, 0, 0)

    def test_deposit_and_rest_credited(self):
        """A deposit and the rest are credited: nothing is left; the rest alone: the deposit is."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(buyer, 1000, date=20)
                deposit = self._deposit(order, 20, advance_payment_method="percentage", amount=30)
                rest = self._post(order._create_invoices(final=True), 15)
                self._assert_counted(buyer, 1000, 1)
                self._credit(rest, 10)
                self._assert_counted(buyer, 300, 1)
                self._credit(deposit, 9)
                self._assert_counted(buyer, 0, 0)

    def test_bit_by_bit_at_several_rates(self):
        """An order in dollars is credited bit by bit while the rate moves."""
        dollar = self.setup_other_currency(
            "USD", rates=[("2000-01-01", 2.0), (self._days_ago(15), 4.0), (self._days_ago(9), 3.0)]
        )
        dollars = self._create_pricelist("Dollars", currency_id=dollar.id)
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(
                    buyer,
                    date=20,
                    pricelist_id=dollars.id,
                    lines=[{"product_uom_qty": 3, "price_unit": 100}],
                )
                invoice = self._invoice(order, 20)
                self.assertEqual(invoice.currency_id, dollar)
                for days in (12, 8):
                    self._credit(invoice, days, quantity=1)
                self._assert_counted(buyer, 50, 1, 1)
                self._credit(invoice, 4, quantity=1)
                self._assert_counted(buyer, 0, 0, 0)

    def test_order_invoiced_in_another_currency(self):
        """An order in euro was invoiced in dollars, and credited in full when these were worth half
        of it."""
        dollar = self.setup_other_currency(
            "USD", rates=[("2000-01-01", 2.0), (self._days_ago(15), 4.0)]
        )
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(buyer, 1000, date=20)
                invoice = order._create_invoices()
                invoice.currency_id = dollar
                invoice.invoice_line_ids.price_unit = 2000
                self._credit(self._post(invoice, 20), 10)
                self._assert_counted(buyer, 0, 0, 0)

    def test_dozen_credited_in_pieces(self):
        """Two dozen were sold, and six pieces of them credited."""
        dozen = self.env.ref("uom.product_uom_dozen")
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                line = {"product_uom_id": dozen.id, "product_uom_qty": 2, "price_unit": 120}
                order = self._create_order(buyer, date=20, lines=[line])
                refund = self._credit(self._invoice(order, 20), 10, post=False)
                refund.invoice_line_ids.write(
                    {"product_uom_id": self.product.uom_id.id, "quantity": 6, "price_unit": 10}
                )
                refund.action_post()
                self._assert_counted(buyer, 180, 1, 18)

    def test_credited_again_after_it_was_invoiced_again(self):
        """Credited in full, invoiced anew and credited once more."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(buyer, 1000, date=30)
                self._credit(self._invoice(order, 30), 20)
                again = self._invoice(order, 15)
                self._assert_counted(buyer, 1000, 1)
                self._credit(again, 10)
                self._assert_counted(buyer, 0, 0)

    def test_lump_sum(self):
        """A credit note whose lines were replaced by a lump sum is less money, and no piece."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(buyer, date=20, lines=[{"product_uom_qty": 10}])
                refund = self._credit(self._invoice(order, 20), 10, post=False)
                refund.invoice_line_ids = [
                    Command.clear(),
                    Command.create({"name": "Goodwill", "price_unit": 150, "tax_ids": False}),
                ]
                refund.action_post()
                self._assert_counted(buyer, 850, 1, 10)

    def test_rebate(self):
        """Ten pieces were made 10 cheaper each by a credit note, and none of them was left. The
        rest of their price is credited when they come back."""
        self.product.standard_price = 60
        for buyer in self._buyers("margin"):
            with self.subTest(buyer.ref):
                order = self._create_order(buyer, date=20, lines=[{"product_uom_qty": 10}])
                invoice = self._invoice(order, 20)
                self._credit(invoice, 10, price_unit=10)
                self._assert_counted(buyer, 900, 1, 10)
                self.assertEqual(self._values(buyer)["margin"], 300)
                self._credit(invoice, 5, price_unit=90)
                self._assert_counted(buyer, 0, 0, 0)

    def test_contact_is_credited(self):
        """The order is a shop's, the invoice its office's, and the credit note its owner's, all of
        them contacts of the customer."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                shop, office, owner = (
                    self._create_customer(name, parent_id=buyer.id) for name in ("S", "O", "W")
                )
                order = self._create_order(shop, 500, date=20, partner_invoice_id=office.id)
                refund = self._credit(self._invoice(order, 20), 10, post=False)
                refund.partner_id = owner
                refund.action_post()
                self._assert_counted(buyer, 0, 0)

    def test_discounts(self):
        """An order with a discount on its lines and one on the whole, credited in full."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                order = self._create_order(
                    buyer, date=20, state="draft", lines=[{"discount": 10}, {}]
                )
                wizard = self.env["sale.order.discount"].create(
                    {"sale_order_id": order.id, "discount_type": "so_discount"}
                )
                wizard.discount_percentage = 0.2
                wizard.action_apply_discount()
                order.action_confirm()
                order.date_order = datetime.combine(self._days_ago(20), datetime.min.time())
                invoice = self._invoice(order, 20)
                self._assert_counted(buyer, 152, 1, 2)
                self._credit(invoice, 10)
                self._assert_counted(buyer, 0, 0, 0)

    def test_given_for_nothing(self):
        """A sample for nothing is a document, and no purchase; with another line it is one piece
        more."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                self._invoice(self._create_order(buyer, 0, date=20), 20)
                self._assert_counted(buyer, 0, 0)
                self._invoice(self._create_order(buyer, date=10, lines=[{}, {"discount": 100}]), 10)
                self._assert_counted(buyer, 100, 1, 3, last=10)

    def test_dated_back(self):
        """A credit note dated before the order by mistake, and one of tomorrow."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                self._invoice(self._create_order(buyer, 70, date=40), 40)
                self._credit(self._invoice(self._create_order(buyer, 500, date=20), 20), 25)
                self._assert_counted(buyer, 70, 1, last=40)
                self._credit(self._invoice(self._create_order(buyer, 300, date=5), 5), -1)
                self._assert_counted(buyer, 370, 2, last=5)

    def test_two_of_one_day(self):
        """Two purchases of one day, one of them credited, are one purchase day."""
        for buyer in self._buyers("purchase_days"):
            with self.subTest(buyer.ref):
                kept, back = (self._create_order(buyer, 100, date=20) for _number in range(2))
                self._invoice(kept, 20)
                self._credit(self._invoice(back, 20), 20)
                self._assert_counted(buyer, 100, 1, 1)
                self.assertEqual(self._values(buyer)["purchase_days"], 1)

    def test_merged_after_a_credit_note(self):
        """Two contacts were the same customer, of whom one had been credited."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                twin = self._create_own_customer("Twin", ref=buyer.ref)
                self._invoice(self._create_order(buyer, 300, date=20), 20)
                self._credit(self._invoice(self._create_order(twin, 500, date=15), 15), 10)
                self._grade()
                self.env["base.partner.merge.automatic.wizard"].create({})._merge(
                    (buyer | twin).ids, buyer
                )
                self._assert_counted(buyer, 300, 1, 1, last=20)

    def test_other_company(self):
        """A shared customer is credited in one company for what it bought there."""
        for buyer in self._buyers():
            with self.subTest(buyer.ref):
                buyer.company_id = False
                self._invoice(self._create_order(buyer, 300, date=20), 20)
                order = self._create_order(buyer, 500, date=15, company=self.company_b)
                order = order.with_company(self.company_b)
                self._credit(self._invoice(order, 15), 10)
                self._assert_counted(buyer, 300, 1, last=20)

    def test_evening_in_shanghai(self):
        """An order of half past seven in the morning of the company's day is one of yesterday in
        UTC; the customer's own zone decides nothing."""
        self.company.partner_id.tz = "Asia/Shanghai"
        today = self.env["customer.tier.gather"]._today(self.company)
        self._create_measuring_program()
        buyer = self._create_own_customer("Buyer", tz="America/Los_Angeles")
        day = today - timedelta(days=5)
        evening = datetime.combine(day - timedelta(days=1), datetime.min.time())
        self._create_order(buyer, 100, date=evening + timedelta(hours=23, minutes=30))
        self._grade(as_of=day - timedelta(days=1))
        self.assertFalse(self._standing(buyer).order_count)
        self._grade()
        self.assertEqual(self._standing(buyer).last_order_date, day)

    def test_later_invoices(self):
        """An invoice dated next week, where invoices count, was ignored without a hint: orders were
        looked at."""
        self._create_measuring_program(basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        self._create_invoice(buyer, 50, invoice_date=self._days_ago(20))
        self._create_invoice(buyer, 100, invoice_date=self._days_ago(-7))
        self._create_order(buyer, 100, date=-9)
        run = self._grade()
        self.assertEqual(run.later_order_count, 1)
        told = {s["kind"]: s["text"] for s in self._standing(buyer).explanation["sentences"]}
        self.assertIn("1 invoice is dated in the future", told["later"])
