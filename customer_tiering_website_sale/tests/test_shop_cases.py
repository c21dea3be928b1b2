from odoo.fields import Command
from odoo.tests import tagged

from .test_shop import ShopCase

# Website, who asks, and the price of what costs 100 in the catalogue.
VISITS = (
    ("first", None, 100.0),
    ("first", "shop_plain", 100.0),
    ("first", "shop_gold", 90.0),
    ("first", "shop_contact", 90.0),
    ("first", "shop_agreed", 50.0),
    ("second", None, 100.0),
    ("second", "shop_plain", 100.0),
    ("second", "shop_gold", 90.0),
    ("second", "shop_contact", 90.0),
    ("second", "shop_agreed", 50.0),
)
# What happens while somebody is in the shop, who, and the price of the next page and in the cart.
EVENTS = (
    ("promoted", "shop_plain", 90.0),
    ("promoted", "shop_gold", 80.0),
    ("promoted", "shop_contact", 80.0),
    ("promoted", "shop_agreed", 50.0),
    ("demoted", "shop_gold", 100.0),
    ("demoted", "shop_contact", 100.0),
    ("tier archived", "shop_gold", 100.0),
    ("discount 0", "shop_gold", 100.0),
    ("prices switched off", "shop_gold", 100.0),
    ("list agreed", "shop_gold", 50.0),
    ("agreed no more", "shop_agreed", 90.0),
    ("promoted", None, 100.0),
)


@tagged("post_install", "-at_install")
class TestShopCases(ShopCase):
    """Who pays what in the shop, over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rule = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 50.0}
        cls.special = cls._create_pricelist(
            "Special", sequence=50, selectable=True, website_id=False, code="tiering-special"
        )
        cls.special.item_ids = [Command.create(rule)]
        cls.agreed = cls._create_customer("Agreed")
        cls.agreed.property_product_pricelist = cls.special
        cls._set_tier(cls.agreed, cls.gold)
        cls._create_user("shop_agreed", "base.group_portal", partner_id=cls.agreed.id)
        # Else the only list that visitors could choose would be theirs.
        cls.standard_list.selectable = True
        cls.env.flush_all()

    def test_visits(self):
        """A price is right on one website, and wrong on another one."""
        for website, who, price in VISITS:
            with self.subTest(website=website, who=who):
                self._visit(self.website if website == "first" else self.second)
                self.assertEqual(self._price(who), price)

    def test_what_happens_meanwhile(self):
        """The session and the cart keep what was right when they were begun."""
        for event, who, price in EVENTS:
            with self.subTest(event=event, who=who):
                savepoint = self.env.cr.savepoint()
                try:
                    self._price(who)
                    self._add_to_cart()
                    self._happen(event, who)
                    self.assertEqual(self._price_now(), price)
                    self._add_to_cart()
                    self.assertEqual(self._cart_of(who).order_line.price_unit, price)
                finally:
                    savepoint.close(rollback=True)
                    self.env.invalidate_all(flush=False)
                    self.env.registry.clear_all_caches()

    def _cart_of(self, who):
        user = self.env["res.users"].search([("login", "=", who)]) if who else None
        partner = user.partner_id if user else self.website.user_id.partner_id
        return self._cart(partner)

    def _happen(self, event, who):
        partner = {"shop_plain": self.plain, "shop_agreed": self.agreed}.get(who, self.customer)
        above = self.gold if who == "shop_plain" else self.diamond
        do = {
            "promoted": lambda: self._set_tier(partner, above),
            "demoted": lambda: self._set_tier(partner, self.regular),
            "tier archived": self.gold.action_archive,
            "discount 0": lambda: self.gold.write({"discount": 0}),
            "prices switched off": lambda: self.program.write({"gives_prices": False}),
            "list agreed": lambda: partner.write({"property_product_pricelist": self.special.id}),
            "agreed no more": lambda: partner.write({"property_product_pricelist": False}),
        }
        do[event]()
        self.env.flush_all()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestSaid(ShopCase):
    def test_not_offered_on_a_website(self):
        """A list linked to a tier is on one of two websites, and nothing says so."""
        special = self._create_pricelist(
            "Special", sequence=50, selectable=True, website_id=self.website.id
        )
        self.gold.pricelist_id = special
        self.assertFalse(special.customer_tier_only)
        said = self.gold.pricelist_warning
        self.assertIn("“Special” is not offered on Second Shop", said)
        self.assertNotIn("not offered on", self.diamond.pricelist_warning or "")
