from odoo.addons.customer_tiering.tests.facts_common import FactsCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestMeasuredNet(FactsCase):
    """What came of a reminder is what the customer kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reminder = cls.env["customer.reminder"]
        cls.rule = cls.env["customer.reminder.rule"].create(
            {"name": "Overdue", "company_id": cls.company.id}
        )
        cls.product.with_company(cls.company).standard_price = 60
        cls.buyer = cls._create_own_customer("Buyer")

    def _measured(self, partner=None, began=20, over=5):
        """The case of a time that is over: orders, amount and margin."""
        case = self.Reminder.create(
            {
                "rule_id": self.rule.id,
                "partner_id": (partner or self.buyer).id,
                "company_id": self.company.id,
                "date": self._days_ago(began),
                "window_end": self._days_ago(over),
                "state": "done",
            }
        )
        self.Reminder._measure(self.company)
        self.assertTrue(case.measured_on)
        return (case.window_orders, case.window_amount, case.window_margin)

    def _order_of_ten(self, days, partner=None, **vals):
        lines = [{"product_uom_qty": 10}]
        return self._create_order(partner or self.buyer, date=days, lines=lines, **vals)

    def test_credited_in_part(self):
        """Three of ten pieces came back after the time was over, and the reminder had sold ten."""
        self._credit(self._invoice(self._order_of_ten(10), 10), 2, quantity=3)
        self.assertEqual(self._measured(), (1, 700, 280))

    def test_credited_in_full(self):
        """A reminder sells what is sent back, and counts as one that works."""
        self._credit(self._invoice(self._order_of_ten(10), 10), 2)
        self._order_of_ten(8)
        self.assertEqual(self._measured(), (1, 1000, 400))

    def test_found_again(self):
        """What comes back after the reminder was measured stays in the report for ever."""
        invoice = self._invoice(self._order_of_ten(10), 10)
        self.assertEqual(self._measured(), (1, 1000, 400))
        self._credit(invoice, 0)
        self.Reminder._measure(self.company)
        case = self.Reminder.search([("partner_id", "=", self.buyer.id)])
        self.assertEqual((case.window_orders, case.window_amount, case.window_margin), (0, 0, 0))

    def test_bought_before(self):
        """What was bought before the reminder comes back in its time: the reminder cost money."""
        self._credit(self._invoice(self._order_of_ten(40), 40), 10)
        self.assertEqual(self._measured(), (0, 0, 0))

    def test_without_an_order(self):
        """A credit note that names no order gives back nothing, or what another time sold."""
        self._order_of_ten(10)
        for days, amount in ((40, 1), (8, 200), (3, 4)):
            date = self._days_ago(days)
            vals = {"kind": "out_refund", "company": self.company, "date": date}
            self._create_invoice(self.buyer, amount, invoice_date=date, **vals)
        self.assertEqual(self._measured(), (1, 800, 200))

    def test_negative_order(self):
        """Returns that are entered as negative orders are sales."""
        self._order_of_ten(10)
        self._create_order(self.buyer, -300, date=8)
        self.assertEqual(self._measured()[:2], (1, 700))

    def test_contacts_and_rates(self):
        """Orders of a customer's shops, and those in other money, are nobody's."""
        shop = self._create_customer("Shop", parent_id=self.buyer.id)
        order = self._order_of_ten(10, shop)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET currency_rate = 2 WHERE id = %s", order.ids)
        self.env.invalidate_all()
        self.assertEqual(self._measured()[:2], (1, 500))

    def test_each_case_its_own_time(self):
        """Two cases of one customer each get the orders of both."""
        self._order_of_ten(30)
        self._order_of_ten(10)
        self.assertEqual(self._measured(began=40, over=25), (1, 1000, 400))
        self.assertEqual(self._measured(), (1, 1000, 400))
        self.assertEqual(self._measured(began=9, over=8), (0, 0, 0))

    def test_lines_without_goods(self):
        """Freight is money of the customer, but no order of its own where it is credited alone."""
        order = self._create_order(
            self.buyer, date=10, lines=[{"price_unit": 100}, {"price_unit": 20}]
        )
        invoice = self._invoice(order, 10)
        refund = self._credit(invoice, 2, post=False)
        refund.invoice_line_ids = [Command.unlink(refund.invoice_line_ids[0].id)]
        refund.action_post()
        self.assertEqual(self._measured()[:2], (1, 100))
