from odoo import fields
from odoo.addons.customer_tiering_reorder.controllers.reorder_page import LIMIT
from odoo.addons.customer_tiering_reorder.tests.offer_common import OfferCase
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestCart(OfferCase, HttpCase):
    """A company whose customers buy in the shop what a reminder suggests."""

    def setUp(self):
        super().setUp()
        LIMIT.forget()
        self.website = self.env["website"].create(
            {"name": "Tiering Shop", "company_id": self.company.id}
        )
        self.company.customer_reorder_cart = True
        self.company.customer_reorder_confirm = "customer"
        self.coffee.product_tmpl_id.website_published = True
        for days in (60, 40, 20):
            self._create_purchase(self.buyer, days, (self.coffee, 3))
        self.reminder = self._remind()
        self.path = f"/o/{self.reminder._reorder_token()}"
        self.env.flush_all()

    def _order(self, coffee=4):
        response = self.url_open(
            self.path,
            data={"action": "order", f"q{self.coffee.id}": coffee},
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        return response.headers["Location"]

    def _orders(self):
        return self.env["sale.order"].search([("customer_reminder_id", "=", self.reminder.id)])

    def test_cart(self):
        """The shop sells by itself, and orders from reminders wait for a salesperson."""
        self._standing(self.buyer).tier_id.discount = 20
        self.env.flush_all()
        self.assertIn("Continue in the shop", self.url_open(self.path).text)
        location = self._order()
        cart = self._orders()
        self.assertIn(f"/shop/cart?id={cart.id}&access_token={cart.access_token}", location)
        self.assertEqual((cart.state, cart.website_id), ("draft", self.website))
        self.assertEqual(cart.order_line.product_uom_qty, 4)
        self.assertEqual(cart.order_line.price_subtotal, 32.0)
        self.assertEqual(self.reminder.quotation_id, cart)
        self.assertEqual(self.reminder.answer, "order")

    def test_pressed_again(self):
        """Each press fills another cart."""
        first = self._order()
        self.assertEqual(self._order(9), first)
        self.assertEqual(len(self._orders()), 1)
        page = self.url_open(self.path).text
        self.assertIn("Your cart is filled", page)
        self.assertIn("Continue in the shop", page)

    def test_cart_is_opened(self):
        """The address leads to an empty cart."""
        self.website.domain = False
        location = self._order()
        session = self.env["website"].search([("id", "!=", self.website.id)])
        # The browser of the test knows one site only.
        session.sequence = 100
        self.website.sequence = 0
        self.env.flush_all()
        page = self.url_open(location.replace(self.reminder.get_base_url(), ""))
        self.assertEqual(page.status_code, 200)
        self.assertIn("Coffee", page.text)

    def test_quotation_as_ever(self):
        """What the shop does not sell, or a salesperson has to see, is in nobody's cart."""
        for broken in (
            lambda: self.company.write({"customer_reorder_cart": False}),
            lambda: self.coffee.product_tmpl_id.write({"website_published": False}),
            lambda: self.website.write({"ecommerce_access": "logged_in"}),
            lambda: self.company.write({"customer_reorder_confirm": "salesperson"}),
        ):
            with self.subTest(), self.env.cr.savepoint() as savepoint:
                broken()
                order = self.reminder._order_again(self.buyer, {self.coffee.id: 4})
                self.assertEqual((order.state, order.website_id.id), ("sent", False))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_unusually_large(self):
        """Somebody types one nought too many, and pays."""
        order = self.reminder._order_again(self.buyer, {self.coffee.id: 4000})
        self.assertEqual(order.state, "sent")
        self.assertTrue(order.activity_ids)


@tagged("post_install", "-at_install")
class TestLookedAt(OfferCase):
    """What was opened in the shop and not bought."""

    def setUp(self):
        super().setUp()
        self.website = self.env["website"].create(
            {"name": "Tiering Shop", "company_id": self.company.id}
        )
        self.person = self._create_customer("Ann", parent_id=self.buyer.id)
        self.visitor = self.env["website.visitor"].create(
            {
                "access_token": str(self.person.id),
                "partner_id": self.person.id,
                "website_id": self.website.id,
            }
        )
        self._create_purchase(self.buyer, 20, (self.coffee, 3))

    def _look(self, product, days=1):
        self.env["website.track"].create(
            {
                "visitor_id": self.visitor.id,
                "product_id": product.id,
                "visit_datetime": fields.Datetime.subtract(fields.Datetime.now(), days=days),
            }
        )

    def _suggested(self):
        found = self.buyer._customer_suggestions(self.company)
        return {s.product: s for s in found if s.block == "tier"}

    def test_looked_at(self):
        """The salesperson does not know what the customer thinks about."""
        self._look(self.cups)
        suggestion = self._suggested()[self.cups]
        self.assertIn("Looked at in the shop on", suggestion.reason)
        self.assertIn("You looked at this on", suggestion.told)
        self.assertFalse(suggestion.ticked)

    def test_not_shown(self):
        """What was bought, is sold no more, or was looked at long ago is offered again."""
        for product, days in ((self.coffee, 1), (self.tea, 90), (self.filters, 1)):
            self._look(product, days)
        self.filters.sale_ok = False
        self.assertFalse({self.coffee, self.tea, self.filters} & self._suggested().keys())

    def test_of_another_customer_or_shop(self):
        """One customer is told what another looks at."""
        stranger = self._create_customer("Stranger", company_id=self.company.id)
        self._look(self.cups)
        found = stranger._customer_suggestions(self.company)
        self.assertNotIn(self.cups, [s.product for s in found])
        self.website.company_id = self.company_b
        self.assertNotIn(self.cups, self._suggested())
