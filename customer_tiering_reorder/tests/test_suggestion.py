from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.customer_product_suggestion import CustomerProductSuggestion
from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestSuggestion(OfferCase):
    def _suggested(self, partner=None, block=None, **options):
        partner = (partner or self.buyer).with_user(self.salesperson)
        found = partner._customer_suggestions(self.company, **options)
        return [suggestion for suggestion in found if block in (None, suggestion.block)]

    def _give_away(self, product):
        """As in an old database: core refuses it of what was sold."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            [self.company_b.id, product.product_tmpl_id.id],
        )
        self.env.invalidate_all()

    def _names(self, *args, **options):
        return [suggestion.product.name for suggestion in self._suggested(*args, **options)]

    def test_usual_products_by_frequency(self):
        """Whoever writes the quotation looks up by hand what the customer usually buys."""
        for days in (40, 30, 20, 10):
            self._create_purchase(self.buyer, days, (self.coffee, days / 10))
        self._create_purchase(self.buyer, 5, (self.cups, 1), (self.tea, 6))
        self._create_purchase(self.buyer, 25, (self.tea, 8))
        usual = self._suggested(block="usual")
        self.assertEqual([s.product for s in usual][:2], [self.coffee, self.tea])
        coffee, tea = usual[:2]
        self.assertEqual((coffee.quantity, tea.quantity), (2, 6))
        self.assertIn("4 of the last 7 orders", coffee.reason)
        self.assertIn("In 4 of your last 7 orders", coffee.told)
        ticked = {s.product: s.ticked for s in usual}
        self.assertTrue(ticked[self.tea])
        self.assertFalse(ticked[self.cups])

    def test_quantity_is_in_the_products_unit(self):
        """Two dozens are proposed as two pieces."""
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._create_purchase(self.buyer, 10, (self.coffee, 2))
        order.order_line.product_uom_id = dozen
        (coffee,) = [s for s in self._suggested() if s.product == self.coffee]
        self.assertEqual(coffee.quantity, 24)

    def test_hand_kept_products_come_first(self):
        """Somebody has said that filters go with coffee, and the statistics say something else."""
        self.coffee.optional_product_ids = self.filters.product_tmpl_id
        self._create_purchase(self.buyer, 10, (self.coffee, 1))
        (filters, *_others) = self._suggested(block="also")
        self.assertEqual(filters.product, self.filters)
        self.assertEqual(filters.reason, "Goes with Coffee")
        self.assertFalse(filters.ticked)

    def test_names_without_numbers(self):
        """The customer reads “Goes with [FURN_0096] Coffee”."""
        self.coffee.default_code = "FURN_0096"
        self.coffee.optional_product_ids = self.filters.product_tmpl_id
        self._create_purchase(self.buyer, 10, (self.coffee, 1))
        (filters, *_others) = self._suggested(block="also")
        self.assertEqual((filters.reason, filters.told), ("Goes with Coffee", "Goes with Coffee"))

    def test_companies_left_are_next(self):
        """The job that runs out of time begins with the same company each time, and never comes
        to the others."""
        Affinity, cron = self.env["customer.product.affinity"], type(self.env["ir.cron"])
        self._create_program(company=self.company_b)
        refreshed = []
        with (
            patch.object(cron, "_commit_progress", lambda *args, **options: 0),
            patch.object(
                type(Affinity), "_refresh", lambda _self, company: refreshed.append(company)
            ),
        ):
            due = Affinity._companies_due()
            self.assertGreaterEqual(len(due), 2)
            for _company in due:
                Affinity._cron_refresh()
            self.assertEqual(sorted(c.id for c in refreshed), sorted(due.ids))
            self.assertFalse(Affinity._companies_due())
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            self.assertEqual(Affinity._companies_due(), due)

    def test_new_products_for_the_better_half(self):
        """Gold customers hear of what is new, the others of what customers like them buy."""
        self._create_purchase(self.buyer, 10, (self.coffee, 1))
        self.env["customer.product.affinity"]._refresh(self.company)
        ladder = self.program.tier_ids.sorted("sequence")
        self._set_tier(self.buyer, ladder[-1])
        new = self._suggested(block="tier")
        self.assertTrue(new)
        self.assertTrue(all(s.reason.startswith("New since") for s in new))
        self.assertNotIn(self.coffee, [s.product for s in new])
        # Created today by an import, and sold for years.
        self._create_purchase(self._create_customer("Somebody"), 100, (self.cups, 1))
        self.assertNotIn(self.cups, [s.product for s in self._suggested(block="tier")])
        other = self._create_buyer("Other")
        self._set_tier(other, ladder[0])
        self._grade()
        self.env["customer.product.affinity"]._refresh(self.company)
        (best, *_more) = self._suggested(other, block="tier")
        self.assertEqual(best.reason, "Bought by 1 customers within a year")

    def test_what_is_not_sold_is_not_suggested(self):
        """The customer orders what was given up, what another company sells, or a deposit."""
        self._create_purchase(
            self.buyer, 10, *((p, 1) for p in (self.coffee, self.tea, self.cups, self.filters))
        )
        self.coffee.optional_product_ids = self.tea.product_tmpl_id | self.cups.product_tmpl_id
        self.tea.active = False
        self.cups.sale_ok = False
        self._give_away(self.filters)
        names = self._names()
        self.assertIn("Coffee", names)
        self.assertFalse({"Tea", "Cups", "Filters"} & set(names))

    def test_property_never_unsuitable(self):
        """Whatever becomes of products: none that could not be ordered, none twice."""
        products = [self.coffee, self.tea, self.cups, self.filters]
        for days in (30, 20, 10):
            self._create_purchase(self.buyer, days, *((product, 1) for product in products[:3]))
        neighbour = self._create_buyer("Neighbour")
        self._create_purchase(neighbour, 3, *((product, 1) for product in products))
        self._grade()
        self.env["customer.product.affinity"]._refresh(self.company)
        self.coffee.optional_product_ids = self.filters.product_tmpl_id
        states = {
            "sold": {},
            "archived": {"active": False},
            "not for sale": {"sale_ok": False},
            "foreign": None,
            "combo": {"type": "combo"},
        }

        @given(st.lists(st.sampled_from(sorted(states)), min_size=4, max_size=4))
        @settings(
            max_examples=12,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def holds(chosen):
            with self.env.cr.savepoint() as savepoint:
                for product, state in zip(products, chosen, strict=True):
                    vals = states[state]
                    if vals is None:
                        self._give_away(product)
                        continue
                    if vals.get("type") == "combo":
                        combo = self.env["product.combo"].create(
                            {
                                "name": "Any",
                                "combo_item_ids": [
                                    fields.Command.create({"product_id": self.product.id})
                                ],
                            }
                        )
                        vals = {**vals, "combo_ids": combo.ids}
                    product.product_tmpl_id.write(vals)
                found = self._suggested()
                ids = [suggestion.product.id for suggestion in found]
                self.assertEqual(len(set(ids)), len(ids))
                for product, state in zip(products, chosen, strict=True):
                    if state != "sold":
                        self.assertNotIn(product.id, ids, state)
                for suggestion in found:
                    product = suggestion.product
                    self.assertTrue(product.active and product.sale_ok)
                    self.assertIn(product.company_id, (self.company, self.env["res.company"]))
                savepoint.rollback()
            self.env.invalidate_all()

        holds()

    def test_replaced_product(self):
        """The old model is on the list although its successor is known."""
        self._create_purchase(self.buyer, 10, (self.coffee, 3))
        self.coffee.active = False
        self.patch(
            CustomerProductSuggestion,
            "_replacements",
            lambda model, ids, company: {self.coffee.id: self.tea} if self.coffee.id in ids else {},
        )
        (tea,) = [s for s in self._suggested() if s.product == self.tea]
        self.assertEqual(tea.quantity, 3)
        self.assertTrue(tea.reason.startswith("Replaces Coffee."))

    def test_rights(self):
        """Whoever may not read a customer learns over RPC what it buys."""
        internal = self._create_user("tiering_nobody", "base.group_user")
        portal = self._create_user("tiering_portal_offer", "base.group_portal")
        with self.assertRaises(AccessError):
            self.buyer.with_user(portal)._customer_suggestions(self.company)
        with self.assertRaises(AccessError):
            self.env["customer.product.affinity"].with_user(internal).search([])

    def test_same_products_whoever_looks(self):
        """A salesperson who sees only own orders suggests less than the customer's own page."""
        self._create_purchase(self.buyer, 10, (self.coffee, 1), user_id=self.leader.id)
        self.assertEqual(
            self._names(), [s.product.name for s in self.buyer._customer_suggestions(self.company)]
        )


@tagged("post_install", "-at_install")
class TestAffinity(OfferCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Affinity = cls.env["customer.product.affinity"]

    def _create_neighbours(self, number):
        for index in range(number):
            partner = self._create_buyer(f"Neighbour {index}")
            self._create_purchase(partner, 20, (self.coffee, 1))
            self._create_purchase(partner, 10, (self.coffee, 1), (self.tea, 2))
        self._grade()
        self.Affinity._refresh(self.company)

    def _pair(self, product, other):
        return self.Affinity.search(
            [("product_id", "=", product.id), ("other_id", "=", other.id), ("tier_id", "=", False)]
        )

    def test_bought_by_the_same_customers(self):
        """Six of six who buy coffee buy tea, and the salesperson does not know."""
        self._create_neighbours(6)
        pair = self._pair(self.coffee, self.tea)
        self.assertEqual(pair.customer_count, 6)
        from odoo.addons.customer_tiering.grading import baskets

        scores = baskets.affinities([1], [2], [6], [6.0], [6], [6])[1]
        self.assertAlmostEqual(pair.score, scores[0], 6)
        own = self._pair(self.coffee, self.coffee)
        self.assertEqual(own.customer_count, 6)
        self.assertGreater(own.score, self._pair(self.tea, self.tea).score)
        self._create_purchase(self.buyer, 3, (self.coffee, 1))
        found = self.buyer._customer_suggestions(self.company)
        (tea,) = [suggestion for suggestion in found if suggestion.product == self.tea]
        self.assertEqual(tea.reason, "6 customers who buy Coffee buy this")
        self.assertEqual(tea.told, "Often bought with Coffee")

    def test_few_customers_say_nothing(self):
        self._create_neighbours(4)
        self.assertFalse(self._pair(self.coffee, self.tea))

    def test_tier_with_enough_customers(self):
        """What Gold customers buy together is told by those of all tiers."""
        from odoo.addons.customer_tiering.grading import baskets

        self.patch(baskets, "TIER_CUSTOMERS", 6)
        self._create_neighbours(6)
        tier = self._standing(self.buyer).tier_id
        pairs = self.Affinity.search(
            [("tier_id", "=", tier.id), ("product_id", "=", self.coffee.id)]
        )
        self.assertIn(self.tea, pairs.other_id)
        self._create_purchase(self.buyer, 3, (self.coffee, 1))
        found = self.buyer._customer_suggestions(self.company)
        (tea,) = [suggestion for suggestion in found if suggestion.product == self.tea]
        self.assertEqual(tea.reason, f"6 {tier.name} customers who buy Coffee buy this")

    def test_again_is_the_same(self):
        """Rows pile up week by week, and old products stay for ever."""
        self._create_neighbours(6)
        before = self.Affinity.search_count([("company_id", "=", self.company.id)])
        self.Affinity._refresh(self.company)
        self.assertEqual(self.Affinity.search_count([("company_id", "=", self.company.id)]), before)
        self.tea.sale_ok = False
        self.Affinity._refresh(self.company)
        self.assertFalse(self._pair(self.coffee, self.tea))

    def test_job(self):
        """One company that fails keeps the others from having any."""
        self._create_neighbours(5)
        self.Affinity.search([]).unlink()
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering_reorder.ir_cron_affinity").method_direct_trigger()
        self.assertTrue(self._pair(self.coffee, self.tea))

    def test_year_old_purchases_do_not_count(self):
        for index in range(6):
            partner = self._create_buyer(f"Old {index}")
            self._create_purchase(partner, 400, (self.coffee, 1), (self.tea, 1))
        self._grade()
        self.Affinity._refresh(self.company)
        self.assertFalse(self._pair(self.coffee, self.tea))
