from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..explain.advice import advise
from .common import OWN, GradingCase

LOGGER = "odoo.addons.customer_tiering.threshold_fit"
# What one dollar is about, and so what the same shop's amounts are.
CURRENCIES = {"USD": 1, "CNY": 7.2, "IDR": 16000}


class ThresholdCase(GradingCase):
    """A shop whose customers bought for 10 to 1,000 dollars in a year."""

    @classmethod
    def _create_shop(cls, company=None, factor=1, count=40):
        company = company or cls.company
        buyers = cls.env["res.partner"]
        for number in range(count):
            buyer = cls._create_customer(f"Buyer {number}", company_id=company.id)
            amount = round(10 * 1.125**number * factor, 2)
            cls._create_order(buyer, amount, date=number * 7 % 40 + 1, company=company)
            buyers |= buyer
        return buyers

    def _asked(self, program, code="amount"):
        """The thresholds of the tiers from the lowest that has one."""
        conditions = program.tier_ids.sorted("sequence").condition_ids
        return conditions.filtered(lambda c: c.metric_id.code == code).mapped("value")

    def _tiers(self, customers):
        return [self._standing(customer).tier_id.name for customer in customers]


@tagged("post_install", "-at_install")
class TestThresholdFit(ThresholdCase):
    def test_advice_proposes_and_one_click_takes(self):
        """In a shop of small orders all were Regular and nothing was said."""
        buyers = self._create_shop()
        program = self._create_program(domain=OWN).with_user(self.manager)
        self._grade()
        self.assertEqual(set(self._tiers(buyers)), {"Regular"})
        said = [pair for pair in advise(program) if "hardly tell anybody apart" in pair[0]]
        self.assertEqual(len(said), 1)
        self.assertIn("Of 40 customers who bought, 40 are in tier “Regular”", said[0][0])
        self.assertIn("proposed below", said[0][1])
        self.assertIn(
            "“Silver”: Amount bought in a year ≥ 100.00 €; “Gold”: Amount bought in a year ≥ "
            "400.00 €; “Diamond”: Amount bought in a year ≥ 500.00 €",
            program.proposed_text.replace("\xa0", " "),
        )
        program.action_use_thresholds()
        self.assertEqual(self._asked(program), [100, 400, 500])
        self.assertEqual(advise(program), [])
        self.assertIn("“Silver”: Amount bought in a year ≥ 5,000", program.replaced_text)
        self._grade()
        tiers = self._tiers(buyers)
        for tier in ("Regular", "Silver", "Gold", "Diamond"):
            self.assertGreaterEqual(tiers.count(tier), 2)
        self.assertFalse(program.proposed_thresholds)

    def test_undo(self):
        """What somebody had thought out must come back to the cent."""
        self._create_shop()
        program = self._create_program("weighted", domain=OWN).with_user(self.manager)
        program.tier_ids[1].condition_ids = [
            Command.create(
                {"metric_id": self._metric("amount").id, "value": 7777.77, "keep_value": 5555.5}
            )
        ]
        self._grade()

        def rules():
            bands = program.indicator_ids.band_ids
            return (
                sorted((b.indicator_id.id, b.value_from, b.points, b.number) for b in bands),
                program.tier_ids.mapped("min_score"),
                [(c.value, c.keep_value) for c in program.tier_ids.condition_ids],
                program.indicator_ids.mapped("frozen_on"),
                program.indicator_ids.mapped("scale"),
            )

        before = rules()
        self.assertTrue(program.proposed_thresholds)
        program.action_use_thresholds()
        self.assertNotEqual(rules(), before)
        program.action_undo_thresholds()
        self.assertEqual(rules(), before)
        self.assertFalse(program.replaced_text)
        with self.assertRaisesRegex(UserError, "cannot be put back"):
            program.action_undo_thresholds()

    def test_rules_changed_since(self):
        """Thresholds of a tier that is gone were written to another."""
        self._create_shop()
        program = self._create_program(domain=OWN).with_user(self.manager)
        self._grade()
        program.benefit_ids.unlink()
        program.tier_ids.sorted("sequence")[-1].unlink()
        with self.assertRaisesRegex(UserError, "have changed since"):
            program.action_use_thresholds()
        self.assertEqual(self._asked(program), [5000, 20000])

    def test_only_managers(self):
        self._create_shop()
        program = self._create_program(domain=OWN)
        self._grade()
        for user in (self.officer, self.salesperson):
            with self.assertRaises(AccessError):
                program.with_user(user).action_use_thresholds()
            with self.assertRaises(AccessError):
                program.with_user(user).action_undo_thresholds()

    def test_a_grading_does_not_fail_with_the_proposal(self):
        """All customers are graded; that nothing can be proposed is no reason to say otherwise."""
        self._create_shop(count=12)
        program = self._create_program(domain=OWN)
        broken = patch(
            "odoo.addons.customer_tiering.threshold_fit.ThresholdFit", side_effect=ValueError
        )
        with broken, mute_logger(LOGGER):
            self.assertFalse(self._grade().error_ids)
        self.assertFalse(program.proposed_thresholds)
        self.assertIn("hardly tell anybody apart", program.advice)

    def test_customers_without_orders_are_no_news(self):
        """Of a thousand contacts nearly all are in the lowest tier, as they should be."""
        buyers = self._create_shop(count=20)
        for number in range(200):
            self._create_customer(f"Contact {number}", company_id=self.company.id, customer_rank=1)
        conditions = [("amount", ">=", 50)]
        program = self._create_program(
            tiers=["Low", {"name": "High", "conditions": conditions}], domain=OWN
        )
        self._grade()
        self.assertEqual(self._tiers(buyers).count("High"), 6)
        self.assertEqual(advise(program), [])


@tagged("post_install", "-at_install")
class TestThresholdFitStart(ThresholdCase):
    """Start From a Preset, in companies of different currencies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        # The first start asks for it where it is empty.
        cls.manager.tz = "Europe/Brussels"

    def _open(self, company, preset="wholesale"):
        self.manager.company_ids |= company
        Start = self.env["customer.tier.start"].with_user(self.manager)
        Start = Start.with_context(allowed_company_ids=company.ids)
        form = Form(Start)
        form.preset = preset
        return form

    def test_currencies(self):
        """The same 5,000 was asked for in dollars, yuan and rupiah: nobody was Silver, or everybody
        Diamond, and nothing said so before the customers were graded."""
        asked = {}
        for name, factor in CURRENCIES.items():
            currency = self.env.ref(f"base.{name}")
            currency.active = True
            company = self._create_company(name=f"Shop in {name}", currency_id=currency.id)
            buyers = self._create_shop(company, factor)
            form = self._open(company)
            with self.subTest(name):
                self.assertIn("do not fit your customers", form.preview)
                form.use_proposed = True
                form.save().action_start()
                program = self.env["customer.tier.program"].search(
                    [("company_id", "=", company.id)]
                )
                asked[name] = self._asked(program)
                tiers = [self._standing(buyer, company).tier_id.name for buyer in buyers]
                for tier in ("Regular", "Silver", "Gold", "Diamond"):
                    self.assertGreaterEqual(tiers.count(tier), 2, tier)
                self.assertRegex(program.replaced_text, r"≥ \S+\s5,000\.00")
        self.assertEqual(asked["USD"], [100, 400, 500])
        self.assertEqual(asked["CNY"], [1000, 2000, 5000])
        self.assertEqual(asked["IDR"], [2000000, 5000000, 10000000])

    def test_presets_that_fit_say_nothing(self):
        """A warning that is always there is read by nobody."""
        company = self._create_company(name="Large orders")
        for number in range(30):
            buyer = self._create_customer(f"Buyer {number}", company_id=company.id)
            for month in range(1 + number // 5):
                rank = number if number % 3 else 29 - number
                day = 1 + 10 * (30 - rank) + number % 3 * 5 + 30 * month
                self._create_order(buyer, 500.0 * (number + 1), date=day, company=company)
        for preset in ("wholesale", "rfm", "rfm3", "rfm_grid", "weighted"):
            with self.subTest(preset):
                form = self._open(company, preset)
                self.assertNotIn("do not fit", form.preview)
                self.assertFalse(form.proposed)

    def test_every_preset_finds_something_that_fits(self):
        """A preset that does not fit and has nothing to offer is a dead end."""
        company = self._create_company(name="Small orders")
        self._create_shop(company)
        for preset in ("wholesale", "vip", "weighted"):
            with self.subTest(preset):
                form = self._open(company, preset)
                lopsided = "do not fit" in form.preview
                self.assertTrue(lopsided or preset == "weighted")
                self.assertEqual(lopsided, bool(form.proposed))

    def test_what_is_left_alone_is_as_the_preset_says(self):
        """Nobody asked for other thresholds than those of the preset."""
        company = self._create_company(name="Small orders")
        self._create_shop(company)
        self._open(company).save().action_start()
        program = self.env["customer.tier.program"].search([("company_id", "=", company.id)])
        self.assertEqual(self._asked(program), [5000, 20000, 50000])
        self.assertTrue(program.proposed_thresholds)

    def test_without_customers(self):
        """An empty database is no misfit."""
        company = self._create_company(name="New")
        form = self._open(company)
        self.assertIn("Diamond", form.preview)
        self.assertNotIn("do not fit", form.preview)
        self.assertFalse(form.proposed)

    def test_another_company_s_customers_are_not_counted(self):
        """Typing the number of a company was enough to learn how its customers buy."""
        self._create_shop(self.company_b)
        Start = self.env["customer.tier.start"].with_user(self.manager)
        wizard = Start.new({"preset": "wholesale", "company_id": self.company_b.id})
        self.assertFalse(wizard.preview)
        self.assertFalse(wizard.proposed)
