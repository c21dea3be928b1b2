from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestTill(TestPointOfSaleHttpCommon):
    """Tier prices at the till, where the standard list gives 20 % to everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls._get_main_company()
        cls.env.user.group_ids += cls.env.ref("customer_tiering.group_manager")
        cls.env["customer.tier.program"].search([]).action_archive()
        cls.env["product.pricelist"].search([]).action_archive()
        cls.env.ref("base.group_user")._apply_group(cls.env.ref("product.group_product_pricelist"))
        cls.standard = cls.env["product.pricelist"].create(
            {
                "name": "Till Standard",
                "company_id": company.id,
                "sequence": 1,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "3_global",
                            "compute_price": "percentage",
                            "percent_price": 20.0,
                        }
                    )
                ],
            }
        )
        cls.program = cls.env["customer.tier.program"].create(
            {
                "name": "Programme",
                "company_id": company.id,
                "tier_ids": [
                    Command.create({"name": "Till Regular", "sequence": 1}),
                    Command.create({"name": "Till Gold", "sequence": 2, "discount": 10}),
                ],
            }
        )
        cls.gold = cls.program.tier_ids[1]
        cls.customer = cls.env["res.partner"].create(
            {"name": "Gold Customer at the Till", "is_company": True}
        )
        cls.env["customer.tier.standing"].sudo().create(
            {
                "partner_id": cls.customer.id,
                "company_id": company.id,
                "manual_tier_id": cls.gold.id,
            }
        )
        cls.env["product.product"].create(
            {
                "name": "Tier Coffee",
                "available_in_pos": True,
                "list_price": 100.0,
                "taxes_id": False,
                "type": "consu",
            }
        )
        cls.till = cls.main_pos_config
        cls.till.write(
            {
                "use_pricelist": True,
                "available_pricelist_ids": [Command.set(cls.standard.ids)],
                "pricelist_id": cls.standard.id,
            }
        )

    def test_gold_customer(self):
        """A Gold customer chosen at the till pays what everybody pays, as nobody added the list of
        the tier to the till; and the cashier does not see the tier."""
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till")

    def test_cases(self):
        """Who pays what at the till: by tier, contact, agreed list, and after what happened."""
        company = self.program.company_id
        vals = [{"name": "Till Archived", "sequence": 3, "discount": 30}]
        vals += [{"name": "Till Nothing", "sequence": 4, "discount": 40}]
        vals += [{"name": "Till Linked", "sequence": 5}, {"name": "Till Best", "sequence": 6}]
        self.program.tier_ids = [Command.create(tier) for tier in vals]
        regular, gold, archived, nothing, linked, best = self.program.tier_ids
        best.discount = 20
        rule = {"applied_on": "3_global", "compute_price": "percentage"}
        lists = self.env["product.pricelist"].create(
            [
                {"name": name, "item_ids": [Command.create({**rule, "percent_price": percent})]}
                for name, percent in (("Till Agreed", 50.0), ("Till Linked", 70.0))
            ]
        )
        self.till.available_pricelist_ids += lists[0]
        linked.pricelist_id = lists[1]
        partners = {
            name: self.env["res.partner"].create({"name": f"Till Case {name}", "is_company": True})
            for name in ("Gold", "Plain", "Agreed", "Promoted", "Demoted", "Archived")
        }
        for name in ("No Discount", "Linked"):
            partners[name] = partners["Gold"].copy({"name": f"Till Case {name}"})
        partners["Gold"].child_ids = [Command.create({"name": "Till Case Contact"})]
        partners["Agreed"].with_company(company).property_product_pricelist = lists[0]
        tiers = {
            "Gold": gold,
            "Agreed": gold,
            "Promoted": gold,
            "Demoted": gold,
            "Archived": archived,
            "No Discount": nothing,
            "Linked": linked,
        }
        standings = {
            name: self.env["customer.tier.standing"]
            .sudo()
            .create(
                {
                    "partner_id": partners[name].id,
                    "company_id": company.id,
                    "manual_tier_id": tier.id,
                }
            )
            for name, tier in tiers.items()
        }
        standings["Promoted"].manual_tier_id = best
        standings["Demoted"].manual_tier_id = regular
        archived.active = False
        nothing.discount = 0
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_till_cases")

    def test_lists_that_are_loaded(self):
        """A tier's list is loaded without the list that it builds on, and has no price then."""
        lists = self.till._get_available_pricelists()
        self.assertIn(self.gold.pricelist_id, lists)
        self.assertIn(self.standard, lists)
        self.assertNotIn(self.gold.pricelist_id, self.till.available_pricelist_ids)
        self.gold.discount = 0
        self.assertEqual(self.till._get_available_pricelists(), self.standard)

    def test_other_currency(self):
        """A tier's list in another currency cannot be opened at the till."""
        dollar = self.setup_other_currency("CAD")
        group = self.env["res.country.group"].create(
            {"name": "Till Canada", "country_ids": [Command.link(self.env.ref("base.ca").id)]}
        )
        self.env["product.pricelist"].create(
            {
                "name": "Canada",
                "currency_id": dollar.id,
                "country_group_ids": [Command.link(group.id)],
            }
        )
        lists = self.till._get_available_pricelists()
        self.assertEqual(lists.currency_id, self.till.currency_id)

    def test_without_pricelists(self):
        """A till without flexible pricelists has no tier prices, and nothing says so."""
        self.assertFalse(self.till.customer_tier_warning)
        self.assertFalse(self.gold.pricelist_warning)
        self.till.use_pricelist = False
        # As the next request would.
        self.env.invalidate_all()
        self.assertIn("Flexible Pricelists", self.till.customer_tier_warning)
        self.assertIn(self.till.name, self.gold.pricelist_warning)
        self.assertNotIn(self.gold.pricelist_id, self.till._get_available_pricelists())

    def test_cashier_reads_the_tier(self):
        """A cashier without any right on sales cannot open the till, as a field is refused."""
        data = self.env["res.partner"].with_user(self.pos_user)
        fields = data._load_pos_data_fields(self.till)
        self.assertIn("pos_customer_tier", fields)
        read = self.customer.with_user(self.pos_user).read(["pos_customer_tier"])
        self.assertEqual(read[0]["pos_customer_tier"], "Till Gold")

    def test_tips_are_no_goods(self):
        """Tips were pieces and products of the customer who gave them."""
        tips = self.env["product.product"].create({"name": "Tips", "type": "service"})
        self.till.tip_product_id = tips
        gather = self.env["customer.tier.gather"]
        self.assertIn(tips.id, gather._products_that_are_no_goods(self.till.company_id))
