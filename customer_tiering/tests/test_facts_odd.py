from pathlib import Path

from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import tagged

from .common import OWN
from .facts_common import FactsCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.10.0" / "post-credited-orders.py"


@tagged("post_install", "-at_install")
class TestOddCredits(FactsCase):
    """Credit notes that do not look like the invoice turned round."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(domain=OWN)
        cls.buyer = cls._create_own_customer("Buyer")

    def _left(self, partner=None):
        self._grade()
        return self._counted(partner or self.buyer)

    def test_deposit_alone(self):
        """A deposit of 300 is given back, and 300 of the order of 1,000 seem to have come back."""
        order = self._create_order(self.buyer, 1000, date=30)
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        wizard = wizard.create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 300,
            }
        )
        wizard.create_invoices()
        invoice = order.invoice_ids
        invoice.invoice_date = self._days_ago(30)
        invoice.action_post()
        self._credit(invoice, 10)
        self.assertEqual(self._left(), (1000, 1))
        self._credit(self._invoice(order, 9), 8)
        self.assertEqual(self._left(), (0, 0))

    def test_not_posted(self):
        """What is only written down gives nothing back, nor does what was cancelled."""
        invoice = self._invoice(self._create_order(self.buyer, 1000, date=30), 30)
        draft = self._credit(invoice, 10, post=False)
        self.assertEqual(self._left(), (1000, 1))
        draft.button_cancel()
        self.assertEqual(self._left(), (1000, 1))

    def test_other_company(self):
        """A bonus of one company is deducted in the other."""
        self._create_order(self.buyer, 1000, date=30)
        self.buyer.company_id = False
        date = self._days_ago(10)
        self._create_invoice(
            self.buyer, 400, kind="out_refund", company=self.company_b, invoice_date=date, date=date
        )
        self.buyer.company_id = self.company
        self.assertEqual(self._left(), (1000, 1))

    def test_contact_and_other_money(self):
        """A shop's order in euro is credited in dollars, at the shop's own address."""
        shop = self._create_customer("Shop", parent_id=self.buyer.id)
        dollar = self.env.ref("base.USD")
        dollar.write(
            {
                "active": True,
                "rate_ids": [
                    Command.clear(),
                    Command.create(
                        {"name": "2000-01-01", "rate": 2.0, "company_id": self.company.id}
                    ),
                ],
            }
        )
        invoice = self._invoice(self._create_order(shop, 1000, date=30), 30)
        refund = self._credit(invoice, 10, post=False)
        refund.currency_id = dollar
        refund.invoice_line_ids.price_unit = 600
        refund.action_post()
        self.assertEqual(self._left(), (700, 1))

    def test_fee_is_kept_back(self):
        """Goods of 1,000 come back less a fee of 100 for putting them away: with the fee, 100 is
        left; the order is none any more only where all its money is back."""
        invoice = self._invoice(self._create_order(self.buyer, 1000, date=30), 30)
        refund = self._credit(invoice, 10, post=False)
        fee = {"name": "Restocking", "price_unit": -100, "quantity": 1, "tax_ids": False}
        refund.invoice_line_ids = [Command.create(fee)]
        refund.action_post()
        self.assertEqual(self._left()[0], 100)

    def test_cancelled_after_credit(self):
        """An order that was credited and then cancelled is deducted once more."""
        order = self._create_order(self.buyer, 1000, date=30)
        self._create_order(self.buyer, 500, date=20)
        self._credit(self._invoice(order, 30), 10)
        order.with_context(disable_cancel_warning=True)._action_cancel()
        self.assertEqual(self._left(), (500, 1))

    def test_several_orders_on_one_invoice(self):
        """Two orders are one invoice, and one credit note of one line takes from both."""
        orders = self._create_order(self.buyer, 1000, date=30)
        orders += self._create_order(self.buyer, 200, date=29)
        invoice = orders._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.invoice_date = self._days_ago(28)
        invoice.action_post()
        refund = self._credit(invoice, 10, post=False)
        first = refund.invoice_line_ids.filtered(
            lambda line: orders[1].order_line in line.sale_line_ids
        )
        others = refund.invoice_line_ids - first
        refund.invoice_line_ids = [Command.unlink(line.id) for line in others]
        refund.action_post()
        self.assertEqual(self._left(), (1000, 1))

    def _credit_sum(self, invoice, amount, days=10, partner=None):
        """A credit note whose lines were replaced by a sum."""
        refund = self._credit(invoice, days, post=False)
        line = {"name": "Goodwill", "price_unit": amount, "tax_ids": False}
        refund.invoice_line_ids = [Command.clear(), Command.create(line)]
        if partner:
            refund.partner_id = partner
        refund.action_post()
        return refund

    def test_sum_of_all(self):
        """An invoice was credited in full by one line in place of its own, and its order of nothing
        stayed a purchase."""
        first = self._invoice(self._create_order(self.buyer, 1000, date=30), 30)
        self._create_order(self.buyer, 500, date=40)
        self._credit_sum(first, 600)
        self.assertEqual(self._left(), (900, 2))
        self._credit_sum(first, 400, 9)
        self.assertEqual(self._left(), (500, 1))
        self.assertEqual(self._standing(self.buyer).last_order_date, self._days_ago(40))

    def test_sum_of_an_order_that_was_cancelled(self):
        """A sum was credited and the order cancelled: its 1,000 were taken off twice."""
        orders = self._create_order(self.buyer, 1000, date=30)
        orders += self._create_order(self.buyer, 600, date=30)
        self._create_order(self.buyer, 500, date=20)
        invoice = orders._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.invoice_date = self._days_ago(30)
        invoice.action_post()
        self._credit_sum(invoice, 160)
        self.assertEqual(self._left(), (1940, 3))
        orders[0].with_context(disable_cancel_warning=True)._action_cancel()
        self.assertEqual(self._left(), (1040, 2))

    def test_sum_for_who_pays(self):
        """A group pays for its shop's orders, and what it was credited for them was taken off the
        group, which had bought nothing, and not off the shop."""
        group, third = (self._create_own_customer(name) for name in ("Group", "Third"))
        order = self._create_order(self.buyer, 1000, date=30, partner_invoice_id=group.id)
        invoice = self._invoice(order, 30)
        self._stale()
        self._credit_sum(invoice, 150)
        self.assertEqual(self._stale(), self.buyer | group)
        self._credit_sum(invoice, 50, partner=third)
        self.assertEqual(self._stale(), self.buyer | group | third)
        self.assertEqual(self._left(), (800, 1))
        self.assertEqual((self._counted(group), self._counted(third)), ((0, 0), (0, 0)))
        self.env["customer.tier.run"]._grade_partners(self.buyer, self.company)
        self.env.invalidate_all()
        self.assertEqual(self._counted(self.buyer), (800, 1))

    def test_sum_before_the_upgrade(self):
        """A sum that was credited to a third party before the upgrade came back to the shop that
        the invoice is of whenever it was graded alone."""

        def alone():
            self.env["customer.tier.run"]._grade_partners(self.buyer, self.company)
            self.env.invalidate_all()
            return self._counted(self.buyer)

        third = self._create_own_customer("Third")
        refund = self._credit_sum(
            self._invoice(self._create_order(self.buyer, 1000, date=30), 30), 150, partner=third
        )
        refund.sudo().customer_tier_order_ids = False
        self.env.flush_all()
        self.assertEqual(alone(), (1000, 1))
        load_script(str(SCRIPT), "post-credited-orders").migrate(self.cr, "19.0.1.9.0")
        self.assertEqual(alone(), (850, 1))

    def test_line_of_the_invoice_alone(self):
        """A fee that stands only on the invoice never counted, and was taken off as it was credited
        along."""
        invoice = self._create_order(self.buyer, 1000, date=30)._create_invoices()
        fee = {"name": "Express", "price_unit": 50, "quantity": 1, "tax_ids": False}
        invoice.invoice_line_ids = [Command.create(fee)]
        invoice.invoice_date = self._days_ago(30)
        invoice.action_post()
        self._create_order(self.buyer, 500, date=20)
        self._credit_sum(invoice, 30)
        self.assertEqual(self._left(), (1500, 2))
        self._credit_sum(invoice, 70, 9)
        self.assertEqual(self._left(), (1450, 2))
        self._credit_sum(invoice, 950, 8)
        self.assertEqual(self._left(), (500, 1))

    def test_fee_alone_is_no_return(self):
        """Half of an order was invoiced and credited less a fee: the fee is what is left of it."""
        order = self._create_order(self.buyer, date=30, lines=[{"product_uom_qty": 10}])
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 5
        invoice.invoice_date = self._days_ago(30)
        invoice.action_post()
        refund = self._credit(invoice, 10, post=False)
        fee = {"name": "Restocking", "price_unit": -100, "quantity": 1, "tax_ids": False}
        refund.invoice_line_ids = [Command.create(fee)]
        refund.action_post()
        self.assertEqual(self._left(), (600, 1))

    def test_dated_again_after_credit(self):
        """An order was dated later after it was credited: its money counted in the year that its
        credit note was not of."""
        order = self._create_order(self.buyer, 1000, date=400)
        self._create_order(self.buyer, 10, date=20)
        self._credit(self._invoice(order, 399), 380)
        order.date_order = self._days_ago(300)
        self.assertEqual(self._left(), (10, 1))


@tagged("post_install", "-at_install")
class TestOddInvoices(FactsCase):
    """The same where invoices count."""

    def test_foreign_invoice_credited_at_another_rate(self):
        """An invoice in dollars was credited in full at another rate: half of it stayed, and the
        invoice was a purchase."""
        self._create_measuring_program("margin", basis="invoiced")
        dollar = self.setup_other_currency(
            "USD", rates=[("2000-01-01", 2.0), (self._days_ago(15), 4.0)]
        )
        buyer = self._create_own_customer("Buyer")
        day = self._days_ago(30)
        invoices = [
            self._create_invoice(buyer, 1000, currency_id=dollar.id, invoice_date=day, date=day)
            for _number in range(2)
        ]
        self._credit(invoices[0], 10)
        self._grade()
        self.assertEqual(self._counted(buyer), (500, 1))
        self.assertEqual(self._values(buyer)["margin"], 500)
        self._credit(invoices[1], 5, price_unit=200)
        self._grade()
        self.assertEqual(self._counted(buyer), (400, 1))
        self.assertEqual(self._values(buyer)["margin"], 400)

    def test_invoices_of_one_order(self):
        """A deposit and the invoice for the rest, or for two deliveries, were two purchases of half
        the size each. What is invoiced anew every month is one each month; a part that was
        credited leaves the other."""
        self._create_measuring_program("average_order", "purchase_days", basis="invoiced")
        names = ("Deposit", "Parts", "Monthly", "Replaced")
        buyers = [self._create_own_customer(name) for name in names]
        self.product.invoice_policy = "delivery"
        invoices = []
        for buyer, parts in zip(buyers, ((0, 10), (4, 10), (10, 20, 30), (4, 10)), strict=True):
            order = self._create_order(buyer, date=50, lines=[{"product_uom_qty": 10}])
            if not parts[0]:
                wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
                values = {"advance_payment_method": "fixed", "fixed_amount": 300}
                wizard.create(values).create_invoices()
                order.invoice_ids.invoice_date = self._days_ago(45)
                order.invoice_ids.action_post()
            for delivered in filter(None, parts):
                order.order_line.filtered("product_uom_qty").qty_delivered = delivered
                invoice = order._create_invoices(final=True)
                invoice.invoice_date = self._days_ago(45 - delivered)
                invoice.action_post()
                invoices.append(invoice)
        self._credit(invoices[-2], 5)
        self._grade()
        counted = [(1000, 1), (1000, 1), (3000, 3), (600, 1)]
        self.assertEqual([self._counted(buyer) for buyer in buyers], counted)
        averages = [self._values(buyer)["average_order"] for buyer in buyers]
        self.assertEqual(averages, [1000, 1000, 1000, 600])
        for buyer, expected in zip(buyers, counted, strict=True):
            self._grade_alone(buyer)
            self.assertEqual(self._counted(buyer), expected)

    def test_credited_to_somebody_else(self):
        """The credit note for a shop's invoice was made out to its agency: the shop kept amount
        and pieces, without a purchase, and the agency's were below nothing."""
        self._create_measuring_program("quantity", basis="invoiced")
        shop, agency = (self._create_own_customer(name) for name in ("Shop", "Agency"))
        order = self._create_order(shop, date=30, lines=[{"product_uom_qty": 10}])
        own = self._create_order(agency, 50, date=30)
        self._invoice(own, 30)
        refund = self._credit(self._invoice(order, 30), 10, post=False, quantity=4)
        refund.partner_id = agency
        self._grade()
        self._stale()
        refund.action_post()
        self.assertEqual(self._stale(), shop | agency)
        for partner, counted, pieces in ((shop, (600, 1), 6), (agency, (50, 1), 1)):
            self._grade_alone(partner)
            self.assertEqual(self._counted(partner), counted)
            self.assertEqual(self._values(partner)["quantity"], pieces)
        refund.button_draft()
        self.assertEqual(self._stale(), shop | agency)
        refund.action_post()
        self._grade()
        self.assertEqual((self._counted(shop), self._counted(agency)), ((600, 1), (50, 1)))

    def test_invoice_without_an_order_credited_to_somebody_else(self):
        """Graded alone, who was invoiced without an order kept what an agency got the credit note
        for: whether anything came back was asked of orders alone."""
        self._create_measuring_program(basis="invoiced")
        shop, agency = (self._create_own_customer(name) for name in ("Shop", "Agency"))
        day = self._days_ago(30)
        invoice = self._create_invoice(shop, 1000, invoice_date=day, date=day)
        self._grade()
        refund = self._credit(invoice, 10, post=False, price_unit=400)
        refund.partner_id = agency
        refund.action_post()
        self._grade_alone(shop)
        self.assertEqual(self._counted(shop), (600, 1))

    def _grade_alone(self, partner):
        self.env["customer.tier.run"]._grade_partners(partner, self.company)
        self.env.invalidate_all()

    def test_bonus_taken_back(self):
        """A bonus was credited by mistake and its credit note reversed, which was one more purchase
        and the latest one."""
        self._create_measuring_program(basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        day = self._days_ago(30)
        self._create_invoice(buyer, 500, invoice_date=day, date=day)
        bonus = self._create_invoice(buyer, 70, "out_refund", invoice_date=day, date=day)
        again = bonus._reverse_moves([{"invoice_date": self._days_ago(10)}])
        self.assertEqual(again.move_type, "out_invoice")
        again.action_post()
        self._grade()
        self.assertEqual(self._counted(buyer), (500, 1))
        self.assertEqual(self._standing(buyer).last_order_date, day)

    def test_receipt_given_back(self):
        """A receipt is no invoice and never counted, and its credit note took it off."""
        self._create_measuring_program("quantity", basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        day = self._days_ago(20)
        self._create_invoice(buyer, 500, invoice_date=day, date=day)
        receipt = self._create_invoice(buyer, 70, "out_receipt", invoice_date=day, date=day)
        refund = receipt._reverse_moves([{"invoice_date": day, "date": day}])
        self.assertEqual(refund.move_type, "out_refund")
        refund.action_post()
        self._grade()
        self.assertEqual(self._counted(buyer), (500, 1))

    def test_cash_rounding(self):
        """An invoice rounded to five cents and credited in full was worth some cents, and a
        purchase."""
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "Five Cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company.default_cash_difference_income_account_id.id,
                "loss_account_id": self.company.default_cash_difference_expense_account_id.id,
            }
        )
        self._create_measuring_program(basis="invoiced")
        buyer, other = self._create_own_customer("Buyer"), self._create_own_customer("Other")
        day = self._days_ago(20)
        values = {"invoice_date": day, "date": day, "invoice_cash_rounding_id": rounding.id}
        invoice = self._create_invoice(buyer, 99.98, **values)
        self.assertEqual(invoice.amount_untaxed, 100)
        self._create_invoice(other, 99.98, **values)
        self._credit(invoice, 10)
        self._grade()
        self.assertEqual(self._counted(buyer), (0, 0))
        self.assertEqual(self._counted(other), (100, 1))


@tagged("post_install", "-at_install")
class TestCombos(FactsCase):
    """A combo is what was chosen in it."""

    def _order(self, buyer):
        products = [
            self._create_product(name=name, type="service", invoice_policy="order")
            for name in ("Cup", "Beans")
        ]
        combos = self.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for product in products
            ]
        )
        whole = self._create_product(name="Set", type="combo", combo_ids=[Command.set(combos.ids)])
        whole.categ_id = self.env["product.category"].create({"name": "Sets"})
        order = self._create_order(
            buyer, date=20, state="draft", lines=[{"product_id": whole.id, "product_uom_qty": 3}]
        )
        frame = order.order_line
        order.order_line = [
            Command.create(
                {
                    "product_id": item.product_id.id,
                    "combo_item_id": item.id,
                    "linked_line_id": frame.id,
                    "product_uom_qty": 3,
                    "price_unit": 40,
                    "tax_ids": False,
                }
            )
            for item in combos.combo_item_ids
        ]
        order.action_confirm()
        order.date_order = self._days_ago(20)
        return order

    def test_pieces(self):
        """Three sets of two products were nine pieces of three products where orders count, and six
        of two where invoices do."""
        for basis in ("ordered", "invoiced"):
            with self.subTest(basis):
                buyer = self._create_own_customer("Buyer", ref=basis)
                program = self._create_measuring_program(
                    "quantity", "product_count", "category_count", basis=basis
                )
                program.domain = f"[('ref', '=', '{basis}')]"
                self._invoice(self._order(buyer), 10)
                self._grade()
                values = self._values(buyer)
                self.assertEqual(values["amount"], 240)
                self.assertEqual(values["quantity"], 6)
                self.assertEqual(values["product_count"], 2)
                self.assertEqual(values["category_count"], 1)
