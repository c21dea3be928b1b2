from odoo.fields import Command
from odoo.tests import tagged

from .common import OWN
from .facts_common import FactsCase


class ReversedCreditCase(FactsCase):
    """Credit notes that were a mistake, and are reversed in their turn."""

    basis = "ordered"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(domain=OWN, basis=cls.basis)
        cls.buyer = cls._create_own_customer("Buyer")

    def _reversed(self, move, days, **line):
        """What reverses a document, as a whole or with other values of its one line."""
        return self._credit(move, days, **line)

    def _bonus(self, amount, days):
        day = self._days_ago(days)
        return self._create_invoice(self.buyer, amount, "out_refund", invoice_date=day, date=day)

    def _found(self):
        self._grade()
        standing = self._standing(self.buyer)
        return standing.amount, standing.order_count, standing.last_order_date


@tagged("post_install", "-at_install")
class TestReversedCreditsOfOrders(ReversedCreditCase):
    """Where orders count."""

    def test_bonus(self):
        """A bonus that was credited by mistake was deducted for ever, though it was taken back."""
        self._create_order(self.buyer, 500, date=40)
        bonus = self._bonus(70, 30)
        expected = (500, 1, self._days_ago(40))
        self.assertEqual(self._found(), (430, 1, self._days_ago(40)))
        again = self._reversed(bonus, 20)
        self.assertEqual(self._found(), expected)
        self._reversed(again, 10)
        self.assertEqual(self._found(), (430, 1, self._days_ago(40)))

    def test_bonus_in_part(self):
        """Of a bonus nothing was given back, whatever part of it was."""
        self._create_order(self.buyer, 500, date=40)
        self._reversed(self._bonus(70, 30), 20, price_unit=50)
        self.assertEqual(self._found(), (480, 1, self._days_ago(40)))

    def test_order(self):
        """An order whose credit note was reversed had come back."""
        order = self._create_order(self.buyer, 1000, date=60)
        refund = self._credit(self._invoice(order, 50), 30)
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (1000, 1, self._days_ago(60)))

    def test_order_in_part(self):
        """The same of a part of it."""
        order = self._create_order(self.buyer, 1000, date=60)
        refund = self._credit(self._invoice(order, 50), 30, price_unit=400)
        self.assertEqual(self._found(), (600, 1, self._days_ago(60)))
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (1000, 1, self._days_ago(60)))

    def test_half_invoiced(self):
        """A part was invoiced, credited by mistake and restored, and had come back for ever, since
        not more than the order was invoiced."""
        order = self._create_order(self.buyer, date=60, lines=[{"product_uom_qty": 10}])
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 5
        invoice.invoice_date = self._days_ago(50)
        invoice.action_post()
        refund = self._credit(invoice, 30)
        self.assertEqual(self._found(), (500, 1, self._days_ago(60)))
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (1000, 1, self._days_ago(60)))

    def test_pieces(self):
        """Pieces of a bonus that was taken back, and of an order, were missing."""
        self._create_measuring_program("quantity", sequence=1)
        order = self._create_order(self.buyer, date=60, lines=[{"product_uom_qty": 10}])
        refund = self._credit(self._invoice(order, 50), 30)
        day = self._days_ago(30)
        line = {"product_id": self.product.id, "quantity": 2, "price_unit": 10, "tax_ids": False}
        bonus = self._create_invoice(
            self.buyer,
            0,
            "out_refund",
            invoice_date=day,
            date=day,
            invoice_line_ids=[Command.create(line)],
        )
        self._grade()
        self.assertEqual(self._values(self.buyer)["quantity"], -2)
        self._reversed(refund, 10)
        self._reversed(bonus, 10)
        self._grade()
        self.assertEqual(self._values(self.buyer)["quantity"], 10)

    def test_lump_sum(self):
        """A sum given back for an invoice stayed so after its credit note was reversed."""
        order = self._create_order(self.buyer, 1000, date=60)
        invoice = self._invoice(order, 50)
        day = self._days_ago(30)
        refund = self._create_invoice(
            self.buyer, 400, "out_refund", invoice_date=day, date=day, reversed_entry_id=invoice.id
        )
        self.assertEqual(self._found(), (600, 1, self._days_ago(60)))
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (1000, 1, self._days_ago(60)))

    def test_somebody_else_pays(self):
        """Whoever ordered was not graded again when the credit note of who pays was reversed, and
        its own amount missed what had been given back."""
        payer = self._create_own_customer("Payer")
        order = self._create_order(self.buyer, 1000, date=60, partner_invoice_id=payer.id)
        refund = self._credit(self._invoice(order, 50), 30)
        self.assertEqual(self._found()[:2], (0, 0))
        self._stale()
        self._reversed(refund, 10)
        self.assertIn(self.buyer, self._stale())
        self.env["customer.tier.run"]._grade_partners(self.buyer, self.company)
        self.env.invalidate_all()
        self.assertEqual(self._counted(self.buyer), (1000, 1))


@tagged("post_install", "-at_install")
class TestReversedCreditsOfInvoices(ReversedCreditCase):
    """Where invoices count."""

    basis = "invoiced"

    def test_order(self):
        """The reversal of a credit note was one more purchase, and the latest one."""
        order = self._create_order(self.buyer, 1000, date=60)
        refund = self._credit(self._invoice(order, 50), 30)
        self.assertEqual(self._found(), (0, 0, False))
        again = self._reversed(refund, 10)
        self.assertEqual(again.move_type, "out_invoice")
        self.assertEqual(self._found(), (1000, 1, self._days_ago(50)))
        self._reversed(again, 5)
        self.assertEqual(self._found(), (0, 0, False))

    def test_order_in_part(self):
        """The same of a credit note for a part of an invoice."""
        order = self._create_order(self.buyer, 1000, date=60)
        refund = self._credit(self._invoice(order, 50), 30, price_unit=400)
        self.assertEqual(self._found(), (600, 1, self._days_ago(50)))
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (1000, 1, self._days_ago(50)))

    def test_bonus(self):
        """A bonus that was taken back and given after all."""
        day = self._days_ago(40)
        self._create_invoice(self.buyer, 500, invoice_date=day, date=day)
        bonus = self._bonus(70, 30)
        again = self._reversed(bonus, 20)
        self.assertEqual(self._found(), (500, 1, day))
        self._reversed(again, 10)
        self.assertEqual(self._found(), (430, 1, day))

    def test_months_between(self):
        """A purchase of the year before was one of this year, for it was restored in it."""
        day = self._days_ago(400)
        invoice = self._create_invoice(self.buyer, 500, invoice_date=day, date=day)
        refund = self._credit(invoice, 300)
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (0, 0, self._days_ago(400)))
        self._create_invoice(self.buyer, 80, invoice_date=self._days_ago(5))
        self.assertEqual(self._found(), (80, 1, self._days_ago(5)))

    def test_pieces_and_rates(self):
        """What was restored at another rate was worth more than what it was for, and its pieces
        were missing."""
        self._create_measuring_program("quantity", basis="invoiced", sequence=1)
        dollar = self.quick_ref("base.USD")
        dollar.active = True
        for days, rate in ((90, 2), (30, 4), (10, 8)):
            dollar.rate_ids = [
                Command.create(
                    {"name": self._days_ago(days), "rate": rate, "company_id": self.company.id}
                )
            ]
        day = self._days_ago(60)
        line = {"product_id": self.product.id, "quantity": 10, "price_unit": 100, "tax_ids": False}
        invoice = self._create_invoice(
            self.buyer,
            invoice_date=day,
            date=day,
            currency_id=dollar.id,
            invoice_line_ids=[Command.create(line)],
        )
        refund = self._credit(invoice, 30)
        self.assertEqual(self._found()[:2], (0, 0))
        self._reversed(refund, 10)
        self.assertEqual(self._found(), (500, 1, day))
        self.assertEqual(self._values(self.buyer)["quantity"], 10)
