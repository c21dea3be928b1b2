from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestShopSuggestion(GradingCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(domain=OWN)
        cls.coffee, cls.roast, cls.filters = (
            cls._create_product(name=name) for name in ("Coffee", "Dark Roast", "Filters")
        )
        cls.buyer = cls._create_own_customer("Buyer")
        cls._create_order(
            cls.buyer, date=10, lines=[{"product_id": cls.coffee.id, "product_uom_qty": 4}]
        )
        cls._grade()

    def _suggested(self):
        return self.buyer._customer_suggestions(self.company)

    def test_accessories_go_with_a_product(self):
        """The shop knows that filters go with coffee, and nobody tells the salesperson."""
        self.coffee.accessory_product_ids = self.filters
        reasons = {s.product: s.reason for s in self._suggested()}
        self.assertEqual(reasons[self.filters], "Goes with Coffee")

    def test_alternative_takes_the_place(self):
        """What was given up is simply gone from the list, although its successor is known."""
        self.coffee.alternative_product_ids = self.filters.product_tmpl_id
        self.coffee.alternative_product_ids |= self.roast.product_tmpl_id
        self.coffee.active = False
        self.filters.sale_ok = False
        usual = {s.product: s for s in self._suggested() if s.block == "usual"}
        self.assertEqual(list(usual), [self.roast])
        self.assertEqual(usual[self.roast].quantity, 4)
        self.roast.active = False
        self.assertFalse([s for s in self._suggested() if s.block == "usual"])

    def test_alternative_of_an_alternative(self):
        """What took the place of a product was given up as well, and with it the customer's list
        lost what is sold today; or products that name each other were looked through for ever."""
        self.coffee.alternative_product_ids = self.filters.product_tmpl_id
        self.filters.alternative_product_ids = self.roast.product_tmpl_id | (
            self.coffee.product_tmpl_id
        )
        (self.coffee | self.filters).active = False
        usual = {s.product: s for s in self._suggested() if s.block == "usual"}
        self.assertEqual(list(usual), [self.roast])
        self.roast.alternative_product_ids = self.coffee.product_tmpl_id
        self.roast.active = False
        self.assertFalse([s for s in self._suggested() if s.block == "usual"])

    def test_page_beside_a_website(self):
        """With a website installed the page wants a visitor, another address or a log-in."""
        rule = self.env["customer.reminder.rule"].create({"name": "Late"})
        reminder = self.env["customer.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": self.buyer.id,
                "company_id": self.company.id,
                "date": self._days_ago(0),
            }
        )
        url = reminder._reorder_url()
        page = self.url_open("/o/" + url.rpartition("/")[2], allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Coffee", page.text)
        self.env["website"].search([]).domain = "https://shop.example.com"
        self.company.website_id.domain = "https://shop.example.com"
        if self.company.website_id:
            self.assertTrue(reminder._reorder_url().startswith("https://shop.example.com/o/"))
        posted = self.url_open(
            "/o/" + url.rpartition("/")[2],
            data={"action": "order", f"q{self.coffee.id}": 2},
            allow_redirects=False,
        )
        self.assertEqual(posted.status_code, 303)
        order = self.env["sale.order"].search([("customer_reminder_id", "=", reminder.id)])
        self.assertEqual((order.state, order.order_line.product_uom_qty), ("sent", 2))
