import re

from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import file_path, mute_logger

from ..hooks import post_init_hook

PRICE = re.compile(r'class="oe_price"[^>]*>[^<]*<span class="oe_currency_value">([\d.,]+)<')


class ShopCase(HttpCase, TieringCommon):
    """Two websites of the company, asked over HTTP by a visitor, customers with and without a
    tier, and a contact of one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in a fresh database: the standard list is on no website and not selectable.
        cls.standard_list.website_id = False
        websites = cls.env["website"].search([])
        cls.website = websites[0]
        (websites - cls.website).sequence = 1000
        cls.website.write({"company_id": cls.company.id, "sequence": 1})
        cls.second = cls.env["website"].create(
            {"name": "Second Shop", "company_id": cls.company.id, "sequence": 2}
        )
        cls.program = cls._create_program(
            tiers=["Regular", {"name": "Gold", "discount": 10}, {"name": "Diamond", "discount": 20}]
        )
        cls.regular, cls.gold, cls.diamond = cls.program.tier_ids
        cls.gold_list = cls.gold.pricelist_id
        cls.product.write({"is_published": True, "website_id": False})
        cls.page = cls.product.product_tmpl_id.website_url
        cls.customer = cls._create_customer("Gold Customer")
        cls._set_tier(cls.customer, cls.gold)
        cls.plain = cls._create_customer("Plain Customer")
        for login, partner in (
            ("shop_gold", cls.customer),
            ("shop_plain", cls.plain),
            ("shop_contact", cls._create_customer("Contact", parent_id=cls.customer.id)),
        ):
            cls._create_user(login, "base.group_portal", partner_id=partner.id)
        cls.env.flush_all()

    def _price(self, login=None):
        """The price on the product's page, for a new session of somebody or of a visitor."""
        self.authenticate(login, login)
        return self._price_now()

    def _price_now(self):
        """The same in the session there is."""
        page = self.url_open(self.page)
        page.raise_for_status()
        prices = PRICE.findall(page.text)
        self.assertTrue(prices, "the page shows a price")
        return float(prices[0].replace(",", ""))

    def _visit(self, website):
        """Have requests come to this website."""
        website.sequence = 0
        (self.website | self.second - website).filtered(lambda w: w != website).sequence = 5
        self.env.flush_all()
        self.env.registry.clear_all_caches()

    def _add_to_cart(self, quantity=1):
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.product.product_tmpl_id.id,
                "product_id": self.product.id,
                "quantity": quantity,
            },
        )

    def _cart(self, partner):
        return self.env["sale.order"].search(
            [("partner_id", "=", partner.id), ("website_id", "!=", False)], order="id desc", limit=1
        )

    def _tier(self, partner, tier):
        self._set_tier(partner, tier)
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestForTierAlone(ShopCase):
    def test_who_pays_what(self):
        """A tier's list, which core puts on the company's first website, is everybody's there:
        visitors paid 90 instead of 100, and Gold customers 100 on the second website."""
        for website in (self.website, self.second):
            self._visit(website)
            for login, price in (
                (None, 100.0),
                ("shop_plain", 100.0),
                ("shop_gold", 90.0),
                ("shop_contact", 90.0),
            ):
                with self.subTest(website=website.name, login=login):
                    self.assertEqual(self._price(login), price)

    def test_lists_of_tiers_are_on_no_website(self):
        """Enumerated by the website, a tier's list is chosen where it is the only one."""
        self.assertFalse(self.gold_list.website_id)
        lists = self.website.pricelist_ids | self.website.with_user(
            self.website.user_id
        ).get_pricelist_available(show_visible=True)
        self.assertFalse(lists & self.program.tier_ids.own_pricelist_ids)

    def test_feed_for_search_engines(self):
        """A feed without a list of its own was made with the prices of the first who asked for it:
        a Gold customer's went to everybody. One may not be made with a tier's list, either."""
        self.website.enabled_gmc_src = True
        self.env["product.feed"].search([]).unlink()
        feed = self.env["product.feed"].create({"name": "Feed", "website_id": self.website.id})
        address = f"/gmc.xml?feed_id={feed.id}&access_token={feed.access_token}"
        for login in ("shop_gold", None, "shop_plain"):
            with self.subTest(login=login):
                feed.action_invalidate_cache()
                self.env.flush_all()
                self.authenticate(login, login)
                page = self.url_open(address)
                page.raise_for_status()
                name = self.product.name
                item = next(part for part in page.text.split("<item>") if name in part)
                self.assertIn(">100.0", item)
                self.assertNotIn(">90.0", item)
        with self.assertRaisesRegex(ValidationError, "everybody"):
            feed.pricelist_id = self.gold_list

    def test_copy(self):
        """A copy of a tier's list is the list of the website."""
        copy = self.gold_list.copy()
        copy.website_id = self.website
        copy.selectable = True
        self.assertEqual(self._price(), 100.0)
        self.assertEqual(self._price("shop_plain"), 100.0)

    def test_linked_list(self):
        """A list linked to a tier by hand is the list of the website, to which core gives it."""
        special = self._create_pricelist("Special", company_id=self.company.id, sequence=50)
        special.item_ids = [
            Command.create(
                {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 40.0}
            )
        ]
        self.regular.pricelist_id = special
        self._tier(self.plain, self.regular)
        self.assertEqual(self._price(), 100.0)
        self.assertEqual(self._price("shop_gold"), 90.0)
        self.assertEqual(self._price("shop_plain"), 60.0)

    def test_moved_programme(self):
        """The lists of a programme that moves to a company get that company's first website."""
        program = self._create_program(
            tiers=["Low", {"name": "High", "discount": 30}], company=self.company_b
        )
        program.company_id = self.company
        self.assertFalse(program.tier_ids.pricelist_id.website_id)
        self.assertEqual(self._price(), 100.0)

    def test_guessed_in_the_address(self):
        """A visitor tries numbers of lists in the address until one is cheaper."""
        for login, price in ((None, 100.0), ("shop_plain", 100.0), ("shop_gold", 90.0)):
            for pricelist in (self.gold_list, self.diamond.pricelist_id):
                with self.subTest(login=login, pricelist=pricelist.name):
                    self.authenticate(login, login)
                    self.url_open(f"/shop/change_pricelist/{pricelist.id}")
                    self.url_open(self.page, params={"pricelist": pricelist.id})
                    self.assertEqual(self._price_now(), price)

    def test_read_over_rpc(self):
        """Customers read the names and discounts of all tiers over RPC."""
        call = {"model": "product.pricelist", "method": "search_read", "args": [[], ["name"]]}
        for login, names in (
            ("shop_plain", set()),
            ("shop_gold", set(self.gold.own_pricelist_ids.mapped("name"))),
        ):
            self.authenticate(login, login)
            found = self.make_jsonrpc_request("/web/dataset/call_kw", {**call, "kwargs": {}})
            of_tiers = self.program.tier_ids.own_pricelist_ids.mapped("name")
            self.assertEqual({row["name"] for row in found} & set(of_tiers), names)
        portal = self.env["res.users"].search([("login", "=", "shop_plain")])
        with self.assertRaises(AccessError):
            self.gold_list.with_user(portal).read(["name"])
        self.authenticate("shop_plain", "shop_plain")
        call |= {"method": "read", "args": [self.gold_list.ids, ["name"]], "kwargs": {}}
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request("/web/dataset/call_kw", call)
        rules = {"model": "product.pricelist.item", "method": "search_read", "kwargs": {}}
        rules["args"] = [[("pricelist_id", "=", self.gold_list.id)], ["percent_price"]]
        self.assertFalse(self.make_jsonrpc_request("/web/dataset/call_kw", rules))


@tagged("post_install", "-at_install")
class TestAtOnce(ShopCase):
    def test_after_logging_in(self):
        """Whoever looked at the shop before logging in keeps the visitor's prices."""
        self.assertEqual(self._price(), 100.0)
        self.authenticate("shop_gold", "shop_gold")
        self.assertEqual(self._price_now(), 90.0)

    def test_after_a_promotion(self):
        """A customer promoted by an order pays old prices until the next session, and one who
        lost the tier pays the tier's."""
        self.assertEqual(self._price("shop_plain"), 100.0)
        self._tier(self.plain, self.diamond)
        self.assertEqual(self._price_now(), 80.0)
        self._tier(self.plain, self.regular)
        self.assertEqual(self._price_now(), 100.0)

    def test_cart_begun_before(self):
        """A cart that was begun at standard prices stays there."""
        self.authenticate("shop_plain", "shop_plain")
        self._add_to_cart(2)
        cart = self._cart(self.plain)
        self.assertEqual(cart.amount_untaxed, 200.0)
        self.assertFalse(cart.pricelist_chosen_for_id)
        self._tier(self.plain, self.diamond)
        self.url_open("/shop/cart").raise_for_status()
        cart.invalidate_recordset()
        self.assertEqual(cart.pricelist_id.customer_tier_id, self.diamond)
        self.assertFalse(cart.pricelist_offer_id)
        self.assertEqual(cart.amount_untaxed, 160.0)

    def test_cart_after_a_promotion(self):
        """The list of the session is taken for one chosen by hand, and sticks to the next cart."""
        self.assertEqual(self._price("shop_plain"), 100.0)
        self._tier(self.plain, self.diamond)
        self._add_to_cart()
        cart = self._cart(self.plain)
        self.assertEqual(cart.pricelist_id.customer_tier_id, self.diamond)
        self.assertFalse(cart.pricelist_offer_id)
        self.assertEqual(cart.amount_untaxed, 80.0)
        self.assertFalse(cart.pricelist_chosen_for_id)

    def test_currency_picked_in_the_shop(self):
        """A Gold customer who picks dollars in the shop pays dollars without the discount."""
        dollar = self.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])
        dollars = self._create_pricelist(
            "Dollars",
            currency_id=dollar.id,
            company_id=self.company.id,
            website_id=self.website.id,
            selectable=True,
        )
        euros = self.standard_list
        euros.write({"selectable": True, "company_id": self.company.id})
        for login, price in ((None, 200.0), ("shop_gold", 180.0)):
            with self.subTest(login):
                self.authenticate(login, login)
                self.url_open(f"/shop/change_pricelist/{dollars.id}")
                self.assertEqual(self._price_now(), price)
                self.assertEqual(self._price_now(), price, "and stays so")

    def test_list_agreed_with_the_customer(self):
        """The list that was agreed with a customer gives way to the tier in the shop."""
        agreed = self._create_pricelist(
            "Agreed", company_id=self.company.id, website_id=self.website.id
        )
        agreed.item_ids = [
            Command.create(
                {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 5.0}
            )
        ]
        self.customer.with_company(self.company).property_product_pricelist = agreed
        self.env.flush_all()
        self.assertEqual(self._price("shop_gold"), 95.0)


@tagged("post_install", "-at_install")
class TestShopAfterwards(ShopCase):
    """The shop comes to a company that has discounts already."""

    def test_first_website(self):
        """Where the company's first website is made after the discount was typed, its Gold
        customers pay what everybody pays there."""
        program = self._create_program(
            tiers=["Low", {"name": "High", "discount": 30}], company=self.company_b
        )
        high = program.tier_ids[1]
        bases = high.own_pricelist_ids.mapped("customer_tier_base_id.id")
        self.assertTrue(all(bases), "no list on the catalogue's prices")
        website = self.env["website"].create({"name": "Late", "company_id": self.company_b.id})
        self.assertIn(False, [own.customer_tier_base_id.id for own in high.own_pricelist_ids])
        self.assertFalse(high.own_pricelist_ids.website_id)
        website.company_id = self.company
        self.assertTrue(all(own.customer_tier_base_id for own in high.own_pricelist_ids))

    def test_shop_installed_last(self):
        """Lists of tiers that were there before the shop are put on its website by core, and have
        nothing for customers whose website has no list."""
        gold = self.gold
        on_catalogue = gold.own_pricelist_ids.filtered(lambda own: not own.customer_tier_base_id)
        on_catalogue.unlink()
        gold.own_pricelist_ids.website_id = self.website
        post_init_hook(self.env)
        self.assertFalse(gold.own_pricelist_ids.website_id)
        self.assertEqual(self._price("shop_gold"), 90.0)
        self.assertEqual(self._price(), 100.0)


@tagged("post_install", "-at_install")
class TestUpgrade(ShopCase):
    def test_carts_of_the_old_fault(self):
        """Carts that visitors and others began at a tier's prices keep them after the upgrade, and
        carts of tiers keep standard ones."""
        script = "customer_tiering/migrations/19.0.1.1.0/end-tier-prices.py"
        migrate = load_script(file_path(script), "end_tier_prices").migrate
        cheap, dear = (
            self.env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "website_id": self.website.id,
                    "company_id": self.company.id,
                    "pricelist_id": pricelist.id,
                    "pricelist_chosen_for_id": partner.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
            for partner, pricelist in (
                (self.plain, self.gold_list),
                (self.customer, self.standard_list),
            )
        )
        self.assertEqual((cheap.amount_untaxed, dear.amount_untaxed), (90.0, 100.0))
        migrate(self.env.cr, "19.0.1.0.0")
        (cheap | dear).invalidate_recordset()
        self.assertEqual((cheap.amount_untaxed, dear.amount_untaxed), (100.0, 90.0))
        self.assertFalse((cheap | dear).pricelist_chosen_for_id)

    def test_lists_of_the_old_version(self):
        """A list of the version before, on the catalogue and on a website, stays everybody's."""
        script = "customer_tiering/migrations/19.0.1.1.0/end-tier-prices.py"
        migrate = load_script(file_path(script), "end_tier_prices").migrate
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_pricelist SET customer_tier_only = FALSE, website_id = %s, "
            "customer_tier_base_id = NULL WHERE id = %s",
            (self.website.id, self.gold_list.id),
        )
        self.gold_list.item_ids.write({"base": "list_price", "base_pricelist_id": False})
        self.env.invalidate_all()
        migrate(self.env.cr, "19.0.1.0.0")
        self.assertTrue(self.gold_list.customer_tier_only)
        self.assertFalse(self.gold_list.website_id)
        self.assertEqual(self.gold_list.customer_tier_base_id, self.standard_list)
        self.assertEqual(self.gold_list.item_ids.base_pricelist_id, self.standard_list)
        self.assertEqual(self._price(), 100.0)
