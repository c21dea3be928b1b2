from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_path

from .sale_common import SaleOrderCommon


@tagged("post_install", "-at_install")
class TestCurrencyOfBase(SaleOrderCommon):
    """A tier never changes the currency that a customer is quoted in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])

    def _currencies(self):
        self.env.invalidate_all()
        lists = self._quote().pricelist_id, self._quote(self.plain).pricelist_id
        self.assertEqual(lists[0].customer_tier_id, self.gold)
        return tuple(used.currency_id.name for used in lists)

    def test_list_of_country(self):
        """A list for a country goes over to another currency, and Gold customers there stay in the
        old one."""
        belgium = self.company.country_id
        (self.customer | self.plain).country_id = belgium
        group = self.env["res.country.group"].create(
            {"name": "Tiering Group", "country_ids": [Command.link(belgium.id)]}
        )
        abroad = self._create_pricelist(
            "Abroad", currency_id=self.dollar.id, country_group_ids=[Command.link(group.id)]
        )
        self.assertEqual(self._currencies(), ("USD", "USD"))
        abroad.currency_id = self.company.currency_id
        self.assertEqual(self._currencies(), ("EUR", "EUR"))
        self.assertEqual(self._quote().order_line.price_unit, 90.0)
        abroad.currency_id = self.dollar
        self.assertEqual(self._currencies(), ("USD", "USD"))

    def test_standard_list(self):
        """The same of the standard list, and back."""
        self.standard_list.currency_id = self.dollar
        self.assertEqual(self._currencies(), ("USD", "USD"))
        self.assertEqual(self._quote().order_line.price_unit, 180.0)
        self.standard_list.currency_id = self.company.currency_id
        self.assertEqual(self._currencies(), ("EUR", "EUR"))
        self.assertEqual(self._quote().order_line.price_unit, 90.0)

    def test_upgrade(self):
        """Databases of the version before quote Gold customers in a currency that nobody else has,
        and quotations that were orders once keep what these saved."""
        order = self._quote()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_pricelist SET currency_id = %s WHERE id = %s",
            [self.dollar.id, self.standard_list.id],
        )
        self.env.cr.execute(
            "UPDATE sale_order SET customer_list_amount = 1000, customer_tier_discount = 10 "
            "WHERE id = %s",
            [order.id],
        )
        self.env.invalidate_all()
        path = file_path("customer_tiering/migrations/19.0.1.7.0/end-prices-kept.py")
        load_script(path, "end_prices_kept").migrate(self.env.cr, "19.0.1.6.0")
        self.assertEqual(self._currencies(), ("USD", "USD"))
        self.assertFalse(order.customer_list_amount)
        self.assertFalse(order.customer_tier_discount)

    def test_the_tiers_own_list(self):
        """Somebody changes the currency of the list that was made from the discount, and all Gold
        customers are quoted in it."""
        self.gold_list.currency_id = self.dollar
        self.assertEqual(self._currencies(), ("EUR", "EUR"))
        self.assertFalse(self.gold_list.active)


@tagged("post_install", "-at_install")
class TestRuleOfDiscount(SaleOrderCommon):
    """Form, quotations and mails tell the discount typed on the tier: the list gives no other."""

    def test_changed_on_the_list(self):
        """Gold says 10 %, mails promise 10 %, and the rule was changed to 5 % on the list."""
        rule = self.gold_list.item_ids
        for vals in (
            {"percent_price": 5.0},
            {"min_quantity": 10},
            {"date_end": "2020-01-01"},
            {"compute_price": "fixed", "fixed_price": 1.0},
            {"applied_on": "1_product", "product_tmpl_id": self.product.product_tmpl_id.id},
        ):
            with self.subTest(vals):
                with self.assertRaises(ValidationError) as caught:
                    rule.write(vals)
                self.assertIn("Change the discount on the tier", str(caught.exception))
        self.assertEqual(self._quote().order_line.price_unit, 90.0)

    def test_deleted_from_the_list(self):
        """Or deleted, and the customers of a tier of 10 % pay what everybody pays."""
        with self.assertRaises(ValidationError):
            self.gold_list.item_ids.unlink()

    def test_what_may_be_done(self):
        """Other rules, and what the tier itself does to its list, are refused as well."""
        exception = {"applied_on": "1_product", "compute_price": "fixed", "fixed_price": 60.0}
        exception["product_tmpl_id"] = self.product.product_tmpl_id.id
        self.gold_list.item_ids = [Command.create(exception)]
        self.gold_list.item_ids.filtered("product_tmpl_id").unlink()
        self.gold.discount = 12
        self.assertEqual(self._quote().order_line.price_unit, 88.0)
        self.gold.discount = 0
        self.gold_list.item_ids.unlink()
        self.gold_list.unlink()
        self.gold.discount = 10
        self.standard_list.action_archive()
        self.assertEqual(self._quote().order_line.price_unit, 90.0)


@tagged("post_install", "-at_install")
class TestKeptAmount(SaleOrderCommon):
    """What an order would have cost without the tier, as it is kept from the confirmation on."""

    def _confirmed(self, quantity=10):
        order = self._quote(lines=[{"product_uom_qty": quantity}])
        order.action_confirm()
        self.assertEqual(order.customer_list_amount, 100.0 * quantity)
        return order

    def _assert_saved(self, order, without, saving):
        self.env.invalidate_all()
        self.assertEqual(order.customer_list_amount, without)
        self.assertEqual(order.customer_tier_saving, saving)

    def test_changed_afterwards(self):
        """Nine of ten pieces are taken off a confirmed order of 900, and the tier seems to have
        saved 910 on the remaining 90."""
        order = self._confirmed()
        order.order_line.product_uom_qty = 1
        self._assert_saved(order, 100.0, 10.0)
        line = {"product_id": self.product.id, "product_uom_qty": 20, "tax_ids": False}
        order.order_line = [Command.create(line)]
        self._assert_saved(order, 2100.0, 210.0)
        order.order_line[1].price_unit = 50.0
        self._assert_saved(order, 1100.0, 10.0)
        order.order_line[1].product_uom_qty = 0
        self._assert_saved(order, 100.0, 10.0)

    def test_after_the_discount_changed(self):
        """What was saved on the pieces that stay is forgotten with the discount of that day."""
        order = self._confirmed()
        self.gold.discount = 50
        order.order_line = [Command.create({"display_type": "line_note", "name": "Thanks"})]
        self._assert_saved(order, 1000.0, 100.0)
        self.assertEqual(order.customer_tier_discount, 10.0)
        order.order_line[0].write({"product_uom_qty": 5, "price_unit": 90.0})
        self._assert_saved(order, 500.0, 50.0)

    def test_quoted_before_the_discount_changed(self):
        """Quoted at 10 % less, and confirmed after the tier's discount had become another: the
        order said for ever that it has the new one and that the tier saves nothing; or, where the
        discount is a column of the order, that it saves more than it does."""
        for column in (False, True):
            if column:
                shown = self.env.ref("sale.group_discount_per_so_line")
                self.env.user.group_ids += shown
                self.env.ref("base.group_user")._apply_group(shown)
            for discount in (15, 0):
                with self.subTest(column=column, discount=discount):
                    self.gold.discount = 10
                    lines = [{"product_uom_qty": 10}, {"product_uom_qty": 1}]
                    order = self._quote(lines=lines).sudo()
                    order.action_update_prices()
                    order.state = "sent"
                    self.gold.discount = discount
                    self.env.invalidate_all()
                    self.assertEqual(order.amount_untaxed, 990.0)
                    self.assertEqual(order.customer_tier_saving, 110.0)
                    self.assertIn("−10 %", order.customer_price_reason)
                    order.action_confirm()
                    self._assert_saved(order, 1100.0, 110.0)
                    self.assertEqual(order.customer_tier_discount, 10.0)

    def test_favour_on_top(self):
        """What a salesperson takes off is not the tier's discount."""
        order = self._quote(lines=[{"product_uom_qty": 10}]).sudo()
        order.order_line.discount = 50
        self.gold.discount = 15
        order.action_update_prices()
        order.order_line.discount = 50
        order.action_confirm()
        self.assertEqual(order.customer_tier_discount, 15.0)
        self.assertEqual(order.customer_list_amount, 500.0)

    def test_updated_after_it_was_sent(self):
        """A quotation at other prices than those it was sent with keeps the discount of then."""
        order = self._quote(lines=[{"product_uom_qty": 10}]).sudo()
        order.state = "sent"
        self.gold.discount = 15
        order.action_update_prices()
        order.action_confirm()
        self.assertEqual(order.customer_tier_discount, 15.0)
        self._assert_saved(order, 1000.0, 150.0)
        other = self._quote(lines=[{"product_uom_qty": 10}]).sudo()
        other.state = "sent"
        other.write({"partner_id": self.plain.id, "pricelist_id": self.standard_list.id})
        other.action_update_prices()
        other.action_confirm()
        self.assertFalse(other.customer_tier_discount)
        self.assertFalse(other.customer_list_amount)

    def test_of_who_may_not_read_it(self):
        """A program with rights on orders alone changes one."""
        order = self._confirmed()
        order.sudo().order_line.product_uom_qty = 2
        self._assert_saved(order, 200.0, 20.0)

    def test_quotation_again(self):
        """Taken back to a quotation, the order keeps what it saved; confirmed for a customer
        without a tier, it has Gold's discount for ever."""
        order = self._confirmed()
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.action_draft()
        order.order_line.product_uom_qty = 1
        self.env.invalidate_all()
        self.assertEqual(order.customer_tier_saving, 10.0)
        order.partner_id = self.plain
        order.action_update_prices()
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 100.0)
        self.assertFalse(order.customer_list_amount)
        self.assertFalse(order.customer_tier_discount)


@tagged("post_install", "-at_install")
class TestCombo(SaleOrderCommon):
    """Products that are chosen in a combo cost their part of its price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.combos = cls.env["product.combo"]
        for name, price, extra in (("Cup", 60.0, 5.0), ("Beans", 40.0, 0.0)):
            product = cls._create_product(name=name, list_price=price, type="service")
            item = {"product_id": product.id, "extra_price": extra}
            cls.combos |= cls.combos.create(
                {"name": name, "combo_item_ids": [Command.create(item)]}
            )
        cls.set_of_both = cls._create_product(
            name="Set", type="combo", list_price=80.0, combo_ids=[Command.set(cls.combos.ids)]
        )

    def _order(self, partner=None):
        order = self._quote(partner, lines=[{"product_id": self.set_of_both.id}])
        frame = order.order_line
        order.order_line = [
            Command.create(
                {
                    "product_id": item.product_id.id,
                    "combo_item_id": item.id,
                    "linked_line_id": frame.id,
                    "tax_ids": False,
                }
            )
            for item in self.combos.combo_item_ids
        ]
        order.action_update_prices()
        return order

    def test_saving(self):
        """A set at 77 instead of 85 saves nothing."""
        self.assertEqual(self._order(self.plain).amount_untaxed, 85.0)
        order = self._order()
        self.assertEqual(order.amount_untaxed, 77.0)
        self.assertEqual(order.customer_tier_saving, 8.0)
        order.action_confirm()
        self.assertEqual(order.customer_list_amount, 85.0)

    def test_saving_with_shown_discount(self):
        """The same where the discount is a column of the order; there the core takes it off of what
        is extra, too."""
        self.env.user.group_ids += self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user")._apply_group(
            self.env.ref("sale.group_discount_per_so_line")
        )
        order = self._order()
        self.assertEqual(order.order_line.mapped("discount")[1:], [10.0, 10.0])
        self.assertEqual(order.amount_untaxed, 76.5)
        self.assertEqual(order.customer_tier_saving, 8.5)

    def test_prices_before_the_customer(self):
        """A set entered at standard prices for a customer who then becomes a Gold one: nothing says
        that its prices are others."""
        order = self._order(self.plain)
        self.assertFalse(order.customer_prices_differ)
        order.partner_id = self.customer
        self.assertTrue(order.customer_prices_differ)
        order.action_update_prices()
        self.assertFalse(order.customer_prices_differ)


@tagged("post_install", "-at_install")
class TestOddProducts(SaleOrderCommon):
    """A tier's discount on what is not simply a price."""

    def test_money_for_crates(self):
        """Who brings crates back gets 5 for each, and as a Gold customer 4.50."""
        crate = self._create_product(name="Crate Back", list_price=-5.0, type="service")
        for percent in (10, 100):
            self.gold.discount = percent
            for partner in (self.customer, self.plain):
                order = self._quote(partner, lines=[{"product_id": crate.id}])
                self.assertEqual(order.amount_untaxed, -5.0)
        self.gold.discount = 10
        order = self._quote(lines=[{"product_id": crate.id}, {}])
        self.assertEqual(order.amount_untaxed, 85.0)
        self.assertEqual(order.customer_tier_saving, 10.0)

    def test_extra_of_an_attribute(self):
        """What a chosen attribute costs extra is left out of the tier's price, or without its
        discount."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Grind",
                "create_variant": "no_variant",
                "value_ids": [
                    Command.create({"name": "Coarse"}),
                    Command.create({"name": "Fine", "default_extra_price": 10.0}),
                ],
            }
        )
        values = [Command.set(attribute.value_ids.ids)]
        line = {"attribute_id": attribute.id, "value_ids": values}
        template = self.env["product.template"].create(
            {
                "name": "Ground Coffee",
                "list_price": 100.0,
                "attribute_line_ids": [Command.create(line)],
            }
        )
        fine = template.attribute_line_ids.product_template_value_ids.filtered(
            lambda value: value.name == "Fine"
        )
        self.assertEqual(fine.price_extra, 10.0)
        line = {
            "product_id": template.product_variant_id.id,
            "product_no_variant_attribute_value_ids": [Command.set(fine.ids)],
        }
        for partner, amount in ((self.plain, 110.0), (self.customer, 99.0)):
            self.assertEqual(self._quote(partner, lines=[line]).amount_untaxed, amount)
