from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.addons.customer_tiering.explain.benefits import of_tier
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .early_common import EarlyCase


@tagged("post_install", "-at_install")
class TestEarlyAccess(EarlyCase):
    """New products in the back office."""

    def test_order(self):
        """What was promised to Gold first was sold to everybody from the first day on; or Gold
        could not have it."""
        own = self._quote(self.golden)
        self.assertFalse(own.customer_early_text)
        own.action_confirm()
        self.assertEqual(own.state, "sale")
        other = self._quote(self.plain)
        self.assertIn("Kettle", other.customer_early_text)
        with self.assertRaisesRegex(UserError, "ask a sales manager"):
            other.action_confirm()
        self.assertEqual(other.state, "draft")
        stranger = self._quote(self._create_own_customer("Stranger"))
        with self.assertRaisesRegex(UserError, "Kettle"):
            stranger.action_confirm()

    def test_somebody_decides(self):
        """Nobody could make an exception for whom the boss has promised it."""
        boss = self._create_user("tiering_boss", "sales_team.group_sale_manager")
        order = self._quote(self.plain)
        order.with_user(boss).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_accepted_online(self):
        """A customer who had paid for what a colleague offered was told that it cannot be had."""
        order = self._quote(self.plain)
        order.action_quotation_sent()
        order.sudo().action_confirm()
        self.assertEqual(order.state, "sale")

    def test_other_products(self):
        """An order for what has been there for years was stopped."""
        order = self._quote(self.plain, self.product)
        self.assertFalse(order.customer_early_text)
        order.action_confirm()

    def test_days(self):
        """It was for everybody a day too early, or still not on the day that was announced; or for
        Gold before it had begun."""
        self.early.date_from = self._days_ago(-5)
        for days, gold, regular in ((4, True, True), (5, False, True), (9, False, True)):
            with self.subTest(days=days), freeze_time(self._in_days(days)):
                self.assertEqual(bool(self._quote(self.golden).customer_early_text), gold)
                self.assertEqual(bool(self._quote(self.plain).customer_early_text), regular)
        with freeze_time(self._in_days(10)):
            order = self._quote(self.plain)
            self.assertFalse(order.customer_early_text)
            order.action_confirm()

    def test_one_tier_after_the_other(self):
        """Diamond first, then Gold, then everybody: Gold got it with Diamond, or with everybody."""
        best = self.benefit.copy({"from_tier_id": self.diamond.id})
        self._open_early(best, self.kettle)
        self.early.date_from = self._days_ago(-5)
        best_customer = self._create_own_customer("Best")
        self._set_tier(best_customer, self.diamond)
        self.assertFalse(self._quote(best_customer).customer_early_text)
        self.assertTrue(self._quote(self.golden).customer_early_text)
        with freeze_time(self._in_days(5)):
            self.assertFalse(self._quote(self.golden).customer_early_text)
            self.assertTrue(self._quote(self.plain).customer_early_text)

    def test_no_more_given(self):
        """After benefit or programme were archived nobody could order the product."""
        for record in (self.benefit, self.program):
            record.action_archive()
            self.assertFalse(self._quote(self.plain).customer_early_text)
            record.action_unarchive()
        self.assertTrue(self._quote(self.plain).customer_early_text)
        self.benefit.write({"tier_ids": self.regular.ids, "from_tier_id": False})
        self.assertFalse(self._quote(self.plain).customer_early_text)
        self.assertTrue(self._quote(self.golden).customer_early_text)
        self.early.unlink()
        self.assertFalse(self._quote(self.golden).customer_early_text)

    def test_other_company(self):
        """What one company gives its tiers first was refused to customers of another."""
        self.plain.company_id = False
        order = self._create_order(
            self.plain,
            company=self.company_b,
            state="draft",
            lines=[{"product_id": self.kettle.id}],
            user_id=self.salesperson_b.id,
        )
        seller = self.salesperson_b
        self.assertFalse(order.with_user(seller).customer_early_text)
        order.with_user(seller).action_confirm()

    def test_told_to_customers(self):
        """Gold read of early access and not to what; or of a product that everybody may order."""
        (told,) = of_tier(self.gold)
        self.assertEqual(told.name, "New products first")
        self.assertIn("Kettle (for everybody from", told.value)
        self.assertEqual(of_tier(self.regular), [])
        self.kettle.name = "Teapot"
        self.assertIn("Teapot", of_tier(self.gold)[0].value)
        for number in range(4):
            self._open_early(self.benefit, self._create_product(name=f"Cup {number}"))
        self.assertIn("and 2 more", of_tier(self.gold)[0].value)
        with freeze_time(self._in_days(10)):
            self.assertEqual(of_tier(self.gold)[0].title, "New products first")

    def test_on_the_form(self):
        """Whoever typed the order learned only when confirming that the customer has to wait; or
        the product's form did not say why it is not in the shop."""
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.partner_id = self.plain
            with form.order_line.new() as line:
                line.product_id = self.kettle
            self.assertIn("Kettle", form.customer_early_text)
        template = self.kettle.product_tmpl_id.with_user(self.salesperson)
        self.assertIn("Gold and better", template.customer_early_text)

    def test_price_for_the_first_days(self):
        """A price for the first days took three screens to find the tier's list."""
        self.gold.discount = 5
        action = self.benefit.action_price_early()
        rules = self.env["product.pricelist.item"].with_context(**action["context"])
        with Form(rules) as form:
            form.percent_price = 20
        rule = form.save()
        self.assertEqual(rule.pricelist_id, self.gold.pricelist_id)
        self.assertEqual(rule.product_tmpl_id, self.kettle.product_tmpl_id)
        self.assertEqual(rule.date_end.date(), self.day)
        self.assertIn(rule, rules.search(action["domain"]))
        order = self._quote(self.golden)
        self.assertAlmostEqual(order.order_line.price_total, 80)

    def test_wrong_input(self):
        """A list that nobody can follow was kept."""
        other = self._create_product(name="Cup")
        with self.assertRaisesRegex(ValidationError, "no early access"):
            plain = self.benefit.copy({"kind": "text"})
            self._open_early(plain, other)
        with self.assertRaisesRegex(ValidationError, "another company"):
            theirs = self._create_product(name="Theirs", company_id=self.company_b.id)
            self._open_early(self.benefit, theirs)
        for vals in ({"date_from": self.day}, {}):
            product = self.kettle if not vals else other
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self._open_early(self.benefit, product, **vals)
        with self.assertRaises(AccessError):
            self.early.with_user(self.officer).date_public = self._days_ago(-1)

    def test_nothing_is_asked_where_nothing_is_early(self):
        """Each quotation and each product of a shop asked for the customer's tier although nothing
        is early."""
        self.early.unlink()
        order = self._quote(self.plain)
        order._customer_early_text()
        before = self.env.cr.sql_log_count
        order._customer_early_text()
        self.assertEqual(self.env.cr.sql_log_count, before)
