from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.addons.customer_tiering.tests.facts_common import FactsCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestDelivery(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program()
        cls.delivery_product = cls._create_product(name="Freight", type="service")
        cls.carrier = cls.env["delivery.carrier"].create(
            {"name": "Freight", "product_id": cls.delivery_product.id, "fixed_price": 20.0}
        )
        cls.customer = cls._create_customer()

    def _order(self, *lines):
        """Confirmed order of today with a delivery method; a line is (product, is_delivery)."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "state": "sale",
                "carrier_id": self.carrier.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "price_unit": 20.0, "is_delivery": is_delivery}
                    )
                    for product, is_delivery in lines
                ],
            }
        )

    def _graded(self):
        self._grade()
        return self.env["customer.tier.standing"].search([("partner_id", "=", self.customer.id)])

    def test_order_of_delivery_alone(self):
        """A redelivery that is charged for makes a buyer look more frequent than it is."""
        self._order((self.product, False), (self.delivery_product, True))
        self._order((self.delivery_product, True))
        standing = self._graded()
        self.assertEqual((standing.order_count, standing.amount), (1, 60.0))

    def test_setting_counts_all_orders(self):
        """Who wants every order to count wants those too."""
        self.company.customer_tier_count_all_orders = True
        self._order((self.delivery_product, True))
        self.assertEqual(self._graded().order_count, 1)

    def test_delivery_does_not_close_a_reminder(self):
        """Freight alone is not the order that was waited for: the salesperson would stop asking."""
        # As soon as it is expected, not once it is late, and whatever chance says.
        self.env["customer.reminder.rule"].search([]).write(
            {"reminds_at": "expected", "control_share": 0}
        )
        for days in (130, 100, 70, 40):
            self._create_order(self.customer, 100.0, date=days)
        self._grade()
        reminder = self.env["customer.reminder"].search([("partner_id", "=", self.customer.id)])
        self._order((self.delivery_product, True))
        self.assertEqual(reminder.state, "open")
        order = self._order((self.product, False))
        self.assertEqual((reminder.state, reminder.order_id), ("ordered", order))

    def test_shipping_is_no_product(self):
        """Three orders of one piece with a shipping line were six pieces of two products in two
        categories."""
        codes = ("quantity", "product_count", "category_count")
        category = self.env["product.category"].create({"name": "Freight"})
        self.delivery_product.categ_id = category
        metrics = [self._metric(code) for code in codes]
        self.env["customer.tier.program"].search(
            [("company_id", "=", self.company.id)]
        ).action_archive()
        self._create_program(
            tiers=["All"],
            indicators=[
                {"metric": metric.code, "scale": "linear", "linear_full": 10} for metric in metrics
            ],
        )
        for _order in range(3):
            self._order((self.product, False), (self.delivery_product, True))
        self._order((self.product, False), (self.delivery_product, False))
        standing = self._graded()
        self.assertEqual(standing.amount, 160.0)
        values = self._numbers(self.customer, "metric")
        self.assertEqual([values[code] for code in codes], [4, 1, 1])


@tagged("post_install", "-at_install")
class TestInvoicedDelivery(FactsCase):
    def test_invoice_of_delivery_alone(self):
        """An invoice of freight alone was a purchase, where invoices count."""
        freight = self._create_product(name="Freight", type="service", invoice_policy="order")
        self.env["delivery.carrier"].create(
            {"name": "Freight", "product_id": freight.id, "fixed_price": 20.0}
        )
        program = self._create_measuring_program("recency_days")
        program.basis = "invoiced"
        buyer = self._create_own_customer("Buyer")
        lines = [{"product_id": freight.id, "price_unit": 20.0}]
        for order in (
            self._create_order(buyer, date=20, lines=[{"price_unit": 100.0}, *lines]),
            self._create_order(buyer, date=10, lines=lines),
        ):
            self._invoice(order, 10)
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual((standing.order_count, standing.amount), (1, 140.0))
