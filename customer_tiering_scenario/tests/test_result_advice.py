from datetime import timedelta

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


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

    def _look(self):
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

    def test_to_do_of_the_quarter(self):
        """Advice waits in a list that nobody opens; or somebody is told of it every week."""
        done = self.env["customer.tier.run"].search(
            [("company_id", "=", self.company.id), ("state", "=", "done")], limit=1
        )
        activities = self.env["mail.activity"].with_context(active_test=False)
        domain = [("res_model", "=", done._name), ("res_id", "=", done.id)]
        self._look()
        (todo,) = activities.search(domain)
        self.assertEqual(todo.user_id, self.program._responsible())
        self.assertIn("just miss it", todo.note)
        self._look()
        self.assertEqual(activities.search(domain), todo)
        # The next grading has nothing to do with it.
        self._grade()
        self.assertTrue(todo.exists().active)
        self.program.advised_todo_on -= timedelta(days=90)
        self._look()
        self.assertGreater(
            activities.search_count(
                [
                    ("res_model", "=", done._name),
                    ("user_id", "=", todo.user_id.id),
                    ("summary", "=", todo.summary),
                ]
            ),
            1,
        )

    def test_rules_begin_when_they_are_changed(self):
        """Rules that were changed for it last week are said to have drifted for half a year."""
        self._look()
        self.assertEqual(self.program.advised_since, self.program.first_graded_on)
        self.program.advised_since -= timedelta(days=100)
        self._look()
        self.assertLess(self.program.advised_since, self._days_ago(50))
        self.program.tier_ids[1].condition_ids.value = 1200
        self._look()
        self.assertEqual(self.program.advised_since, self._days_ago(0))

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
            "drift": [0.1, 0.2],
            "uncovered": [0.2, 12],
            "unbalanced": [45, 20.0, self.program.tier_ids[0].id, 0],
            "never_rule": [],
            "never_playbook": [],
            "no_effect": [1.2, 300],
            "no_effect_playbook": [1.2, 300],
            "no_effect_win_back": [-0.4, 300],
            "unread": [250, 1],
            "pestered": [30, 100],
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
