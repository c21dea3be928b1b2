"""Promotions of a tier and products of an early access, in the cart of a web shop."""

from odoo.addons.customer_tiering_early_access.tests.early_common import EarlyCase
from odoo.fields import Command
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestTierInShop(HttpCase, EarlyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.website = cls.website or cls.env["website"].create(
            {"name": "Shop", "company_id": cls.company.id}
        )
        cls.website.domain = cls.base_url()
        cls.product.write({"type": "service", "is_published": True, "website_id": False})
        cls.kettle.write({"is_published": True, "website_id": False})

    def _promotion(self, **vals):
        return self.env["loyalty.program"].create(
            {
                "name": "Gold Days",
                "company_id": self.company.id,
                "customer_tier_ids": [Command.set(self.gold.ids)],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 10,
                            "discount_mode": "percent",
                            "discount_applicability": "order",
                        }
                    )
                ],
                **vals,
            }
        )

    def _cart(self, partner):
        """The cart of a portal user of a customer, who is logged in."""
        login = f"shop_{partner.name.lower()}"
        contact = self._create_customer(f"Contact of {partner.name}", parent_id=partner.id)
        self._create_user(login, "base.group_portal", partner_id=contact.id)
        order = self._create_order(
            contact, 100, state="draft", date=0, website_id=self.website.id, user_id=False
        )
        self.env.flush_all()
        self.authenticate(login, login)
        return order

    def _rewarded(self, order, path):
        self.url_open(path, allow_redirects=True)
        self.env.invalidate_all()
        return bool(order.order_line.filtered("reward_id"))

    def test_by_code(self):
        """Whoever heard of Gold's code had its discount in the shop; or Gold had not."""
        code = {"mode": "with_code", "code": "GOLDDAYS", "reward_point_amount": 1}
        self._promotion(
            program_type="promo_code", trigger="with_code", rule_ids=[Command.create(code)]
        )
        self.assertFalse(self._rewarded(self._cart(self.plain), "/coupon/GOLDDAYS"))
        self.assertTrue(self._rewarded(self._cart(self.golden), "/coupon/GOLDDAYS"))

    def test_by_itself(self):
        """A promotion for Gold came off the cart of everybody."""
        self._promotion(
            program_type="promotion",
            trigger="auto",
            rule_ids=[Command.create({"mode": "auto", "minimum_amount": 1})],
        )
        for partner, rewarded in ((self.plain, False), (self.golden, True)):
            with self.subTest(partner.name):
                order = self._cart(partner)
                self.assertEqual(self._rewarded(order, "/shop/cart"), rewarded)

    def test_cart_of_before(self):
        """What Gold had put into the cart was refused at the till because the tier was lost that
        night."""
        order = self._cart(self.golden)
        order.order_line = [Command.create({"product_id": self.kettle.id})]
        self._set_tier(self.golden, self.regular)
        self.url_open("/shop/cart")
        self.assertIn(self.kettle, order.order_line.product_id)
        order.sudo().with_user(self.env.ref("base.public_user")).sudo().action_confirm()
        self.assertEqual(order.state, "sale")
