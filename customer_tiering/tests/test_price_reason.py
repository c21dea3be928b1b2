from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .sale_common import SaleOrderCommon


@tagged("post_install", "-at_install")
class TestOnTop(SaleOrderCommon):
    """A typed discount is on top of the list that the customer would have without the tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])
        cls.france = cls.env.ref("base.fr")
        group = cls.env["res.country.group"].create(
            {"name": "Tiering Group", "country_ids": [Command.link(cls.france.id)]}
        )
        cls.abroad = cls._create_pricelist(
            "Abroad",
            currency_id=cls.dollar.id,
            country_group_ids=[Command.link(group.id)],
            sequence=2,
        )

    @classmethod
    def _percent(cls, pricelist, percent, **vals):
        pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "3_global",
                    "compute_price": "percentage",
                    "percent_price": percent,
                    **vals,
                }
            )
        ]

    def _price(self, partner):
        return self._quote(partner).order_line.price_unit

    def test_standard_list_with_prices(self):
        """Standard −20 %, Gold −10 %: Gold customers paid 90 where others paid 80."""
        self._percent(self.standard_list, 20)
        self.assertEqual(self._price(self.plain), 80.0)
        self.assertEqual(self._price(self.customer), 72.0)
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(self._price(self.customer), 68.0)

    def test_rule_for_quantities(self):
        """A quantity rule of the standard list is lost with the tier."""
        self._percent(self.standard_list, 30, min_quantity=10)
        few = self._quote(lines=[{"product_uom_qty": 9}])
        many = self._quote(lines=[{"product_uom_qty": 10}])
        self.assertEqual(few.order_line.price_unit, 90.0)
        self.assertEqual(many.order_line.price_unit, 63.0)

    def test_list_of_country_in_its_currency(self):
        """A promotion turns a dollar customer's quotation into euro, at catalogue prices."""
        self._percent(self.abroad, 50)
        self.customer.country_id = self.france
        self._set_tier(self.customer, self.regular)
        before = self._quote(self.customer)
        self._set_tier(self.customer, self.gold)
        after = self._quote(self.customer)
        self.assertEqual((before.currency_id, after.currency_id), (self.dollar, self.dollar))
        self.assertEqual(before.order_line.price_unit, 100.0)
        self.assertEqual(after.order_line.price_unit, 90.0)

    def test_new_list_of_country(self):
        """A list that is made after the discount is typed has none of it."""
        self.env["res.country.group"].create(
            {"name": "Tiering Spain", "country_ids": [Command.link(self.env.ref("base.es").id)]}
        )
        spain = self._create_pricelist("Spain", sequence=3)
        spain.country_group_ids = self.env["res.country.group"].search(
            [("name", "=", "Tiering Spain")]
        )
        self._percent(spain, 10)
        self.customer.country_id = self.env.ref("base.es")
        self.assertEqual(self._price(self.customer), 81.0)

    def test_list_given_to_a_country_on_the_groups_form(self):
        """A list that a group of countries takes over, on the group's own form, stays the list that
        the discount is on top of: Gold customers without that country have no discount left."""
        first = self._create_pricelist("First", sequence=0)
        self.assertEqual(self.gold_list.customer_tier_base_id, first)
        group = self.env["res.country.group"].create(
            {"name": "Tiering Italy", "country_ids": [Command.link(self.env.ref("base.it").id)]}
        )
        group.pricelist_ids = first
        self.assertEqual(self.gold_list.customer_tier_base_id, self.standard_list)
        self.assertEqual(self._price(self.customer), 90.0)
        self.customer.country_id = self.env.ref("base.it")
        self.assertEqual(self._quote().pricelist_id.customer_tier_base_id, first)
        group.unlink()
        self.assertEqual(self.gold_list.customer_tier_base_id, first)

    def test_deleted_list_of_country(self):
        """A list that a discount was put on top of can never be deleted again."""
        made = self.gold.own_pricelist_ids.filtered(
            lambda pricelist: pricelist.customer_tier_base_id == self.abroad
        )
        self.assertTrue(made)
        self.abroad.unlink()
        self.assertFalse(made.active)
        self.assertFalse(made.item_ids)

    def test_other_standard_list(self):
        """Prices that people added to a tier's list are lost with another standard list."""
        self.gold_list.item_ids = [
            Command.create(
                {
                    "applied_on": "1_product",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": 42.0,
                }
            )
        ]
        self._create_pricelist("New Standard", sequence=0)
        self.assertEqual(self.gold.pricelist_id, self.gold_list)
        self.assertEqual(self._price(self.customer), 42.0)

    def test_linked_list_in_other_currency(self):
        """A tier with a dollar list turns the quotations of euro customers into dollars."""
        dollars = self._create_pricelist("Dollars", currency_id=self.dollar.id, sequence=60)
        self.regular.pricelist_id = dollars
        self._set_tier(self.customer, self.regular)
        self.assertEqual(self._quote().pricelist_id, self.standard_list)
        self.customer.country_id = self.france
        self.assertEqual(self._quote(self.customer).pricelist_id, dollars)


@tagged("post_install", "-at_install")
class TestForTierAlone(SaleOrderCommon):
    """A tier's list is nobody's default."""

    def test_copy(self):
        """A copy of a tier's list, where it is the only other one, is everybody's."""
        copy = self.gold_list.copy()
        (self.standard_list | self.special_list).action_archive()
        self.env.invalidate_all()
        self.assertTrue(copy.active)
        self.assertFalse(self.plain.property_product_pricelist)

    def test_linked_list(self):
        """A list linked to a tier by hand is everybody's where it is the only other one."""
        self.regular.pricelist_id = self.special_list
        self.standard_list.action_archive()
        self.env.invalidate_all()
        self.assertTrue(self.special_list.customer_tier_only)
        self.assertFalse(self.plain.property_product_pricelist)
        self._set_tier(self.plain, self.regular)
        self.assertEqual(self.plain.property_product_pricelist, self.special_list)

    def test_default_of_the_settings(self):
        """A tier's list named as the default in the settings is everybody's."""
        (self.standard_list | self.special_list).action_archive()
        self.env["ir.config_parameter"].set_param(
            f"res.partner.property_product_pricelist_{self.company.id}", self.gold_list.id
        )
        self.env.invalidate_all()
        self.assertFalse(self.plain.property_product_pricelist)

    def test_linked_standard_list(self):
        """A standard list linked to a tier is taken from everybody else."""
        self.regular.pricelist_id = self.standard_list
        self.assertFalse(self.standard_list.customer_tier_only)
        self.assertIn("also for customers without", self.regular.pricelist_warning)
        self.assertEqual(self.plain.property_product_pricelist, self.standard_list)

    def test_tiers_own_list_stays_with_it(self):
        """The list of a discount is opened to everybody by a click."""
        with self.assertRaises(ValidationError):
            self.gold_list.customer_tier_only = False


@tagged("post_install", "-at_install")
class TestPassedOn(SaleOrderCommon):
    """A list that a program passes on is not chosen by hand."""

    def test_created_with_a_list(self):
        """A shop or a connector passes the standard list on; the draft is never offered Gold."""
        order = self._quote(pricelist_id=self.standard_list.id)
        self.assertFalse(order.pricelist_chosen_for_id)
        self.assertEqual(order.pricelist_id, self.standard_list)
        self.assertEqual(order.pricelist_offer_id, self.gold_list)

    def test_written_by_a_program(self):
        """The shop writes the list of its session with the rights of the system."""
        order = self._quote()
        order.sudo().pricelist_id = self.special_list
        self.assertFalse(order.pricelist_chosen_for_id)

    def test_chosen_on_the_form(self):
        """A list that a person picks is taken for one passed on."""
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.partner_id = self.contact
            form.pricelist_id = self.standard_list
        self.assertEqual(form.record.pricelist_chosen_for_id, self.customer)


@tagged("post_install", "-at_install")
class TestWhyThisPrice(SaleOrderCommon):
    def test_reason_and_saving(self):
        """Nobody can tell a customer what the tier is worth on this order."""
        order = self._quote(lines=[{"product_uom_qty": 10}])
        self.assertEqual(order.customer_price_reason, "Gold −10 % on top of Standard")
        self.assertEqual(order.customer_tier_saving, 100.0)
        plain = self._quote(self.plain)
        self.assertFalse(plain.customer_price_reason)
        self.assertFalse(plain.customer_tier_saving)

    def test_saving_against_the_own_standard(self):
        """The saving is counted against the catalogue, which nobody pays."""
        self.standard_list.item_ids = [
            Command.create(
                {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 20.0}
            )
        ]
        order = self._quote(lines=[{"product_uom_qty": 10}])
        self.assertEqual(order.amount_untaxed, 720.0)
        self.assertEqual(order.customer_tier_saving, 80.0)

    def test_typed_prices_save_nothing(self):
        """A price that the salesperson typed counts as saved by the tier."""
        order = self._quote(lines=[{"price_unit": 50.0}])
        self.assertFalse(order.customer_tier_saving)

    def test_linked_list(self):
        """A pricelist linked by hand saves nothing, as it has no discount."""
        self.special_list.item_ids = [
            Command.create(
                {
                    "applied_on": "1_product",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": 60.0,
                }
            )
        ]
        self.regular.pricelist_id = self.special_list
        self._set_tier(self.customer, self.regular)
        order = self._quote()
        self.assertEqual(order.customer_price_reason, "Pricelist of tier Regular")
        self.assertEqual(order.customer_tier_saving, 40.0)

    def test_kept_at_confirmation(self):
        """After the discount was changed, nobody knows what last year's orders cost."""
        order = self._quote(lines=[{"product_uom_qty": 10}])
        order.action_confirm()
        self.gold.discount = 50
        self.assertEqual(order.customer_tier_discount, 10.0)
        self.assertEqual(order.customer_list_amount, 1000.0)
        self.assertEqual(order.customer_tier_saving, 100.0)
        self.assertIn("−10 %", order.customer_price_reason)
        self.assertFalse(order.copy().customer_list_amount)
        plain = self._quote(self.plain)
        plain.action_confirm()
        self.assertFalse(plain.customer_list_amount)

    def test_prices_before_the_customer(self):
        """Lines entered before the customer keep standard prices under the Gold list, and once
        saved nothing says so."""
        order = self._quote(self.plain)
        self.assertFalse(order.customer_prices_differ)
        order.partner_id = self.customer
        self.assertEqual(order.pricelist_id, self.gold_list)
        self.assertEqual(order.order_line.price_unit, 100.0)
        self.assertTrue(order.customer_prices_differ)
        order.action_update_prices()
        self.assertFalse(order.customer_prices_differ)
        order.order_line.price_unit = 77.0
        self.assertFalse(order.customer_prices_differ)


@tagged("post_install", "-at_install")
class TestNeededElsewhere(SaleOrderCommon):
    """Lists of tiers that something else needs are put away nowhere, or everywhere."""

    def _need(self, pricelist):
        """As a promotion or a till does."""
        archive = models.BaseModel.action_archive
        reason = "A running promotion uses it."

        def refuse(records):
            if records._name == pricelist._name and pricelist in records:
                raise UserError(reason)
            return archive(records)

        self.patch(models.BaseModel, "action_archive", refuse)

    def test_the_list_itself(self):
        """Who archives the list, not the tier, reads that it may not be archived, and neither
        which tier it belongs to nor what to do."""
        linked = self.env["product.pricelist"].create({"name": "Linked"})
        self.diamond.pricelist_id = linked
        for pricelist, tier in ((self.gold_list, "Gold"), (linked, "Diamond")):
            self._need(pricelist)
            with self.subTest(tier), self.assertRaises(UserError) as caught:
                pricelist.action_archive()
            for part in (tier, "running promotion", "Take it out there first"):
                self.assertIn(part, str(caught.exception))
            self.assertTrue(pricelist.active)

    def test_list_of_no_tier(self):
        self._need(self.special_list)
        with self.assertRaisesRegex(UserError, "^A running promotion uses it.$"):
            self.special_list.action_archive()

    def test_one_rule(self):
        """Archiving the tier puts away a list that a promotion needs, switching lists is refused
        without a word on the tier or on what to do."""
        self._need(self.gold_list)
        for change in (
            {"active": False},
            {"discount": 0.0},
            {"pricelist_id": self.special_list.id},
        ):
            with self.subTest(change), self.assertRaises(UserError) as caught:
                self.gold.write(change)
            for part in ("Gold", "running promotion", "Take it out there first"):
                self.assertIn(part, str(caught.exception))
            self.assertTrue(self.gold_list.active)


@tagged("post_install", "-at_install")
class TestWhoMayKnow(SaleOrderCommon):
    FIELDS = (
        "customer_price_reason",
        "customer_tier_saving",
        "customer_tier_discount",
        "customer_list_amount",
    )

    def test_portal(self):
        """A customer reads on its own order, over RPC, which list others pay and what the tier
        saves."""
        portal = self._create_user(
            "tiering_portal", "base.group_portal", partner_id=self.contact.id
        )
        order = self._quote()
        order.action_quotation_sent()
        order.message_subscribe(self.contact.ids)
        mine = order.with_user(portal)
        self.assertTrue(mine.read(["name"]))
        for name in self.FIELDS:
            with self.subTest(name), self.assertRaises(AccessError):
                mine.read([name])

    def test_company_that_somebody_types(self):
        """A salesperson types another company into an unsaved quotation and is told the customer's
        tier and list there."""
        program = self._create_program(
            tiers=["Low", {"name": "Secret", "discount": 30}], company=self.company_b
        )
        self._set_tier(self.plain, program.tier_ids[1])
        spec = dict.fromkeys(self.FIELDS[:2], {})
        typed = {
            "partner_id": self.plain.id,
            "company_id": self.company_b.id,
            "pricelist_id": program.tier_ids[1].pricelist_id.id,
        }
        Order = self.env["sale.order"]
        told = self._quote(self.plain).onchange(typed, ["company_id"], spec)["value"]
        self.assertFalse(told.get("customer_price_reason"))
        self.assertFalse(told.get("customer_tier_saving"))
        # The rightful reader is told.
        order = self._create_order(self.plain, state="draft", company=self.company_b, lines=[{}])
        mine = Order.with_user(self.salesperson_b).browse(order.id)
        order.user_id = self.salesperson_b
        self.assertIn("Secret", mine.customer_price_reason)
