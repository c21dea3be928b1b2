from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..demo import names, tables
from ..presets.data import PRESETS
from .common import TieringCommon

# Only customers made for one company: others in the database neither help nor disturb.
OWN = "[('company_id', '!=', False)]"


@tagged("post_install", "-at_install")
class TestProgram(TieringCommon):
    def _create_own_customer(self, name="Customer", **vals):
        return self._create_customer(name, company_id=self.company.id, **vals)

    def _create_buyer(self, name, *amounts, **vals):
        """A customer with one order today and the others a day apart before it."""
        partner = self._create_own_customer(name, **vals)
        for days, amount in enumerate(amounts):
            self._create_order(partner, amount, date=days)
        return partner

    def test_presets_grade(self):
        """Each preset grades as its thresholds say, from one click; a typing error in one of
        them would only show at a customer's."""
        big = self._create_buyer("Big", 20000, 10000, 10000, 10000, 10000)
        small = self._create_buyer("Small", 100)
        idle = self._create_own_customer("Idle", customer_rank=1)
        # Big: recency 0 → 100 points, 5 orders → 60, 60,000 → 100. Small: 100, 20, 20.
        expected = {
            "wholesale": (("Diamond", 88.0), ("Regular", 36.0)),
            "rfm": (("Top value", None), (None, None)),
            "rfm3": (("Top value", None), (None, None)),
            "rfm_grid": (("Top value", None), (None, None)),
            # Big: irregularity 0 → 100, one category → 20, average order 12,000 → 100.
            # Small has no irregularity: (30·20 + 20·20 + 20·100 + 10·20 + 10·20) / 90.
            "weighted": (("A customer", 84.0), ("D customer", 37.78)),
            "vip": (("VIP", 88.0), ("Ordinary", 36.0)),
        }
        self.assertEqual(set(expected), set(PRESETS))
        for code, customers in expected.items():
            with self.subTest(code):
                program = self._create_program(code)
                self.assertEqual(program.name, self.env._(PRESETS[code]["name"]))
                run = self._grade()
                self.assertFalse(run.error_ids)
                for partner, (tier, score) in zip((big, small), customers, strict=True):
                    standing = self._standing(partner)
                    self.assertEqual(standing.program_id, program)
                    if tier:
                        self.assertEqual(standing.tier_id.name, tier)
                    if score:
                        self.assertAlmostEqual(standing.score, score, places=2)
                self.assertEqual(
                    self._standing(idle).tier_id, program.tier_ids.sorted("sequence")[0]
                )
                program.active = False

    def test_language_loaded_later(self):
        """A company that began in English and then loads Chinese reads English tier names for
        good; names that people gave must not be lost to that."""
        program = self._create_program()
        regular, _silver, gold, _diamond = program.tier_ids
        regular.name = "Walk-in"
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering")._update_translations("zh_CN")
        chinese = {"lang": "zh_CN"}
        self.assertEqual(gold.with_context(**chinese).name, "金卡会员")
        self.assertEqual(gold.pricelist_id.with_context(**chinese).name, "金卡会员（优惠 10%）")
        self.assertEqual(regular.with_context(**chinese).name, "Walk-in")
        self.assertEqual(gold.with_context(lang="en_US").name, "Gold")

    def test_products_of_the_demo(self):
        """Whoever looks at the demo in Chinese finds products in English among Chinese lists; or a
        product that somebody else named was renamed."""
        self.env["res.lang"]._activate_lang("zh_CN")
        keys = ("chef_knife", "stock_pot", "apron")
        products = self.env["product.product"].create([{"name": "x"}] * len(keys))
        names.name_products(dict(zip(keys, products, strict=True)))
        self.assertEqual(products[0].with_context(lang="en_US").name, "Chef's knife, 20 cm")
        chinese = products.with_context(lang="zh_CN")
        wanted = [chinese.env._(names.PRODUCTS[key]) for key in keys]
        self.assertEqual(chinese.mapped("name"), wanted)

        for key, product in zip(keys, chinese, strict=True):
            product.name = product.with_context(lang="en_US").name
            self.env["ir.model.data"].search(
                [("module", "=", "customer_tiering"), ("name", "=", f"demo_product_{key}")]
            ).unlink()
        # The last one is somebody's, and is called so by chance.
        for key, product in list(zip(keys, products, strict=True))[:-1]:
            xmlid = f"customer_tiering.demo_product_{key}"
            self.env["ir.model.data"]._update_xmlids([{"xml_id": xmlid, "record": product}])
        chinese[1].name = "我们的锅"
        self.env.ref("base.module_customer_tiering")._update_translations("zh_CN")
        self.assertEqual(chinese[0].name, wanted[0])
        self.assertEqual(chinese[1].name, "我们的锅")
        self.assertEqual(chinese[2].name, products[2].with_context(lang="en_US").name)

    def test_each_product_of_the_demo_has_a_name(self):
        """A product was added to the table, and the demo could not be loaded."""
        self.assertEqual({row.key for row in tables.products()}, set(names.PRODUCTS))

    def test_unknown_preset(self):
        """A wrong code must name the right ones and leave nothing behind."""
        Program = self.env["customer.tier.program"]
        before = Program.search_count([])
        with self.assertRaisesRegex(UserError, "“gold”.*wholesale.*vip"):
            Program._create_preset("gold", self.company)
        self.assertEqual(Program.search_count([]), before)

    def test_second_preset_comes_after_the_first(self):
        """A programme added later must not take customers away from the one in use."""
        first, second = self._create_program("wholesale"), self._create_program("vip")
        self.assertLess(first.sequence, second.sequence)
        buyer = self._create_buyer("Buyer", 100)
        self._grade()
        self.assertEqual(self._standing(buyer).program_id, first)

    def test_rfm_preset_is_cut_from_own_customers(self):
        """The preset promises bands from one's own customers; with the same fixed bounds for
        everybody, a shop with small orders would find all of its customers in the lowest band."""
        self.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0
        for number in range(1, 11):
            self._create_buyer(f"Buyer {number}", 10.0 * number)
        program = self._create_program("rfm")
        monetary = program.indicator_ids.filtered(lambda i: i.rfm_role == "m")
        # Type 7 quantiles of 10, 20 … 100 in five parts.
        self.assertEqual(
            monetary.band_ids.sorted("value_from").mapped("value_from")[1:], [28, 46, 64, 82]
        )

    def test_rfm_preset_without_customers(self):
        """On an empty database there is nothing to cut from; the preset must still be usable."""
        program = self._create_program("rfm")
        self.assertTrue(all(len(i.band_ids) > 1 for i in program.indicator_ids))
        self.assertFalse(self._grade().error_ids)

    def test_quantile_bands_are_frozen(self):
        """Newcomers must not move anybody else: a grade that falls because others bought would
        be impossible to explain."""
        buyers = [self._create_buyer(f"Buyer {n}", 10.0 * n) for n in range(1, 11)]
        program = self._create_program(
            domain=OWN,
            tiers=["Low", {"name": "High", "min_score": 60}],
            indicators=[{"metric": "amount", "scale": "quantile", "rfm_role": "m"}],
        )
        bounds = program.indicator_ids.band_ids.mapped("value_from")
        self.assertEqual(len(bounds), 5)
        self._grade()
        before = [(s.score, s.tier_id, s.rfm_m) for s in map(self._standing, buyers)]
        self.assertEqual(
            [score for score, *_ in before], [20, 20, 40, 40, 60, 60, 80, 80, 100, 100]
        )
        for number in range(5):
            self._create_buyer(f"Giant {number}", 100000.0)
        run = self._grade()
        self.assertEqual(run.written_count, 5, "only the newcomers")
        self.assertEqual(
            [(s.score, s.tier_id, s.rfm_m) for s in map(self._standing, buyers)], before
        )
        program.indicator_ids._propose_bands()
        self.assertNotEqual(program.indicator_ids.band_ids.mapped("value_from"), bounds)

    def test_equal_values_get_equal_points(self):
        """Many customers with the same value must not be torn apart by a quantile."""
        for number in range(8):
            self._create_buyer(f"Same {number}", 100)
        rich = self._create_buyer("Rich", 900)
        program = self._create_program(
            domain=OWN, indicators=[{"metric": "amount", "scale": "quantile"}]
        )
        self._grade()
        standings = program.env["customer.tier.standing"].search(
            [("program_id", "=", program.id), ("partner_id", "!=", rich.id)]
        )
        self.assertEqual(len(standings), 8)
        self.assertEqual(len(set(standings.mapped("score"))), 1)

    def test_first_programme_that_selects_wins(self):
        """With several programmes each customer belongs to exactly one: the first by sequence."""
        special = self._create_program(
            tiers=["Special"], domain="[('country_id.code', '=', 'BE')]", sequence=1
        )
        general = self._create_program(tiers=["General"], domain="[]", sequence=2)
        belgian = self._create_buyer("Belgian", 10, country_id=self.env.ref("base.be").id)
        other = self._create_buyer("Other", 10, country_id=self.env.ref("base.fr").id)
        self._grade()
        self.assertEqual(self._standing(belgian).tier_id.name, "Special")
        self.assertEqual(self._standing(other).tier_id.name, "General")
        (special + general).write({"sequence": 5})
        special.sequence = 9
        self._grade()
        self.assertEqual(self._standing(belgian).program_id, general)
        self.assertEqual(len(self._standing(belgian)), 1)

    def test_companies_are_graded_apart(self):
        """What was bought from one company must not buy a tier in the other."""
        here, there = self._create_program(), self._create_program(company=self.company_b)
        partner = self._create_customer("Shared")
        self._create_order(partner, 25000)
        self._create_order(partner, 6000, company=self.company_b)
        self._grade()
        self.assertFalse(self._standing(partner, self.company_b), "the other is not graded yet")
        self._grade(company=self.company_b)
        self.assertEqual(self._standing(partner).tier_id, here.tier_ids[2])
        self.assertEqual(self._standing(partner, self.company_b).tier_id, there.tier_ids[1])

    def test_domain_reads_the_programmes_company(self):
        """A filter on a company-dependent field must be read in the programme's company,
        whatever company the nightly job happens to be in."""
        terms = self.env["account.payment.term"].create({"name": "Tiering terms"})
        partner = self._create_customer("Terms in B only")
        partner.with_company(self.company_b).property_payment_term_id = terms
        self._create_order(partner, 10, company=self.company_b)
        program = self._create_program(
            tiers=["On Terms"],
            company=self.company_b,
            domain=f"[('property_payment_term_id', '=', {terms.id})]",
        )
        self._grade(company=self.company_b)
        self.assertEqual(self._standing(partner, self.company_b).program_id, program)

    def test_customers_of_other_companies_are_left_out(self):
        """A partner reserved for company B must not appear in A's grading."""
        self._create_program()
        partner = self._create_customer("B only", company_id=self.company_b.id, customer_rank=1)
        self._grade()
        self.assertFalse(self._standing(partner))

    def test_archived_programme_grades_nobody(self):
        """Archiving a programme hands its customers to the next one."""
        first, second = self._create_program(tiers=["One"]), self._create_program(tiers=["Two"])
        second.sequence = first.sequence + 1
        buyer = self._create_buyer("Buyer", 10)
        self._grade()
        first.active = False
        self._grade()
        self.assertEqual(self._standing(buyer).tier_id.name, "Two")

    def test_typical_interval_is_frozen(self):
        """One customer's expected date must not move because others order more often now."""
        buyers = [self._create_own_customer(name) for name in ("Regular", "Other", "Third")]
        for buyer in buyers:
            for days in (300, 270, 240, 210, 180, 10):
                self._create_order(buyer, 10, date=days)
        program = self._create_program(tiers=["All"], domain=OWN)
        self._grade()
        self.assertEqual(program.typical_interval_days, 30)
        expected = self._standing(buyer).next_order_date
        hasty = self._create_own_customer("Hasty")
        for days in range(300, 200, -2):
            self._create_order(hasty, 10, date=days)
        self._grade()
        self.assertEqual(program.typical_interval_days, 30)
        self.assertEqual(self._standing(buyer).next_order_date, expected)

    def test_one_click_as_manager(self):
        """The button on a programme must work for the person who may configure it, not only
        for the superuser."""
        buyer = self._create_buyer("Buyer", 6000)
        program = self._create_program().with_user(self.manager)
        action = program.action_grade()
        self.assertEqual(action["params"]["next"]["res_model"], "customer.tier.standing")
        self.assertEqual(self._standing(buyer).tier_id, program.tier_ids.sudo()[1])

    def test_grading_says_what_came_of_it(self):
        """After the button, the list of customers looked as before and nobody knew whether
        anything had happened, or gone wrong."""
        buyer = self._create_buyer("Buyer", 6000)
        program = self._create_program(domain=[("name", "=", "Buyer")]).with_user(self.manager)

        def told():
            params = program.action_grade()["params"]
            run = self.env["customer.tier.run"].search([], limit=1)
            self.assertTrue(params["links"][0]["url"].endswith(f"/{run.id}"))
            return params["title"], params["type"]

        first = "Customers graded: 1 · for the first time: 1"
        self.assertEqual(told(), (first, "success"))
        same = "Customers graded: 1 · all in the same tiers and stages as before"
        self.assertEqual(told(), (same, "success"))
        self._create_order(buyer, 30000, date=1)
        self.assertEqual(told(), ("Customers graded: 1 · promoted: 1", "success"))
        # As when the addon that brought a field has been uninstalled.
        self.env.cr.execute(
            "UPDATE customer_tier_program SET domain = %s WHERE id = %s",
            ["[('no_such_field', '=', 1)]", program.id],
        )
        self.env.invalidate_all()
        self.assertEqual(told(), ("Customers graded: 0 · problems: 1", "warning"))

    def test_best_customers_are_listed_first(self):
        """Those of whom nothing is known headed the list of graded customers, as if 0 were more
        than 100."""
        buyer = self._create_buyer("Buyer", 6000)
        unknown = self._create_customer("Unknown")
        self._create_program()
        self._grade()
        self._set_tier(unknown, self._standing(buyer).tier_id)
        listed = self._standing(buyer) | self._standing(unknown)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET score = NULL WHERE partner_id = %s", [unknown.id]
        )
        self.env.invalidate_all()
        found = listed.search([("id", "in", listed.ids)])
        self.assertEqual(found.partner_id.ids, (buyer | unknown).ids)

    def test_start_as_manager(self):
        """First opening → choose a preset → graded, with no more rights than a manager has."""
        buyer = self._create_buyer("Buyer", 6000)
        Standing = self.env["customer.tier.standing"].with_user(self.manager)
        self.assertEqual(Standing.action_open_grading()["res_model"], "customer.tier.start")
        Start = self.env["customer.tier.start"].with_user(self.manager)
        Start.create({"preset": "wholesale", "tz": "Europe/Brussels"}).action_start()
        self.assertEqual(self._standing(buyer).tier_id.name, "Silver")
        self.assertEqual(Standing.action_open_grading()["res_model"], "customer.tier.standing")

    def test_preset_with_archived_metrics(self):
        """Archiving a metric hides it; a preset that uses it failed with an error of its own."""
        self.env["customer.tier.metric"].search([]).action_archive()
        self.assertTrue(self._create_program("weighted").indicator_ids)

    def test_preset_with_deleted_metric(self):
        """A metric that an administrator deleted was met by a KeyError, which names no remedy."""
        metric = self.env.ref("customer_tiering.metric_recency_days")
        metric.unlink()
        programs = self.env["customer.tier.program"]
        before = programs.search_count([("company_id", "=", self.company.id)])
        with self.assertRaisesRegex(UserError, "recency_days"):
            programs._create_preset("weighted", self.company)
        now = programs.search_count([("company_id", "=", self.company.id)])
        self.assertEqual(now, before)

    def test_copy(self):
        """A copied programme must be complete and usable, or copying a good start is no help."""
        program = self._create_program()
        copy = program.copy()
        self.assertEqual(
            copy.tier_ids.mapped("requirement"), program.tier_ids.mapped("requirement")
        )
        self.assertEqual(len(copy.indicator_ids.band_ids), len(program.indicator_ids.band_ids))
        self.assertFalse(copy.tier_ids & program.tier_ids)

    def test_tiers_and_indicators_saved_together(self):
        """The form saves everything in one write; order of commands must not matter."""
        program = self._create_program(tiers=["Low", {"name": "High", "min_score": 50}])
        low, high = program.tier_ids
        program.write(
            {
                "tier_ids": [
                    Command.update(low.id, {"min_score": 60}),
                    Command.update(high.id, {"min_score": 80}),
                ],
                "indicator_ids": [
                    Command.create(
                        {
                            "metric_id": self._metric("amount").id,
                            "band_ids": [Command.create({"value_from": 0, "points": 70})],
                        }
                    )
                ],
            }
        )
        buyer = self._create_buyer("Buyer", 1)
        self._grade()
        self.assertEqual(self._standing(buyer).tier_id, low)
