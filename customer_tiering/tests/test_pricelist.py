from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TieringCommon


class PricelistCommon(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=["Regular", {"name": "Gold", "discount": 10}, {"name": "Diamond", "discount": 15}]
        )
        cls.regular, cls.gold, cls.diamond = cls.program.tier_ids
        cls.gold_list = cls.gold.pricelist_id
        cls.customer = cls._create_customer("Gold Customer")
        cls._set_tier(cls.customer, cls.gold)
        cls.special_list = cls._create_pricelist("Special", sequence=50)
        cls.dollar = cls.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])

    def _price_list(self, partner, company=None):
        return partner.with_company(company or self.company).property_product_pricelist

    def _quote(self, partner=None, **vals):
        return self._create_order(partner or self.customer, state="draft", **vals)


@tagged("post_install", "-at_install")
class TestPricelistPrecedence(PricelistCommon):
    def test_standard_without_tier(self):
        """A customer without a tier must not get a tier's list, which sorts among all lists."""
        self.assertEqual(self._price_list(self._create_customer()), self.standard_list)
        self._set_tier(self.customer, self.regular)
        self.assertEqual(self._price_list(self.customer), self.standard_list)

    def test_tier_before_standard(self):
        """A Gold customer pays standard prices although nobody chose them."""
        self.assertEqual(self._price_list(self.customer), self.gold_list)
        self.assertFalse(self.customer.specific_property_product_pricelist)

    def test_tier_before_country_group(self):
        """A list for a group of countries hides the tier's list."""
        europe = self.env["res.country.group"].create(
            {"name": "Tiering Group", "country_ids": [Command.link(self.env.ref("base.fr").id)]}
        )
        abroad = self._create_pricelist(
            "Abroad", country_group_ids=[Command.link(europe.id)], sequence=2
        )
        plain = self._create_customer(country_id=self.env.ref("base.fr").id)
        self.assertEqual(self._price_list(plain), abroad)
        self._set_tier(plain, self.gold)
        self.assertRecordValues(
            self._price_list(plain),
            [{"customer_tier_id": self.gold.id, "customer_tier_base_id": abroad.id}],
        )
        self._set_tier(plain, self.regular)
        self.assertEqual(self._price_list(plain), abroad, "a tier without prices changes nothing")

    def test_customer_before_tier(self):
        """A promotion silently replaces the list agreed with a customer."""
        self.customer.property_product_pricelist = self.special_list
        self.assertEqual(self._price_list(self.customer), self.special_list)
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(self._price_list(self.customer), self.special_list)

    def test_order_before_customer(self):
        """The list chosen on an order gives way to the customer's or the tier's."""
        order = self._quote(pricelist_id=self.special_list.id)
        self.assertEqual(order.pricelist_id, self.special_list)
        self.customer.property_product_pricelist = self.standard_list
        self.assertEqual(order.pricelist_id, self.special_list)
        self.assertEqual(self._quote().pricelist_id, self.standard_list)

    def test_quotation_as_salesperson(self):
        """Prices depend on whether the one who writes the quotation may read tiers' lists."""
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.partner_id = self.customer
            with form.order_line.new() as line:
                line.product_id = self.product
        order = form.record
        self.assertEqual(order.pricelist_id, self.gold_list)
        self.assertEqual(order.order_line.price_subtotal, 90.0)

    def test_archived_choice_falls_to_tier(self):
        """Archiving a customer's own list lands it on standard prices instead of its tier's."""
        self.customer.property_product_pricelist = self.special_list
        self.special_list.action_archive()
        self.env.invalidate_all()
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_each_company_by_itself(self):
        """Gold in company A gives discounts in company B."""
        self.assertEqual(self._price_list(self.customer, self.company_b), self.standard_list)
        order = self._quote(company=self.company_b)
        self.assertEqual(order.pricelist_id, self.standard_list)
        program_b = self._create_program(
            tiers=["Low", {"name": "High", "discount": 30}], company=self.company_b
        )
        self._set_tier(self.customer, program_b.tier_ids[1])
        list_b = program_b.tier_ids[1].pricelist_id
        self.assertEqual(list_b.company_id, self.company_b)
        self.assertEqual(self._price_list(self.customer, self.company_b), list_b)
        self.assertEqual(self._price_list(self.customer), self.gold_list)
        # The company of the order counts, not the one the user works in.
        self.assertEqual(self._quote(company=self.company_b).pricelist_id, list_b)
        self.assertEqual(self._quote().pricelist_id, self.gold_list)

    def test_contact_has_tier_of_company(self):
        """An order taken from a contact person misses the company's prices."""
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        self.assertEqual(self._price_list(contact), self.gold_list)
        self.assertEqual(self._quote(contact).pricelist_id, self.gold_list)

    def test_many_partners_at_once(self):
        """Customers of different tiers read together get each other's list."""
        plain = self._create_customer()
        best = self._create_customer()
        self._set_tier(best, self.diamond)
        both = plain | best | self.customer
        self.assertEqual(
            [partner.property_product_pricelist for partner in both],
            [self.standard_list, self.diamond.pricelist_id, self.gold_list],
        )

    def test_never_everybodys_default(self):
        """The tier's list is the only one of the company and everybody gets the discount."""
        self.standard_list.action_archive()
        self.special_list.action_archive()
        self.assertFalse(self._price_list(self._create_customer()))
        self.assertEqual(self._price_list(self.customer), self.gold.pricelist_id)
        order = self._quote(self._create_customer())
        self.assertFalse(order.pricelist_id)


@tagged("post_install", "-at_install")
class TestPricelistCurrency(PricelistCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold_dollar = cls._create_pricelist("Gold in Dollars", currency_id=cls.dollar.id)
        america = cls.env["res.country.group"].create(
            {"name": "Tiering America", "country_ids": [Command.link(cls.env.ref("base.us").id)]}
        )
        cls.american_list = cls._create_pricelist(
            "America", currency_id=cls.dollar.id, country_group_ids=[Command.link(america.id)]
        )
        cls.american = cls._create_customer("American", country_id=cls.env.ref("base.us").id)
        cls._set_tier(cls.american, cls.gold)

    def test_list_in_currency_of_customer(self):
        """A customer who pays in dollars gets quotations in euro on becoming Gold."""
        self.gold.other_pricelist_ids = self.gold_dollar
        self.env.invalidate_all()
        self.assertEqual(self._price_list(self.american), self.gold_dollar)
        self.assertEqual(self._quote(self.american).currency_id, self.dollar)
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_archived_other_list(self):
        """An archived list in the customer's currency is still used."""
        self.gold.other_pricelist_ids = self.gold_dollar
        self.gold_dollar.action_archive()
        self.env.invalidate_all()
        self.assertNotEqual(self._price_list(self.american), self.gold_dollar)

    def test_choosing_other_list_follows(self):
        """Choosing the tier's own list in the customer's currency pins it for ever."""
        self.gold.other_pricelist_ids = self.gold_dollar
        self.env.invalidate_all()
        self.american.property_product_pricelist = self.special_list
        self.assertEqual(self._price_list(self.american), self.special_list)
        self.american.property_product_pricelist = self.gold_dollar
        self.assertFalse(self.american.specific_property_product_pricelist)
        self.assertEqual(self._price_list(self.american), self.gold_dollar)

    def test_warning_for_foreign_list(self):
        """A list in dollars turns all quotations of a euro company into dollars, unseen."""
        self.assertFalse(self.gold.pricelist_warning)
        with (
            self.assertLogs("odoo.tests.form.onchange", level="WARNING") as logs,
            Form(self.regular.with_user(self.manager)) as form,
        ):
            form.pricelist_id = self.gold_dollar
            self.assertIn("USD", form.pricelist_warning)
            self.assertIn("EUR", form.pricelist_warning)
        self.assertIn("Pricelist in another currency", "".join(logs.output))
        self.assertIn("USD", self.regular.pricelist_warning)
        self.regular.pricelist_id = self.special_list
        self.assertFalse(self.regular.pricelist_warning)

    def test_no_warning_for_same_currency(self):
        """A warning without reason is soon not read any more."""
        with (
            self.assertNoLogs("odoo.tests.form.onchange", level="WARNING"),
            Form(self.regular.with_user(self.manager)) as form,
        ):
            form.pricelist_id = self.special_list


@tagged("post_install", "-at_install")
class TestPricelistChoice(PricelistCommon):
    def _choose(self, partner, pricelist):
        with Form(partner.with_user(self.salesperson)) as form:
            form.property_product_pricelist = pricelist

    def test_standard_list_on_purpose(self):
        """The standard list chosen for a Gold customer does not stick: core stores nothing when
        the choice equals the default, and Gold comes back."""
        self._choose(self.customer, self.standard_list)
        self.env.invalidate_all()
        self.assertEqual(self._price_list(self.customer), self.standard_list)
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(self._price_list(self.customer), self.standard_list)
        self.assertEqual(self._quote().pricelist_id, self.standard_list)

    def test_tier_list_again(self):
        """A customer once moved off its tier's list can never follow its tier again."""
        self._choose(self.customer, self.standard_list)
        self._choose(self.customer, self.gold_list)
        self.assertFalse(self.customer.specific_property_product_pricelist)
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(self._price_list(self.customer), self.diamond.pricelist_id)

    def test_emptying(self):
        """Emptying the customer's list leaves the old one in place, or none."""
        self._choose(self.customer, self.special_list)
        self._choose(self.customer, self.env["product.pricelist"])
        self.env.invalidate_all()
        self.assertFalse(self.customer.specific_property_product_pricelist)
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_emptying_standard_list(self):
        """Emptying works for any list but the standard one chosen on purpose."""
        self._choose(self.customer, self.standard_list)
        self._choose(self.customer, self.env["product.pricelist"])
        self.env.invalidate_all()
        self.assertFalse(self.customer.specific_property_product_pricelist)
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_saving_something_else(self):
        """Saving the phone number of a Gold customer pins the list it has at the moment."""
        with Form(self.customer.with_user(self.salesperson)) as form:
            form.phone = "+32 2 290 34 90"
        self.assertFalse(self.customer.specific_property_product_pricelist)

    def test_writing_current_list(self):
        """An import that writes the lists it exported pins them all."""
        self.customer.property_product_pricelist = self.gold_list
        self.assertFalse(self.customer.specific_property_product_pricelist)
        plain = self._create_customer()
        plain.property_product_pricelist = self.standard_list
        self.assertFalse(plain.specific_property_product_pricelist)

    def test_other_tiers_list(self):
        """Diamond prices given to a Gold customer by hand are lost at the next grading."""
        self._choose(self.customer, self.diamond.pricelist_id)
        self._set_tier(self.customer, self.regular)
        self.assertEqual(self._price_list(self.customer), self.diamond.pricelist_id)

    def test_choice_in_one_company(self):
        """Choosing a list in one company changes prices in the other."""
        self.customer.with_company(self.company_b).property_product_pricelist = self.standard_list
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_new_contact_pins_nothing(self):
        """A contact added through the form carries the Gold list as its own; as a synchronised
        field it climbs to the company, which then no longer follows its tier."""
        with Form(
            self.env["res.partner"]
            .with_user(self.salesperson)
            .with_context(default_parent_id=self.customer.id, default_is_company=False)
        ) as form:
            form.name = "New Contact"
        contact = form.record
        for partner in contact | self.customer:
            self.assertFalse(partner.specific_property_product_pricelist)
        self.env.invalidate_all()
        self.assertEqual(self._price_list(contact), self.gold_list)
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(self._price_list(contact), self.diamond.pricelist_id)

    def test_contact_added_on_company_form(self):
        """The same through the contacts tab of the company."""
        with Form(self.customer.with_user(self.salesperson)) as form, form.child_ids.new() as line:
            line.name = "New Contact"
        for partner in self.customer | self.customer.child_ids:
            self.assertFalse(partner.specific_property_product_pricelist)

    def test_parent_chosen_on_form(self):
        """The same where the company is picked on the new contact's own form."""
        form = Form(self.env["res.partner"].with_user(self.salesperson))
        form.name = "New Contact"
        form.company_type = "person"
        form.parent_id = self.customer
        contact = form.save()
        for partner in contact | self.customer:
            self.assertFalse(partner.specific_property_product_pricelist)

    def test_new_contact_of_company_with_list(self):
        """A new contact takes the list that was chosen for its company away from it."""
        for chosen in (self.special_list, self.standard_list):
            self.customer.property_product_pricelist = chosen
            self.env.invalidate_all()
            with Form(
                self.env["res.partner"]
                .with_user(self.salesperson)
                .with_context(default_parent_id=self.customer.id, default_is_company=False)
            ) as form:
                form.name = "New Contact"
            self.env.invalidate_all()
            self.assertEqual(self._price_list(self.customer), chosen)
            self.assertEqual(self._price_list(form.record), chosen)

    def test_choice_on_contact_is_the_companys(self):
        """Contacts of one company have different lists depending on where one was chosen."""
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        self._choose(contact, self.standard_list)
        self.env.invalidate_all()
        self.assertEqual(self._price_list(self.customer), self.standard_list)
        self._choose(contact, self.gold_list)
        self.env.invalidate_all()
        self.assertFalse(self.customer.specific_property_product_pricelist)
        self.assertFalse(contact.specific_property_product_pricelist)

    def test_contact_moves_to_gold_company(self):
        """A contact who changes employer keeps the prices of the old one."""
        person = self._create_customer("Person", is_company=False)
        self.assertEqual(self._price_list(person), self.standard_list)
        person.parent_id = self.customer
        self.assertEqual(self._price_list(person), self.gold_list)
        self.assertFalse(self.customer.specific_property_product_pricelist)


@tagged("post_install", "-at_install")
class TestPricelistAvailability(PricelistCommon):
    def test_other_companys_list_refused(self):
        """A list of company B on a tier of A is accepted and breaks every quotation later."""
        foreign = self._create_pricelist("Company B's", company_id=self.company_b.id)
        companies = self.company | self.company_b
        self.manager.company_ids = companies
        for vals in (
            {"pricelist_id": foreign.id},
            {"other_pricelist_ids": [Command.link(foreign.id)]},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError) as caught:
                self.regular.with_user(self.manager).with_context(
                    allowed_company_ids=companies.ids
                ).write(vals)
            for part in ("Company B's", "Regular", self.company.name, self.company_b.name):
                self.assertIn(part, str(caught.exception))

    def test_list_moves_to_other_company(self):
        """A list given to another company afterwards makes quotations fail with a message about
        inconsistent companies."""
        self.regular.pricelist_id = self.special_list
        self._set_tier(self.customer, self.regular)
        self.gold.other_pricelist_ids = self.special_list
        with self.assertRaises(ValidationError) as caught:
            self.special_list.company_id = self.company_b
        self.assertIn("Special", str(caught.exception))
        self.special_list.company_id = self.company

    def test_archived_tier(self):
        """Customers of an archived tier keep its prices until the next grading."""
        self.gold.action_archive()
        self.env.invalidate_all()
        self.assertFalse(self.gold_list.active)
        self.assertEqual(self._price_list(self.customer), self.standard_list)
        self.gold.action_unarchive()
        self.env.invalidate_all()
        self.assertTrue(self.gold_list.active)
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_archived_tier_with_chosen_list(self):
        """Archiving a tier archives the list that people made and use elsewhere."""
        self.regular.pricelist_id = self.special_list
        self._set_tier(self.customer, self.regular)
        self.regular.action_archive()
        self.env.invalidate_all()
        self.assertTrue(self.special_list.active)
        self.assertEqual(self._price_list(self.customer), self.standard_list)

    def test_archiving_others_ends_nothing(self):
        """Whoever archives a list of no tier has what is tracked so far written at once: a company
        is made, lists are archived on the way, and what follows is logged as a change."""
        ended = []
        self.env.cr.precommit.add(lambda: ended.append(True))
        self._create_pricelist("Nobody's").action_archive()
        self.assertFalse(ended)

    def test_archived_list(self):
        """An archived list is still put on quotations."""
        self.gold_list.action_archive()
        self.env.invalidate_all()
        self.assertEqual(self._price_list(self.customer), self.standard_list)

    def test_tier_in_use_not_deleted(self):
        """Deleting a tier in use tears a hole into the history of its customers."""
        with self.assertRaises(UserError) as caught:
            self.gold.with_user(self.manager).unlink()
        self.assertIn("Archive", str(caught.exception))
        self._set_tier(self.customer, self.diamond)
        with self.assertRaises(UserError, msg="history still refers to it"):
            self.gold.with_user(self.manager).unlink()

    def test_unused_tier_deleted(self):
        """The list of a deleted tier stays among the lists people choose from."""
        pricelist = self.diamond.pricelist_id
        self.diamond.with_user(self.manager).unlink()
        self.assertTrue(pricelist.exists(), "orders may refer to it")
        self.assertFalse(pricelist.active)
        self.assertEqual(self._price_list(self.customer), self.gold_list)

    def test_unused_tier_with_chosen_list_deleted(self):
        """Deleting a tier archives the list that people made and use elsewhere."""
        self.diamond.pricelist_id = self.special_list
        self.diamond.with_user(self.manager).unlink()
        self.assertTrue(self.special_list.active)

    def test_list_of_tier_not_deleted(self):
        """Deleting a list quietly takes the prices from a tier."""
        with self.assertRaises(UserError) as caught:
            self.gold_list.unlink()
        self.assertIn("Remove the discount", str(caught.exception))

    def test_feature_off(self):
        """With pricelists switched off, tiers raise errors or still change prices."""
        self._switch_pricelists(False)
        self.env.invalidate_all()
        self.assertFalse(self._price_list(self.customer))
        order = self._create_order(
            self.customer,
            state="draft",
            lines=[{"price_unit": 100.0, "product_uom_qty": 2}],
            user_id=self.salesperson.id,
        ).with_user(self.salesperson)
        self.assertFalse(order.pricelist_id)
        self.assertFalse(order.pricelist_offer_id)
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 200.0)
        self.assertIn("switched off", self.gold.pricelist_warning)
        self.assertFalse(self.regular.pricelist_warning)

    def test_feature_off_contact_form(self):
        """With pricelists switched off, adding a contact fails."""
        self._switch_pricelists(False)
        self.env.invalidate_all()
        with Form(
            self.env["res.partner"]
            .with_user(self.salesperson)
            .with_context(default_parent_id=self.customer.id)
        ) as form:
            form.name = "New Contact"
        self.assertFalse(self.customer.specific_property_product_pricelist)

    def _set_feature(self, on):
        self.env["res.config.settings"].create({"group_product_pricelist": on}).execute()
        self.env.invalidate_all()

    def test_switching_feature(self):
        """Tiers that were set up before pricelists were switched on never change a price, and
        after switching off and on again all lists but those are back."""
        self._set_feature(False)
        self.assertFalse(self.gold_list.active)
        self.gold.discount = 12.0
        silver = self.env["customer.tier"].create(
            {"name": "Platinum", "program_id": self.program.id, "sequence": 40, "discount": 20.0}
        )
        self.assertFalse(silver.pricelist_id.active, "would be everybody's list to choose")
        self._set_feature(True)
        self.assertTrue(self.gold_list.active)
        self.assertTrue(silver.pricelist_id.active)
        self.assertEqual(self._price_list(self.customer), self.gold_list)
        self.assertEqual(self.gold_list.item_ids.percent_price, 12.0)
        self._set_feature(False)
        self.assertFalse(self._price_list(self.customer))
        self.assertFalse((self.gold_list | silver.pricelist_id).filtered("active"))

    def test_switching_feature_on_spares_archived_tier(self):
        """Switching pricelists on brings the lists of archived tiers back."""
        self.gold.action_archive()
        self._set_feature(False)
        self._set_feature(True)
        self.assertFalse(self.gold_list.active)
        self.assertTrue(self.diamond.pricelist_id.active)

    def test_switching_feature_in_every_company(self):
        """Only the tiers of the company that switched pricelists on get their lists back."""
        program_b = self._create_program(
            tiers=["Low", {"name": "High", "discount": 30}], company=self.company_b
        )
        self._set_feature(False)
        self._set_feature(True)
        self.assertTrue(program_b.tier_ids[1].pricelist_id.active)


@tagged("post_install", "-at_install")
class TestTierDiscount(PricelistCommon):
    def test_discount_makes_list(self):
        """A typed discount needs somebody who also makes a pricelist."""
        tier = self.regular.with_user(self.manager)
        tier.discount = 7.5
        pricelist = self.regular.pricelist_id
        self.assertRecordValues(
            pricelist,
            [
                {
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "customer_tier_id": self.regular.id,
                    "active": True,
                }
            ],
        )
        self.assertRecordValues(
            pricelist.item_ids,
            [{"applied_on": "3_global", "compute_price": "percentage", "percent_price": 7.5}],
        )
        self.assertIn("Regular", pricelist.name)
        self.assertIn("7.5", pricelist.name)

    def test_discount_of_company_b(self):
        """The list of company B's tier is made in the company the user works in."""
        program_b = self._create_program(
            tiers=["Low", {"name": "High", "discount": 30}], company=self.company_b
        )
        self.assertEqual(program_b.tier_ids[1].pricelist_id.company_id, self.company_b)

    def test_changed_discount(self):
        """A changed discount adds a second rule, or leaves the old one in force."""
        rule = self.gold_list.item_ids
        self.gold.with_user(self.manager).discount = 12.0
        self.assertEqual(self.gold.pricelist_id, self.gold_list)
        self.assertEqual(self.gold_list.item_ids, rule)
        self.assertEqual(rule.percent_price, 12.0)
        self.assertIn("12", self.gold_list.name)

    def test_no_discount_is_no_list(self):
        """A list of 0 % hides the standard list's own prices, and a country's list."""
        self.standard_list.item_ids = [
            Command.create(
                {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 5.0}
            )
        ]
        self.gold.discount = 0.0
        self.assertFalse(self.gold.pricelist_id)
        self.assertFalse(self.gold_list.active)
        order = self._quote(lines=[{}])
        self.assertEqual(order.pricelist_id, self.standard_list)
        self.assertEqual(order.order_line.price_unit, 95.0)
        self.gold.discount = 10.0
        self.assertEqual(self.gold.pricelist_id, self.gold_list)

    def test_renamed_tier(self):
        """A renamed tier and its list are no longer recognised as belonging together."""
        self.gold.name = "Gilded"
        self.assertIn("Gilded", self.gold_list.name)

    def test_exceptions_stay(self):
        """Changing the discount throws away prices agreed for single products."""
        self.gold_list.item_ids = [
            Command.create(
                {
                    "applied_on": "1_product",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": 42.0,
                }
            ),
            Command.create(
                {
                    "applied_on": "3_global",
                    "compute_price": "percentage",
                    "percent_price": 25.0,
                    "min_quantity": 100,
                }
            ),
        ]
        self.gold.discount = 11.0
        self.assertEqual(len(self.gold_list.item_ids), 3)
        self.assertEqual(sorted(self.gold_list.item_ids.mapped("percent_price")), [0.0, 11.0, 25.0])
        order = self._create_order(
            self.customer,
            state="draft",
            lines=[{}, {"product_id": self._create_product(name="Tea").id}],
        )
        order.action_update_prices()
        self.assertEqual(order.order_line.mapped("price_subtotal"), [42.0, 89.0])

    def test_foreign_list_refused(self):
        """A discount typed on a tier with a list made by people rewrites that list."""
        self.regular.pricelist_id = self.special_list
        with self.assertRaises(UserError) as caught:
            self.regular.with_user(self.manager).discount = 5.0
        self.assertIn("Special", str(caught.exception))
        self.assertFalse(self.special_list.item_ids)

    def test_linking_a_list_resets_discount(self):
        """The tier shows a discount that its list does not give."""
        self.gold.with_user(self.manager).pricelist_id = self.special_list
        self.assertEqual(self.gold.discount, 0.0)
        self.assertEqual(self.gold.pricelist_id, self.special_list)
        self.assertFalse(self.special_list.item_ids)
        self.env.invalidate_all()
        self.assertEqual(self._price_list(self.customer), self.special_list)

    def test_linking_a_list_on_form(self):
        """The same through the form, which sends both fields."""
        with Form(self.gold.with_user(self.manager)) as form:
            form.pricelist_id = self.special_list
        self.assertRecordValues(
            self.gold, [{"discount": 0.0, "pricelist_id": self.special_list.id}]
        )

    def test_archived_programme(self):
        """After a new start the lists of the archived programme stand beside the new ones, under
        the same names."""
        self.program.active = False
        self.assertFalse(self.gold_list.active)
        self.program.active = True
        self.assertTrue(self.gold_list.active)

    def test_replaced_list_is_put_away(self):
        """The list of a discount that no tier uses any more can still be chosen."""
        self.gold.pricelist_id = self.special_list
        self.assertFalse(self.gold_list.active)

    def test_discount_after_linked_list(self):
        """After removing the list, a typed discount makes a second one each time."""
        self.gold.pricelist_id = self.special_list
        self.gold.pricelist_id = False
        self.gold.discount = 9.0
        self.env.invalidate_all()
        pricelist = self.gold.pricelist_id
        self.assertEqual(pricelist.customer_tier_id, self.gold)
        self.assertEqual(pricelist.item_ids.percent_price, 9.0)
        self.assertEqual(self._price_list(self.customer), pricelist)

    @mute_logger("odoo.sql_db")
    def test_discount_range(self):
        """A typo of 110 % gives goods away and money on top."""
        for discount in (-1.0, 100.5):
            with self.subTest(discount), self.assertRaises(IntegrityError):
                self.gold.discount = discount
                self.env.flush_all()
        self.gold.discount = 100.0
        self.assertEqual(self.gold_list.item_ids.percent_price, 100.0)

    def test_copied_list_is_a_normal_one(self):
        """A copy of a tier's list, made as a start for another, is taken for the tier's."""
        copy = self.gold_list.copy()
        self.assertFalse(copy.customer_tier_id)

    def test_copied_program_has_own_lists(self):
        """Two programmes share a list, and the discount of one changes the other's."""
        copy = self.program.copy({"company_id": self.company_b.id})
        gold = copy.tier_ids.filtered(lambda tier: tier.name == "Gold")
        self.assertEqual(gold.discount, 10.0)
        self.assertNotEqual(gold.pricelist_id, self.gold_list)
        self.assertEqual(gold.pricelist_id.company_id, self.company_b)

    def test_salesperson_cannot_discount(self):
        """A salesperson gives customers a discount through the tier."""
        with self.assertRaises(AccessError):
            self.gold.with_user(self.salesperson).discount = 50.0
        self.assertEqual(self.gold_list.item_ids.percent_price, 10.0)
