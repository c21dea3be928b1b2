from odoo.addons.customer_tiering_reorder_loyalty.tests.offer_common import OfferCase
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestOfferInShop(OfferCase, HttpCase):
    """A coupon of a reminder, entered in the web shop."""

    def setUp(self):
        super().setUp()
        # Customers of the shop are of its company.
        self.website = self.env["website"].search([("company_id", "=", self.company.id)], limit=1)
        self.website = self.website or self.env["website"].create(
            {"name": "Shop", "company_id": self.company.id}
        )
        self.website.domain = self.base_url()
        self.reminder = self._begin_late(self._offering())
        self._send()
        self.card = self.reminder.offer_card_id

    def _cart(self, partner):
        """The cart of a portal user of a customer, who is logged in."""
        name = partner.name.lower()
        user = self.env["res.users"].create(
            {
                "name": partner.name,
                "login": name,
                "password": name,
                "partner_id": partner.id,
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        order = self._create_order(
            partner, 100, state="draft", date=0, website_id=self.website.id, user_id=False
        )
        self.env.flush_all()
        self.authenticate(user.login, name)
        return order

    def _enter(self, path):
        self.url_open(path, allow_redirects=False)
        self.env.invalidate_all()

    def test_stranger(self):
        """Whoever hears of the code orders with it in the shop."""
        order = self._cart(self._create_buyer("Stranger"))
        self._enter(f"/coupon/{self.card.code}")
        self.assertFalse(order.applied_coupon_ids or order.order_line.filtered("reward_id"))
        self._enter("/shop/cart")
        self.assertFalse(order.order_line.filtered("reward_id"))

    def test_customer(self):
        """The customer is refused its own coupon in the shop."""
        order = self._cart(self.buyer)
        self._enter(f"/coupon/{self.card.code}")
        self.assertEqual(order.order_line.filtered("reward_id").coupon_id, self.card)
