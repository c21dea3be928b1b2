from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from .sale_common import SaleOrderCommon


@tagged("post_install", "-at_install")
class TestPricesSwitched(SaleOrderCommon):
    """A programme gives the tiers' prices, or only grades."""

    def test_off_and_on(self):
        """Whoever only wanted grades had to empty the discounts one by one."""
        self.program.gives_prices = False
        self.assertFalse(self.gold_list.active)
        order = self._quote()
        self.assertEqual(order.pricelist_id, self.standard_list)
        self.assertEqual(order.order_line.price_unit, 100.0)
        self.assertIn("is off in programme", self.gold.pricelist_warning)
        self.assertEqual(self.gold.discount, 10)
        self.program.gives_prices = True
        self.assertEqual(self._quote().order_line.price_unit, 90.0)
        self.assertFalse(self.gold.pricelist_warning)

    def test_linked_list(self):
        """A list chosen for the tier goes on giving its prices, though the programme gives none."""
        self.gold.pricelist_id = self.special_list
        self.assertEqual(self._quote().pricelist_id, self.special_list)
        self.program.gives_prices = False
        self.assertEqual(self._quote().pricelist_id, self.standard_list)
        self.assertTrue(self.special_list.active)

    def test_off_before_the_discount(self):
        """A discount typed while no prices are given would be given at once."""
        self.program.gives_prices = False
        self.regular.discount = 3
        self.assertFalse(self.regular.pricelist_id.active)
        self.program.gives_prices = True
        self.assertTrue(self.regular.pricelist_id.active)


@tagged("post_install", "-at_install")
class TestStartWithPrices(SaleOrderCommon):
    """Starting from a preset asks for prices as a question of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.tier.standing"].search([])._by_system().unlink()
        cls.env["customer.tier.program"].search([]).active = False
        cls.agreed = cls._create_customer("Agreed")
        cls.agreed.property_product_pricelist = cls.special_list
        cls.buyers = cls._create_customer("Big") | cls._create_customer("Small") | cls.agreed
        for buyer, amount in zip(cls.buyers, (60000, 6000, 60000), strict=True):
            cls._create_order(buyer, lines=[{"product_uom_qty": amount / 100}], date=20)

    def _start(self, **vals):
        return self.env["customer.tier.start"].create(
            {"preset": "wholesale", "tz": "Europe/Brussels", **vals}
        )

    def test_not_unasked(self):
        """A company at work gets other prices on all its quotations from one click."""
        wizard = self._start()
        self.assertTrue(wizard.asks_prices)
        self.assertFalse(wizard.gives_prices)
        wizard.action_start()
        self.assertEqual(self._standing(self.buyers[0]).tier_id.name, "Diamond")
        self.assertEqual(self._quote(self.buyers[0]).order_line.price_unit, 100.0)
        program = self._standing(self.buyers[0]).program_id
        program.gives_prices = True
        self.assertEqual(self._quote(self.buyers[0]).order_line.price_unit, 85.0)

    def test_what_would_change(self):
        """Nobody knew whose prices change, and by how much, before they had."""
        programs = self.env["customer.tier.program"].with_context(active_test=False)
        before = programs.search_count([])
        wizard = self._start()
        wizard.action_ask_prices()
        self.assertEqual(wizard.step, "prices")
        told = wizard.price_forecast
        self.assertIn("2 customers would have other prices", told)
        self.assertIn("1 more would not", told)
        self.assertIn("51,000.00", told)
        self.assertIn("5,700.00", told)
        self.assertEqual(programs.search_count([]), before)
        self.assertFalse(programs._for_company(self.company))
        wizard.gives_prices = True
        wizard.action_start()
        self.assertEqual(self._quote(self.buyers[0]).order_line.price_unit, 85.0)

    def test_what_would_change_as_of_the_day_that_is_graded(self):
        """With the last order long ago, everybody was told that nobody would have other prices,
        and then many had."""
        orders = self.env["sale.order"].search([("partner_id", "in", self.buyers.ids)])
        for order in orders:
            order.date_order = fields.Datetime.subtract(order.date_order, years=3)
        wizard = self._start()
        self.assertTrue(wizard.as_of_last)
        wizard.action_ask_prices()
        self.assertIn("2 customers would have other prices", wizard.price_forecast)

    def test_archived_agreed_list(self):
        """Who has an archived list of its own gets the tier's prices, and was told of as one who
        does not."""
        self.special_list.active = False
        wizard = self._start()
        wizard.action_ask_prices()
        self.assertIn("3 customers would have other prices", wizard.price_forecast)
        self.assertNotIn("more would not", wizard.price_forecast)

    def test_nobody_ordered_yet(self):
        """A new company would have to find the switch."""
        self.assertTrue(self._start(company_id=self.company_b.id).gives_prices)

    def test_without_discounts(self):
        """A question about prices that the preset does not have."""
        wizard = self._start(preset="vip")
        self.assertFalse(wizard.asks_prices)
        wizard.action_start()
        program = self.env["customer.tier.program"]._for_company(self.company)
        self.assertTrue(program.gives_prices)


@tagged("post_install", "-at_install")
class TestPricesSaid(SaleOrderCommon):
    """What the tier's form says of its prices."""

    def _rule(self, pricelist, price, **vals):
        pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "1_product",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": price,
                    **vals,
                }
            )
        ]

    def test_nothing_to_say(self):
        self.assertFalse(self.gold.pricelist_warning)
        self.assertFalse(self.diamond.pricelist_warning)

    def test_linked_list_dearer_than_standard(self):
        """Customers are promoted and pay more, and nobody is told."""
        self._rule(self.special_list, 120)
        self.gold.pricelist_id = self.special_list
        said = self.gold.pricelist_warning
        self.assertIn("Dearer than without the tier (Standard)", said)
        self.assertIn(f"{self.product.display_name} (120 instead of 100)", said)

    def test_linked_list_dearer_than_a_lower_tiers(self):
        self._rule(self.special_list, 95)
        self.diamond.pricelist_id = self.special_list
        said = self.diamond.pricelist_warning
        self.assertIn("Dearer than in the lower tier “Gold”", said)
        self.assertIn("(95 instead of 90)", said)
        self.assertNotIn("without the tier", said)

    def test_from_a_quantity(self):
        self._rule(self.standard_list, 50, min_quantity=10)
        self._rule(self.special_list, 90)
        self.gold.pricelist_id = self.special_list
        self.assertIn("(from 10: 90 instead of 50)", self.gold.pricelist_warning)

    def test_lower_tier_with_larger_discount(self):
        """A better tier that costs more."""
        self.gold.discount = 20
        said = "The lower tier “Gold” has a larger discount (20 % instead of 15 %)"
        self.assertIn(said, self.diamond.pricelist_warning)
        self.assertFalse(self.gold.pricelist_warning)

    def test_exception_on_the_tiers_own_list(self):
        self._rule(self.gold_list, 101)
        self.assertIn("(101 instead of 100)", self.gold.pricelist_warning)

    def test_customers_with_a_list_of_their_own(self):
        """The tier's prices reach nobody, as all its customers have agreed lists."""
        self.customer.property_product_pricelist = self.special_list
        said = self.gold.pricelist_warning
        self.assertIn("1 of its customers have a pricelist of their own", said)
        self.assertIn("Gold Customer", said)

    def test_nearly_all(self):
        """99.999 % is 100 % once it is saved: everything free."""
        with (
            self.assertLogs("odoo.tests.form.onchange", "WARNING") as logs,
            Form(self.gold) as form,
        ):
            form.discount = 99.999
        self.assertIn("everything is free", logs.output[0])
        self.assertIn("everything is free", self.gold.pricelist_warning)

    def test_on_the_programme(self):
        """Whoever looks at the programme does not see what its tiers say."""
        self.gold.discount = 20
        program = self.program
        said = "Prices of “Diamond”: The lower tier “Gold” has a larger discount"
        self.assertIn(said, program.advice)
