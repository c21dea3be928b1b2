import json
import re

from odoo.tests import HttpCase, new_test_user, tagged

from ..controllers.reorder_page import LIMIT
from .offer_common import OfferCase

# A picture of one dot, as a hand would leave.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)

# The page has no script, and allows none: the tour begins on the quotation, where it leads to.
ORDER_FIVE = """
if (document.documentElement.scrollWidth > window.innerWidth) {
    console.error("The page is wider than the phone.");
}
const button = document.querySelector("form button.main");
const field = button.form.querySelector("input[type=number]");
if (field.value !== "3" || !field.checkVisibility() || !button.checkVisibility()) {
    console.error("The usual quantity is not shown.");
}
field.value = "5";
localStorage.setItem("current_tour", "customer_tiering_reorder_sign");
localStorage.setItem("current_tour.index", "0");
localStorage.setItem("current_tour.config", JSON.stringify({mode: "auto", stepDelay: 0}));
button.click();
"""


@tagged("post_install", "-at_install")
class TestReorderTour(OfferCase, HttpCase):
    """A salesperson in a real browser: the list, the quotation, sent."""

    def test_list_quotation_sent(self):
        """Between the list and the sent quotation are four screens, each of which may break."""
        company = self.env.ref("base.main_company")
        self.env["customer.reminder"].search([]).unlink()
        seller = new_test_user(
            self.env,
            "tour_reorder",
            name="Tour Seller",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=company.id,
            email="tour.seller@example.com",
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Tour Regular",
                "is_company": True,
                "phone": "+32 2 555 01 00",
                "email": "tour.regular@example.com",
                "user_id": seller.id,
            }
        )
        products = {
            name: self._create_product(name=f"Tour {name}", list_price=10)
            for name in ("Coffee", "Tea", "Cups", "Filters")
        }
        for days in (90, 60, 30, 20):
            coffee, tea = products["Coffee"], products["Tea"]
            self._create_tour_order(customer, company, days, (coffee, 3), (tea, 2))
        self._create_tour_order(customer, company, 10, (products["Cups"], 1))
        self._create_tour_order(customer, company, 9, (products["Filters"], 1))
        self.env["customer.reminder"].create(
            {
                "rule_id": self.rule.id,
                "partner_id": customer.id,
                "company_id": company.id,
                "user_id": seller.id,
                "date": self._days_ago(0),
            }
        )
        self.start_tour(
            "/odoo/action-customer_tiering_reminder.customer_reminder_action",
            "customer_tiering_reorder_quotation",
            login="tour_reorder",
        )
        order = self.env["customer.reminder"].search([]).quotation_id
        self.assertEqual(order.state, "sent")
        names = set(order.order_line.product_id.mapped("name"))
        self.assertEqual(names, {"Tour Coffee", "Tour Tea", "Tour Cups"})

    def _create_tour_order(self, customer, company, days, *lines):
        self._create_order(
            customer,
            date=days,
            company=company,
            lines=[
                {"product_id": product.id, "product_uom_qty": quantity, "price_unit": 10}
                for product, quantity in lines
            ],
        )


@tagged("post_install", "-at_install")
class TestReorderByCustomer(OfferCase, HttpCase):
    """A customer, from the address in a message to the signed order, without any log-in."""

    def test_message_page_signed_order(self):
        """The customer reads a list and has to call all the same."""
        LIMIT.forget()
        for days in (60, 40, 20):
            self._create_purchase(self.buyer, days, (self.coffee, 3))
        self.buyer.email = "buyer@example.com"
        self.company.portal_confirmation_sign = True
        self.company.portal_confirmation_pay = False
        reminder = self._remind()
        base = reminder.get_base_url()
        path = reminder._reorder_url().removeprefix(base)
        page = self.url_open(path)
        (name,) = re.findall(r'name="(q\d+)"[^>]*value="3"', page.text)
        response = self.url_open(path, data={"action": "order", name: "5"})
        self.assertEqual(response.status_code, 200)
        order = self.env["sale.order"].search([("customer_reminder_id", "=", reminder.id)])
        self.assertIn(order.name, response.text)
        self.assertIn("Sign", response.text)
        signed = self.opener.post(
            f"{self.base_url()}/my/orders/{order.id}/accept",
            data=json.dumps(
                {
                    "params": {
                        "access_token": order.access_token,
                        "name": "Ann",
                        "signature": SIGNATURE,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        self.assertNotIn("error", signed.json().get("result") or {"error": signed.text})
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.assertEqual((reminder.state, reminder.order_id), ("ordered", order))
        self.assertEqual(order.order_line.product_uom_qty, 5)
        self.assertIn(order.name, self.url_open(path).text)

    def test_in_a_browser(self):
        """What works as a request does not when somebody presses it: a button is outside of its
        form, hidden, or wider than the phone."""
        LIMIT.forget()
        for days in (60, 40, 20):
            self._create_purchase(self.buyer, days, (self.coffee, 3))
        self.company.portal_confirmation_sign = True
        self.company.portal_confirmation_pay = False
        reminder = self._remind()
        self.browser_size = "400x800"
        self.touch_enabled = True
        path = f"/o/{reminder._reorder_token()}"
        self.browser_js(path, ORDER_FIVE, success_signal="tour succeeded", timeout=120)
        self.env.invalidate_all()
        order = self.env["sale.order"].search([("customer_reminder_id", "=", reminder.id)])
        self.assertEqual(order.order_line.product_uom_qty, 5)
        self.assertEqual((order.state, order.signed_by), ("sale", "Ann Peeters"))
        self.assertEqual((reminder.state, reminder.order_id), ("ordered", order))
