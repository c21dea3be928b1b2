from datetime import timedelta

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..workings import forget


@tagged("post_install", "-at_install")
class TestResultAdvice(GradingCase):
    """Sixty customers of whom many just miss Silver, which nothing else is wrong with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Advice = cls.env["customer.tier.advice"]
        cls.program = cls._create_program(
            tiers=["Bronze", {"name": "Silver", "conditions": [("amount", ">=", 1000)]}],
            domain=OWN,
        )
        amounts = [*range(100, 800, 28), *range(955, 999, 7), *range(1100, 2900, 60)]
        for amount in amounts:
            cls._create_own_customer(f"Customer {amount}", (40, amount))
        cls._grade()

    def setUp(self):
        super().setUp()
        forget()

    def _look(self):
        forget()
        self.Advice._look_at(self.program)
        return self.Advice.search([("program_id", "=", self.program.id)])

    def test_found_tried_and_gone(self):
        """Advice that stays when its own advice was followed."""
        advice = self._look()
        self.assertEqual(advice.mapped("code"), ["cliff"])
        self.assertIn("just miss it", advice.what)
        self.assertTrue(advice.remedy)
        self.assertEqual(self.program.with_user(self.officer).result_advice_count, 1)
        action = advice.with_user(self.officer).action_try()
        scenario = self.env["customer.tier.scenario"].browse(action["res_id"])
        self.assertTrue(scenario.change_text)
        self.assertFalse(scenario.problem)
        scenario.with_user(self.manager).action_apply()
        self.assertFalse(self._look())

    def test_once(self):
        """Each night the same line once more."""
        advice = self._look()
        self.assertEqual(self._look(), advice)

    def test_dismissed(self):
        """What is not for a company is told every week, or never again however bad it gets."""
        advice = self._look().with_user(self.officer)
        with self.assertRaisesRegex(UserError, "Say why"):
            advice.action_dismiss()
        advice.reason = "We tell them ourselves"
        advice.action_dismiss()
        self.assertEqual(self._look().state, "dismissed")
        advice.sudo().dismissed_size = advice.size / 2
        self.assertEqual(self._look().state, "open", "it has doubled")
        advice.reason = "We tell them ourselves"
        advice.action_dismiss()
        advice.sudo().dismissed_on -= timedelta(days=89)
        self.assertEqual(self._look().state, "dismissed")
        advice.sudo().dismissed_on -= timedelta(days=1)
        self.assertEqual(self._look().state, "open")

    def test_nobody_types_advice(self):
        """Whoever calls over RPC says what is wrong with a programme."""
        with self.assertRaises(AccessError):
            self._look().with_user(self.manager).write({"numbers": [1]})

    def test_once_a_week(self):
        """Every night a year is played again for each programme."""
        self.assertIn(self.program, self.Advice._due_programs())
        self._look()
        self.assertNotIn(self.program, self.Advice._due_programs())
        self.program.advised_on -= timedelta(days=7)
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering_scenario.ir_cron_advise").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.program.advised_on, self._days_ago(0))

    def test_words_of_every_kind(self):
        """A kind of advice without words shows an error instead of the list."""
        numbers = {
            "thin": [0.01],
            "swollen": [0.7],
            "cliff": [7, 0.2],
            "heap": [9, 1000.0],
            "flapping": [12, 3, None, 5],
            "correlated": [0.95],
            "never_veto": [],
            "never_entry": [],
            "dead_discount": [5.0, 10.0, 0.3, 0.25, 0.1, 0.0],
        }
        self.assertEqual(set(numbers), set(dict(self.Advice._fields["code"].selection)))
        for code, known in numbers.items():
            advice = self.Advice.create(
                {
                    "program_id": self.program.id,
                    "code": code,
                    "subjects": self.program.tier_ids.ids,
                    "numbers": known,
                }
            )
            with self.subTest(code):
                self.assertTrue(advice.what and advice.remedy)
                self.assertFalse(advice.can_try)
