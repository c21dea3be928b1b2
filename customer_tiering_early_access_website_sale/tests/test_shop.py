from freezegun import freeze_time

from odoo.addons.customer_tiering_early_access.tests.early_common import EarlyCase
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestShop(HttpCase, EarlyCase):
    """A shop with a product that only Gold may order yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        websites = cls.env["website"].search([])
        websites[0].write({"company_id": cls.company.id, "sequence": 1})
        (websites - websites[0]).sequence = 1000
        cls.kettle.write({"name": "Shop Kettle Novelty", "is_published": True, "website_id": False})
        template = cls.kettle.product_tmpl_id
        cls.url = template.website_url
        for login, partner in (("shop_gold", cls.golden), ("shop_plain", cls.plain)):
            contact = cls._create_customer(f"Contact {login}", parent_id=partner.id)
            cls._create_user(login, "base.group_portal", partner_id=contact.id)
        cls.env.flush_all()

    def _as(self, login):
        self.authenticate(login, login)

    def _found(self):
        """Whether the shop's list and its search name the product."""
        shop = self.url_open("/shop?search=Shop+Kettle+Novelty").text
        return f'href="{self.url}' in shop

    def _may_add(self):
        vals = {
            "product_template_id": self.kettle.product_tmpl_id.id,
            "product_id": self.kettle.id,
            "quantity": 1,
        }
        try:
            with mute_logger("odoo.http"):
                self.make_jsonrpc_request("/shop/cart/add", vals)
        except JsonRpcException:
            return False
        return True

    def test_gold(self):
        """Gold was told of a product that the shop did not have."""
        self._as("shop_gold")
        self.assertTrue(self._found())
        page = self.url_open(self.url).text
        self.assertIn('id="add_to_cart"', page)
        self.assertNotIn("o_customer_tier_wait", page)
        self.assertTrue(self._may_add())

    def test_others(self):
        """Others bought it in the shop from the first day on, by its list, its search, its page or
        a request of their own."""
        for login in ("shop_plain", None):
            with self.subTest(login):
                self._as(login)
                self.assertFalse(self._found())
                page = self.url_open(self.url).text
                self.assertNotIn('id="add_to_cart"', page)
                self.assertIn("o_customer_tier_wait", page)
                self.assertNotIn("no valid combination", page)
                self.assertFalse(self._may_add())
        carts = self.env["sale.order.line"].search([("product_id", "=", self.kettle.id)])
        self.assertFalse(carts)

    def test_day_for_everybody(self):
        """It stayed out of the shop after its day."""
        self.early.date_public = self._days_ago(0)
        self._as(None)
        self.assertTrue(self._found())
        self.assertIn('id="add_to_cart"', self.url_open(self.url).text)
        self.assertTrue(self._may_add())

    def test_colleagues(self):
        """Whoever prepares the shop did not find the product."""
        self.assertFalse(
            self.kettle.product_tmpl_id.with_user(self.salesperson).customer_has_to_wait
        )

    def test_no_query_for_each_product(self):
        """A page of the shop asked for the tier of each product."""
        more = self.env["product.template"].create([{"name": f"P{n}"} for n in range(12)])
        reader = self.env["res.users"].search([("login", "=", "shop_plain")])

        def asked(products):
            self.env.invalidate_all()
            products = products.with_user(reader).with_company(self.company)
            reader.partner_id.commercial_partner_id.ensure_one()
            before = self.env.cr.sql_log_count
            products.mapped("customer_has_to_wait")
            return self.env.cr.sql_log_count - before

        asked(more)
        self.assertEqual(asked(more[:3]), asked(more))

    def test_day_before(self):
        """The day that was announced came a day late in the shop."""
        plain = self.kettle.product_tmpl_id.with_user(
            self.env["res.users"].search([("login", "=", "shop_plain")])
        ).with_company(self.company)
        for days, waits in ((9, True), (10, False)):
            with self.subTest(days=days), freeze_time(self._in_days(days)):
                plain.invalidate_recordset()
                self.assertEqual(plain.customer_has_to_wait, waits)
