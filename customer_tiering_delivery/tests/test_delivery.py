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

    def test_goods_sent_again_for_nothing(self):
        """What was broken is sent again for nothing but the freight: a purchase less for the
        customer, and it counted as one more."""
        order = self._order((self.product, False), (self.delivery_product, True))
        again = self._order((self.product, False), (self.delivery_product, True))
        again.order_line.filtered(lambda line: not line.is_delivery).price_unit = 0
        standing = self._graded()
        self.assertEqual((standing.amount, standing.order_count), (60, 1))
        self.assertTrue(order)

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
    def _freight(self):
        freight = self._create_product(name="Freight", type="service", invoice_policy="order")
        carrier = {"name": "Freight", "product_id": freight.id, "fixed_price": 20.0}
        return self.env["delivery.carrier"].create(carrier)

    def test_goods_credited_and_freight_kept(self):
        """All goods of an order were credited and the freight was kept: what is left is freight
        alone, which is no order, and yet it was one, whose customer had last bought that day."""
        carrier = self._freight()
        for basis in ("ordered", "invoiced"):
            with self.subTest(basis):
                program = self._create_measuring_program(
                    "recency_days", "average_order", basis=basis
                )
                program.domain = f"[('ref', '=', '{basis}')]"
                buyer = self._create_own_customer("Buyer", ref=basis)
                self._invoice(self._create_order(buyer, 50, date=40), 40)
                freight = {
                    "product_id": carrier.product_id.id,
                    "price_unit": 20.0,
                    "is_delivery": True,
                }
                lines = [{"price_unit": 100.0}, freight]
                order = self._create_order(buyer, date=20, carrier_id=carrier.id, lines=lines)
                refund = self._credit(self._invoice(order, 20), 10, post=False)
                kept = refund.invoice_line_ids.filtered(
                    lambda line: line.product_id == carrier.product_id
                )
                refund.invoice_line_ids = [Command.unlink(kept.id)]
                refund.action_post()
                self._grade()
                standing = self._standing(buyer)
                self.assertEqual((standing.amount, standing.order_count), (70, 1))
                self.assertEqual(standing.last_order_date, self._days_ago(40))
                self.assertEqual(self._values(buyer)["average_order"], 50)
                self.company.customer_tier_count_all_orders = True
                self._grade()
                self.assertEqual(self._counted(buyer), (70, 2), "freight alone is an order then")
                self.company.customer_tier_count_all_orders = False

    def test_invoice_of_delivery_alone(self):
        """An invoice of freight alone was a purchase, where invoices count."""
        freight = self._freight().product_id
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
