from ast import literal_eval

from odoo.addons.customer_tiering.tests.common import OWN, TieringCommon
from odoo.fields import Command
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestFirstSteps(TieringCommon):
    """The page of the first hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Else nothing is asked about prices.
        cls.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        # A company where nothing has been done yet.
        cls.new = cls.env["res.company"].create({"name": "First Hour"})
        cls.manager.company_ids += cls.new
        cls.page = cls.env.ref("customer_tiering_start.onboarding_onboarding_step_action")

    def _steps(self):
        """The steps as the page shows them, by name."""
        Step = self.env["onboarding.onboarding.step"].with_user(self.manager)
        Step = Step.with_context(allowed_company_ids=self.new.ids)
        Step.env.invalidate_all()
        steps = Step.search(literal_eval(self.page.domain))
        return {key: step for step, key in steps._customer_tier_keys().items()}

    def _states(self):
        return {key: step.customer_tier_state for key, step in self._steps().items()}

    def _buy(self, amount=5000, days=20):
        customer = self._create_customer("First Buyer", company_id=self.new.id)
        self._create_order(customer, amount, date=days, company=self.new)
        return customer

    def test_steps_tick_themselves(self):
        """A list of things to do that stays as it was is read once: whoever has graded does not
        believe a page that still asks for a programme."""
        self.assertEqual(
            list(self._steps()),
            ["history", "programme", "rights", "prices", "reminders", "messages"],
        )
        states = self._states()
        self.assertEqual((states["history"], states["programme"]), ("open", "open"))
        self._buy()
        self.assertEqual(self._states()["history"], "done")
        start = self._steps()["programme"].action_customer_tier_open()
        self.assertEqual(start["res_model"], "customer.tier.start")
        Start = self.env["customer.tier.start"].with_user(self.manager)
        with Form(Start.with_context(allowed_company_ids=self.new.ids)) as form:
            form.preset = "wholesale"
            form.tz = "Asia/Shanghai"
        form.record.action_start()
        states = self._states()
        self.assertEqual(states["programme"], "done")
        self.assertEqual(states["prices"], "open", "nobody gets the discounts yet")
        program = self.env["customer.tier.program"].search([("company_id", "=", self.new.id)])
        self.assertIn(program.name, self._steps()["programme"].customer_tier_fact)
        self.assertIn("Asia/Shanghai", self._steps()["programme"].customer_tier_fact)
        self.assertIn("Gold (−10 %)", self._steps()["prices"].customer_tier_fact)
        opened = self._steps()["prices"].action_customer_tier_open()
        self.assertEqual((opened["res_model"], opened["res_id"]), (program._name, program.id))

    def test_shops_and_tills_are_mentioned_where_they_are(self):
        """Tiers have prices, and nobody says that in the shop one has to be logged in, and that
        at the till the customer has to be chosen."""
        self._create_program("wholesale", company=self.new, domain=OWN, gives_prices=True)
        fact = self._steps()["prices"].customer_tier_fact
        self.assertIn("Gold (−10 %)", fact)
        for word, model in (("Websites: ", "website"), ("Tills: ", "pos.config")):
            self.assertEqual(word in fact, model in self.env, model)

    def test_who_sees_it_is_counted(self):
        """The administrator alone sees grades, and wonders why nobody works with them."""
        self.assertEqual(self._states()["rights"], "open")
        self._create_user(
            "first_seller",
            "sales_team.group_sale_salesman",
            company_id=self.new.id,
            company_ids=[Command.set(self.new.ids)],
        )
        self.assertEqual(self._states()["rights"], "done")

    def test_a_step_is_skipped_and_taken_up_again(self):
        """A company that gives no prices by tiers never gets its page done."""
        step = self._steps()["prices"]
        step.action_customer_tier_skip()
        self.assertEqual(self._states()["prices"], "skipped")
        other = self.env["onboarding.onboarding.step"].with_user(self.manager).browse(step.id)
        other = other.with_context(allowed_company_ids=self.company.ids)
        self.assertNotEqual(other.customer_tier_state, "skipped", "another company's is its own")
        self._steps()["prices"].action_customer_tier_resume()
        self.assertEqual(self._states()["prices"], "open")

    def test_one_step_comes_next(self):
        """Six buttons of the same weight do not lead."""
        nexts = [key for key, step in self._steps().items() if step.customer_tier_is_next]
        self.assertEqual(nexts, ["history"])
        self._steps()["history"].action_customer_tier_skip()
        nexts = [key for key, step in self._steps().items() if step.customer_tier_is_next]
        self.assertEqual(nexts, ["programme"])

    def test_every_step_opens(self):
        """A button of the first hour that ends in an error ends the first hour."""
        for key, step in self._steps().items():
            with self.subTest(key):
                self.assertTrue(step.action_customer_tier_open()["type"])
        self._create_program(company=self.new, domain=OWN)
        for key, step in self._steps().items():
            with self.subTest(key, programmes=1):
                self.assertTrue(step.action_customer_tier_open()["type"])

    def test_it_opens_after_the_installation(self):
        """After installing, one looks for where to begin."""
        todo = self.env.ref("customer_tiering_start.onboarding_onboarding_step_todo")
        self.assertEqual(todo.action_id.id, self.page.id)
        opened = todo.action_launch()
        self.assertEqual(opened["res_model"], "onboarding.onboarding.step")
        self.assertEqual(todo.state, "done", "once")
