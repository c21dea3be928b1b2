from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.addons.customer_tiering.tests.facts_common import FactsCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSaleMargin(TieringCommon):
    def test_margin_from_the_cost_on_the_order(self):
        """A cost that changed since then must not change the margin of past orders, and the cost
        on a foreign order is in its currency: 2 · (100 − 30) dollars are 70 euro."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids = [
            Command.clear(),
            Command.create({"name": "2000-01-01", "rate": 2.0, "company_id": self.company.id}),
        ]
        dollars = self._create_pricelist("Dollars", currency_id=dollar.id)
        customer = self._create_customer("Customer", company_id=self.company.id)
        line = {"price_unit": 100.0, "product_uom_qty": 2, "purchase_price": 30.0}
        self._create_order(customer, date=10, pricelist_id=dollars.id, lines=[line])
        self.product.standard_price = 999.0
        self._create_program(
            tiers=["All"],
            indicators=[{"metric": "margin", "scale": "linear", "linear_full": 1000}],
            domain="[('company_id', '!=', False)]",
        )
        self._grade()
        self.assertAlmostEqual(self._numbers(customer, "metric")["margin"], 70.0)

    def test_cost_corrected_on_the_order(self):
        """A wrong cost is corrected on a confirmed order, and the customer keeps the tier of the
        wrong margin until the next night."""
        customer = self._create_customer("Customer", company_id=self.company.id)
        self._create_program(tiers=["All"])
        order = self._create_order(customer)
        stale = self.env["customer.tier.stale"].search([("partner_id", "=", customer.id)])
        stale.unlink()
        order.order_line.purchase_price = 30.0
        self.assertTrue(stale.search([("partner_id", "=", customer.id)]))


@tagged("post_install", "-at_install")
class TestInvoicedMargin(FactsCase):
    def test_margin_of_what_was_invoiced(self):
        """Where invoices count, margins went by today's cost, and credit notes gave back another
        cost than the one that was sold at: 10 and then −4 pieces at 100 − 30."""
        self.product.invoice_policy = "order"
        customer = self._create_customer("Customer", company_id=self.company.id)
        line = {
            "price_unit": 100.0,
            "product_uom_qty": 10,
            "purchase_price": 30.0,
            "tax_ids": False,
        }
        order = self._create_order(customer, date=20, lines=[line])
        self._credit(self._invoice(order, 15), 5, quantity=4)
        self.product.standard_price = 999.0
        program = self._create_program(
            tiers=["All"],
            indicators=[{"metric": "margin", "scale": "linear", "linear_full": 1000}],
            domain="[('company_id', '!=', False)]",
        )
        for basis in ("ordered", "invoiced"):
            program.basis = basis
            self._grade()
            with self.subTest(basis):
                self.assertAlmostEqual(self._numbers(customer, "metric")["margin"], 6 * 70.0)
