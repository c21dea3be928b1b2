from pathlib import Path

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import tagged

from ..explain import benefits
from .sale_common import SaleOrderCommon

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.3.0" / "post-benefits.py"


class BenefitCase(SaleOrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.discount = cls._benefit("Off all prices", kind="discount")
        cls.dinner = cls._benefit("Dinner", kind="event", tier_ids=[Command.set(cls.diamond.ids)])
        cls.first = cls._benefit("First in line", kind="priority", from_tier_id=cls.gold.id)

    @classmethod
    def _benefit(cls, name, **vals):
        return cls.env["customer.tier.benefit"].create(
            {"program_id": cls.program.id, "name": name, **vals}
        )

    def _titles(self, tier, *told, user=None):
        tier = tier.with_user(user) if user else tier
        return [found.title for found in benefits.of_tier(tier, *told)]


@tagged("post_install", "-at_install")
class TestBenefits(BenefitCase):
    """Which benefits a tier has, and where they are told."""

    def test_from_a_tier_on_or_some_tiers(self):
        """Diamond lost what Gold gives, or Gold was promised Diamond's dinner."""
        self.assertEqual(self._titles(self.regular), [])
        self.assertEqual(self._titles(self.gold), ["Off all prices: 10 %", "First in line"])
        self.assertEqual(
            self._titles(self.diamond), ["Off all prices: 15 %", "Dinner", "First in line"]
        )

    def test_order_and_place(self):
        """What the administrator put first stood last, or what colleagues alone should see was
        printed for customers."""
        self.first.sequence = 1
        self.discount.on_quotation = False
        self.assertEqual(self._titles(self.gold), ["First in line", "Off all prices: 10 %"])
        self.assertEqual(self._titles(self.gold, "on_quotation"), ["First in line"])
        self.first.active = False
        self.assertEqual(self._titles(self.gold, "on_quotation"), [])

    def test_discount_is_what_the_tier_gives(self):
        """The text promised 10 % after the tier's discount was changed to 12.5 %, or where the
        programme gives no prices at all."""
        self.gold.discount = 12.5
        self.assertIn("Off all prices: 12.50 %", self._titles(self.gold))
        self.program.gives_prices = False
        self.assertEqual(self._titles(self.gold), ["First in line"])

    def test_customer_with_other_prices_is_promised_no_discount(self):
        """A customer with an agreed list of its own read that everything is 10 % off."""
        told = (None, self.customer)
        self.assertIn("Off all prices: 10 %", self._titles(self.gold, *told))
        self.customer.specific_property_product_pricelist = self.special_list
        self.assertNotIn("Off all prices: 10 %", self._titles(self.gold, *told))
        self.special_list.active = False
        self.assertIn("Off all prices: 10 %", self._titles(self.gold, *told))

    def test_contact_person(self):
        """“Your contact person” without anybody, or somebody who has left."""
        self._benefit("Your contact", kind="contact")
        self.assertIn("Your contact", self._titles(self.gold))
        self.assertNotIn("Your contact", str(self._titles(self.gold, None, self.customer)))
        self.customer.user_id = self.salesperson
        name = self.salesperson.name
        self.assertIn(f"Your contact: {name}", self._titles(self.gold, None, self.customer))
        self.salesperson.active = False
        self.assertNotIn(name, str(self._titles(self.gold, None, self.customer)))

    def test_rank_of_a_tier_is_followed(self):
        """Gold was moved below Silver, and benefits went by the rank from before."""
        self.assertEqual(self._titles(self.regular), [])
        self.regular.sequence = 25
        self.assertEqual(self._titles(self.regular), ["First in line"])

    def test_read_by_who_reads_the_tier(self):
        """Salespeople, who may not see who configures what, saw an error instead."""
        self.assertEqual(len(self._titles(self.gold, user=self.salesperson)), 2)
        html = self.gold.with_user(self.salesperson).benefit_list
        self.assertIn("Off all prices: 10 %", html)
        contact = self.contact.with_user(self.salesperson)
        self.assertIn("First in line", contact.customer_tier_benefits)
        self.assertFalse(self.plain.with_user(self.salesperson).customer_tier_benefits)

    def test_one_wording_everywhere(self):
        """The mail said it otherwise than the quotation and the contact."""
        title = "Off all prices: 10 %"
        order = self._quote()
        event = self.env["customer.tier.event"].create(
            {
                "standing_id": self._standing(self.customer).id,
                "company_id": self.company.id,
                "program_id": self.program.id,
                "kind": "up",
                "to_tier_id": self.gold.id,
                "date": self._days_ago(0),
            }
        )
        for text in (
            self.gold.benefit_list,
            self.customer.customer_tier_benefits,
            order.customer_tier_benefits,
            order._customer_tier_offer()["benefits"],
            event.benefits,
        ):
            self.assertIn(title, text)

    def test_names_are_text(self):
        """A name with markup became markup on the customer's page."""
        self.first.name = "<script>alert(1)</script>"
        self.assertIn("&lt;script&gt;", self.gold.benefit_list)
        self.assertNotIn("<script>", self.gold.benefit_list)

    def test_bad_input(self):
        """Nonsense was saved and gave a benefit to nobody, or to everybody."""
        other = self._create_program(tiers=["Other"])
        bad = (
            {"from_tier_id": other.tier_ids.id},
            {"tier_ids": [Command.set(other.tier_ids.ids)]},
            {"from_tier_id": self.gold.id, "tier_ids": [Command.set(self.gold.ids)]},
            {"name": "   "},
            {"icon": "x" * 9},
        )
        for vals in bad[:4]:
            with self.subTest(vals), self.assertRaises(ValidationError):
                self._benefit(**{"name": "Bad", **vals})
        with self.assertRaises(AccessError):
            self.first.with_user(self.salesperson).name = "Mine"

    def test_tier_that_is_named_is_not_deleted(self):
        """A benefit for Diamond alone became everybody's when Diamond was deleted."""
        with self.assertRaisesRegex(UserError, "named by “Dinner”"):
            self.diamond.unlink()
        self.first.from_tier_id = self.regular
        with self.assertRaisesRegex(UserError, "named by “First in line”"):
            self.regular.unlink()
        # With all that is theirs they go.
        program = self._create_program("wholesale")
        self.assertTrue(program.benefit_ids)
        program.unlink()

    def test_copy(self):
        """The copy of a programme had benefits of the tiers of the original, or none."""
        copy = self.program.copy()
        names = {benefit.name: benefit for benefit in copy.benefit_ids}
        self.assertEqual(set(names), {"Off all prices", "Dinner", "First in line"})
        self.assertEqual(names["First in line"].from_tier_id, copy.tier_ids[1])
        self.assertEqual(names["Dinner"].tier_ids, copy.tier_ids[2])

    def test_presets(self):
        """Programmes from a preset promise customers what nobody has organised, or nothing."""
        program = self._create_program("wholesale")
        told = program.benefit_ids.filtered("on_portal").mapped("kind")
        self.assertEqual(told, ["discount", "contact"])
        self.assertGreater(len(program.benefit_ids), 4)
        self.assertEqual(program.benefit_ids[1].from_tier_id, program.tier_ids[-2])
        count = len(program.benefit_ids)
        program.action_add_benefits()
        self.assertEqual(len(program.benefit_ids), count)
        with self.assertRaises(AccessError):
            program.with_user(self.salesperson).action_add_benefits()

    def test_queries(self):
        """Every quotation asked for the benefits of its tier anew."""
        self._titles(self.gold, "on_quotation")
        with self.assertQueryCount(0):
            self.gold._benefit_ids("on_quotation")


@tagged("post_install", "-at_install")
class TestOffer(BenefitCase):
    """What quotations tell the customer."""

    def _document(self, order, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.salesperson)
        return reports._render_qweb_html("sale.report_saleorder", order.ids)[0].decode()

    def test_saving(self):
        """“You save” is another figure than what the order would cost more without the tier."""
        order = self._quote(lines=[{"product_uom_qty": 3}, {"product_uom_qty": 1}])
        self.assertAlmostEqual(order.amount_untaxed, 360)
        offer = order._customer_tier_offer()
        self.assertEqual(offer["saving"], 40)
        self.assertEqual(offer["saving"], order.customer_tier_saving)
        self.assertEqual(offer["tier"], "Gold")
        self.assertRegex(offer["saved"], r"^You save .*40\.00.* as Gold\.$")
        order.sudo().amount_tax = 72
        self.assertIn("before taxes", order._customer_tier_offer()["saved"])

    def test_print(self):
        """The printed quotation says nothing of the tier, or says it of customers without one."""
        page = self._document(self._quote(lines=[{"product_uom_qty": 4}]))
        self.assertIn("You save", page)
        self.assertIn("40.00", page)
        self.assertIn("First in line", page)
        plain = self._document(self._quote(self.plain))
        self.assertNotIn("You save", plain)
        self.assertNotIn("o_customer_tier_offer", plain)

    def test_nothing_about_what_is_switched_off(self):
        """Customers read what they save although the discount is not to be told."""
        self.discount.on_quotation = False
        offer = self._quote()._customer_tier_offer()
        self.assertEqual(offer["saving"], 0)
        self.first.on_quotation = False
        self.assertIsNone(self._quote()._customer_tier_offer())

    def test_confirmed_order_tells_what_was_saved_then(self):
        """After the tier's discount went up, last month's order said that more was saved."""
        order = self._quote(lines=[{"product_uom_qty": 10}])
        order.action_confirm()
        self.gold.discount = 50
        self.env.invalidate_all()
        offer = order._customer_tier_offer()
        self.assertEqual(offer["saving"], 100)
        # What the tier gives by now is no part of that order.
        self.assertFalse(offer["benefits"])

    def test_hand_made_prices_promise_no_discount(self):
        """A quotation with another list said that its prices include the tier's discount."""
        order = self._quote_by_hand()
        offer = order._customer_tier_offer()
        self.assertEqual(offer["saving"], 0)
        self.assertNotIn("Off all prices", offer["benefits"])
        self.assertNotIn("Off all prices", order.customer_tier_benefits)

    def test_printed_by_somebody_without_sales(self):
        """Accounting printed an order and got an error about grades."""
        order = self._quote()
        accountant = self._create_user("tiering_books", "account.group_account_invoice")
        self.assertIn("You save", self._document(order, user=accountant))


@tagged("post_install", "-at_install")
class TestBenefitMigration(SaleOrderCommon):
    def test_discounts_become_benefits(self):
        """After the update customers' pages had no word about the discount that they have, or
        quotations suddenly told of it."""
        self.program.benefit_ids.unlink()
        self.gold.benefits = "<p>Own text</p>"
        script = load_script(str(SCRIPT), "post-benefits")
        script.migrate(self.env.cr, "19.0.1.2.0")
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.assertEqual(self.program.benefit_ids.mapped("kind"), ["discount"])
        self.assertFalse(self.program.benefit_ids.on_quotation)
        self.assertTrue(self.program.benefit_ids.on_portal)
        self.assertIn("Own text", self.gold.benefits)

    def test_changed_templates_stay(self):
        """What somebody wrote into an e-mail was overwritten."""
        template = self.env.ref("customer_tiering.mail_template_promotion")
        template.body_html = "<p>Ours</p>"
        self.env.cr.execute(
            "UPDATE mail_template SET write_date = create_date + interval '1 day' WHERE id = %s",
            [template.id],
        )
        self.env.invalidate_all()
        script = load_script(str(SCRIPT), "post-benefits")
        script.renew_templates(self.env)
        self.assertIn("Ours", template.body_html)
