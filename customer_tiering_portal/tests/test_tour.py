import re

from odoo.tests import HttpCase, tagged

from .common import PageCase

# Fails with the names of what is wider than the screen.
WIDE = """
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("main *")].filter(
        (element) =>
            element.getBoundingClientRect().right > width + 1 &&
            !element.closest(".table-responsive")
    );
    if (wide.length) {
        console.error(width + ": " + wide.map((e) => e.tagName + "." + e.className).join(", "));
    } else {
        console.log("test successful");
    }
"""


@tagged("post_install", "-at_install")
class TestTour(HttpCase, PageCase):
    """A customer in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.password = cls.user.login

    def test_page(self):
        """From the home page to an order that counts are three pages, each of which may break the
        way to the next."""
        self.start_tour("/my", "customer_tiering_portal_page", login=self.user.login)

    def test_on_a_phone(self):
        """On a phone the page ran out of the screen to the right."""
        self.browser_size = "360x740"
        self.start_tour("/my", "customer_tiering_portal_page", login=self.user.login)
        loaded = "document.readyState === 'complete'"
        self.browser_js("/my/tier", WIDE, ready=loaded, login=self.user.login)

    def test_quotation_online_and_on_paper(self):
        """Online, on paper and on the screen three different savings were told."""
        order = self._create_order(
            self.user.partner_id,
            state="draft",
            lines=[{"product_id": self.product.id, "product_uom_qty": 10}],
            user_id=self.salesperson.id,
        )
        order._recompute_prices()
        order.action_quotation_sent()
        url = f"/my/orders/{order.id}"
        self.start_tour(url, "customer_tiering_portal_quotation", login=self.user.login)
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html("sale.report_saleorder", order.ids)
        paper = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html.decode()))
        self.assertIn("You save", paper)
        self.assertIn("50.00", paper)
        self.assertIn("Discount: 5 %", paper)
