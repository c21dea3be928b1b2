from datetime import timedelta

from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..models.customer_tier_program import PRESET_TABLES
from .common import QuotationCase


class ExposureCase(QuotationCase):
    """Goods that are invoiced on delivery, beside the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crate = cls._create_product(name="Crate", type="consu", invoice_policy="delivery")

    @classmethod
    def _order_crates(cls, amount=400.0, quantity=4, **vals):
        line = {"product_id": cls.crate.id, "product_uom_qty": quantity}
        line["price_unit"] = amount / quantity
        return cls._create_order(vals.pop("partner", cls.contact), lines=[line], **vals)

    def _used(self, company=None):
        """What the customer owes and has ordered, beyond the 500 of the set-up."""
        self.env.flush_all()
        self.env.invalidate_all()
        company = company or self.company
        return self.customer._customer_credit_positions(company)[self.customer].used - 500

    @classmethod
    def _invoice_deposit(cls, order, amount, post=True):
        wizard = cls.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": amount}).create_invoices()
        invoice = order.invoice_ids[-1:]
        if post:
            invoice.action_post()
        return invoice


@tagged("post_install", "-at_install")
class TestCreditExposure(ExposureCase):
    def test_undelivered_goods_count(self):
        """Goods invoiced on delivery did not count before it: a customer could order any number
        of times within the limit, until the first truck left."""
        self.company.customer_credit_check = "block"
        user = self.salesperson
        first, second = (
            self._order_crates(400, state="draft", user_id=user.id).with_user(user)
            for _number in range(2)
        )
        first.action_confirm()
        self.assertEqual(self._used(), 400)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            second.action_confirm()

    def test_each_crate_counts_once(self):
        """From the order over delivery and invoice to the payment."""
        order = self._order_crates(400, quantity=4)
        for delivered in (0, 1, 4):
            order.order_line.qty_delivered = delivered
            self.assertEqual(self._used(), 400, delivered)
        order.order_line.qty_delivered = 1
        order._create_invoices().action_post()
        self.assertEqual(self._used(), 400, "100 of them a debt")
        order.order_line.qty_delivered = 5
        self.assertEqual(self._used(), 500, "one too many")

    def test_invoiced_before_delivery(self):
        """Invoiced in advance by hand: a debt already."""
        order = self._order_crates(400, quantity=4)
        order.order_line.qty_delivered = 2
        order._create_invoices().action_post()
        order.order_line.qty_delivered = 0
        self.assertEqual(self._used(), 400)

    def test_old_orders(self):
        """What nobody has delivered for a year is not going to be; orders were imported without
        deliveries too. An order for a date in future is open, however old."""
        order = self._order_crates(400, date=91)
        self.assertEqual(self._used(), 0)
        order.date_order += timedelta(days=1)
        self.assertEqual(self._used(), 400)
        self.company.customer_credit_order_days = 0
        self.assertEqual(self._used(), 0)
        self.company.customer_credit_order_days = 30
        self.assertEqual(self._used(), 0)
        order.commitment_date = self._days_ago(-5)
        self.assertEqual(self._used(), 400)
        with self.assertRaisesRegex(ValidationError, "0 to 3660"):
            self.company.customer_credit_order_days = -1

    def test_deposit_counts_once(self):
        """An invoiced deposit was a debt and a part of the order; and paid, it did not make the
        order smaller."""
        for order in (self._create_order(self.contact, 400), self._order_crates(400)):
            with self.subTest(order.order_line.name):
                before = self._used()
                invoice = self._invoice_deposit(order, 150)
                self.assertEqual(self._used(), before)
                self._settle(invoice)
                self.assertEqual(self._used(), before - 150)

    def _settle(self, invoice):
        """As an entry of the bank that is reconciled does."""
        debt = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        common = {"partner_id": invoice.partner_id.id, "name": "Paid"}
        bank = self.env["account.account"].search(
            [("account_type", "=", "asset_current"), ("company_ids", "in", self.company.ids)],
            limit=1,
        )
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({**common, "account_id": bank.id, "debit": debt.balance}),
                    Command.create(
                        {**common, "account_id": debt.account_id.id, "credit": debt.balance}
                    ),
                ]
            }
        )
        entry.action_post()
        (debt + entry.line_ids.filtered("credit")).reconcile()

    def test_credit_left(self):
        """Salespeople reckoned what their customer may still order on paper; “No limit” is not
        nothing, and “No credit” not one cent."""
        for limit, granted, left in (
            (1000, 0, 500),
            (0.01, 0, -500),
            (0.01, 600, 100),
            (1000, 0, 1100),
            (0, 0, 0),
        ):
            self.customer.credit_limit = limit
            if granted:
                self._grant(granted)
            self.env.flush_all()
            self.env.invalidate_all()
            seen = self.contact.with_user(self.salesperson)
            self.assertEqual(seen.customer_credit_left, left)
            self.assertEqual(seen.customer_credit_limited, bool(limit))

    def test_goods_sent_back(self):
        """What comes back makes the order smaller."""
        lines = [
            {"product_id": self.crate.id, "product_uom_qty": 4, "price_unit": 100},
            {"product_id": self.crate.id, "product_uom_qty": -1, "price_unit": 100},
        ]
        self._create_order(self.contact, lines=lines)
        self.assertEqual(self._used(), 300)

    def test_other_company(self):
        """Orders elsewhere are another company's risk."""
        self._order_crates(400, company=self.company_b)
        self.assertEqual(self._used(), 0)
        self.assertEqual(self._used(self.company_b) + 500, 400)


@tagged("post_install", "-at_install")
class TestInvoiceWarning(ExposureCase):
    """The core's warning on draft invoices."""

    def _draft(self, amount, company=None, **vals):
        vals = {"partner": self.contact, "post": False, "company": company, **vals}
        move = self._create_invoice(vals.pop("partner"), amount, **vals)
        self.env.flush_all()
        self.env.invalidate_all()
        return move.with_user(self.bookkeeper)

    def test_special_approval(self):
        """Bookkeepers were warned of what an approver had allowed."""
        self.assertFalse(self._draft(500).partner_credit_warning)
        invoice = self._draft(700)
        self.assertIn(self._money(1200), invoice.partner_credit_warning)
        self._grant(150)
        invoice.invalidate_recordset()
        self.assertIn(f"Special approvals add {self._money(150)}", invoice.partner_credit_warning)
        self._grant(50)
        invoice.invalidate_recordset()
        self.assertFalse(invoice.partner_credit_warning)
        self.customer.credit_limit = 0
        self.assertFalse(self._draft(90000).partner_credit_warning)

    def test_company_of_the_invoice(self):
        """The core looks into the user's current company."""
        self.bookkeeper.company_ids += self.company_b
        self.customer.with_company(self.company_b).credit_limit = 100
        invoice = self._draft(150, self.company_b)
        for company in (self.company, self.company_b):
            seen = invoice.with_context(
                allowed_company_ids=(company + self.company + self.company_b).ids
            )
            seen.invalidate_recordset()
            self.assertIn(self._money(100), seen.partner_credit_warning)
        own = self._draft(150).with_context(allowed_company_ids=self.company_b.ids)
        self.assertFalse(own.sudo().partner_credit_warning)

    def test_invoice_of_an_order(self):
        """What is invoiced of an order was counted with the order already."""
        order = self._create_order(self.contact, 500)
        invoice = order._create_invoices().with_user(self.bookkeeper)
        self.assertFalse(invoice.partner_credit_warning, "just the limit")
        invoice.invoice_line_ids.price_unit = 510
        self.env.invalidate_all()
        self.assertIn(self._money(1010), invoice.partner_credit_warning)

    def test_while_typing(self):
        """The banner follows the amounts before the invoice is saved."""
        form = Form(
            self.env["account.move"]
            .with_user(self.bookkeeper)
            .with_context(default_move_type="out_invoice")
        )
        form.partner_id = self.contact
        self.assertNotIn("account_partner_credit_warning", form.alerts or {})
        with form.invoice_line_ids.new() as line:
            line.name = "Goods"
            line.price_unit = 600
            line.tax_ids.clear()
        self.assertIn(self._money(1100), form.alerts["account_partner_credit_warning"]["message"])


@tagged("post_install", "-at_install")
class TestCreditOfPreset(TieringCommon):
    def test_proposals_at_once(self):
        """A credit table that everybody has to think up first is left empty; and one that comes
        with the programme must change nobody's credit."""
        program = self._create_program("wholesale")
        self.assertEqual(len(program.credit_rule_ids), len(PRESET_TABLES["wholesale"]))
        customer = self._create_customer("Buyer", company_id=self.company.id)
        self._create_order(customer, 24000)
        self._grade()
        standing = self._standing(customer)
        expected = {"low": 4000, "medium": 2000, "high": 0.01, "unknown": 0}
        for band, limit in expected.items():
            standing.sudo().credit_band = band
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertAlmostEqual(standing.proposed_credit_limit, limit, 2, band)
            self.assertEqual(standing.credit_differs, band != "unknown")
        self.assertFalse(customer.credit_limit)
        self.assertFalse(customer.property_payment_term_id)
        self.assertFalse(
            self.env["customer.credit.change"].search([("partner_id", "=", customer.id)])
        )

    def test_without_the_core_s_terms(self):
        """Companies delete payment terms that they do not offer; the preset failed with a
        reference error."""
        self.env.ref("account.account_payment_term_45days").unlink()
        rules = self._create_program("wholesale").credit_rule_ids
        self.assertIn(False, rules.mapped(lambda rule: bool(rule.payment_term_id)))

    def test_other_presets(self):
        """Presets without a table leave it empty."""
        self.assertFalse(self._create_program("rfm").credit_rule_ids)

    def test_demo(self):
        """An upgrade of a demo database took back what somebody had changed in the credit table,
        or failed at a programme of another kind."""
        company = self.env.ref("base.main_company")
        Program = self.env["customer.tier.program"]
        Program.search([("company_id", "=", company.id)]).action_archive()
        other = self._create_program(tiers=["All"], company=company)
        Program._load_credit_demo()
        self.assertFalse(other.credit_rule_ids)
        other.action_archive()
        company.account_use_credit_limit = False
        program = self._create_program("wholesale", company=company)
        program.credit_rule_ids.unlink()
        Program._load_credit_demo()
        self.assertTrue(company.account_use_credit_limit)
        self.assertEqual(len(program.credit_rule_ids), len(PRESET_TABLES["wholesale"]))
        program.credit_rule_ids[1:].unlink()
        Program._load_credit_demo()
        self.assertEqual(len(program.credit_rule_ids), 1)
