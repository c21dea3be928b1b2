import subprocess
import sys
from pathlib import Path

from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

ADDON = Path(__file__).parent.parent
CODES = ("recency_days", "order_count", "amount", "average_order", "category_count")


def _linear(code, weight=1.0):
    return {"metric": code, "scale": "linear", "weight": weight}


@tagged("post_install", "-at_install")
class TestAhp(TieringCommon):
    """Weights by comparing pairs, as an administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            indicators=[
                _linear("recency_days", 20),
                _linear("order_count", 30),
                _linear("amount", 50),
            ]
        )
        cls.recency, cls.count, cls.amount = cls.program.indicator_ids

    def _open(self, program=None, user=None):
        action = (program or self.program).with_user(user or self.manager).action_weigh_pairs()
        return self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])

    def _set(self, wizard, *values):
        for pair, value in zip(wizard.pair_ids, values, strict=True):
            pair.value = value

    def _weights(self):
        return self.program.indicator_ids.mapped(lambda i: round(i.weight, 2))

    def test_begins_from_the_weights(self):
        """20 : 30 : 50 is nearest to 1/2, 1/3 and 1/2; confirming untouched must keep the order
        and roughly the shares, and nothing is changed by opening."""
        wizard = self._open()
        self.assertEqual(
            [(p.left_id, p.right_id, p.value) for p in wizard.pair_ids],
            [
                (self.recency, self.count, 1),
                (self.recency, self.amount, 2),
                (self.count, self.amount, 1),
            ],
        )
        self.assertEqual(self._weights(), [20, 30, 50])
        wizard.action_use_weights()
        self.assertEqual(self._weights(), [16.34, 29.70, 53.96])

    def test_weights_are_written_in_percent(self):
        """4 : 1, 2 : 1 and 1 : 2 agree: 4, 1 and 2 of 7, and the rounded rest is not lost."""
        wizard = self._open()
        self._set(wizard, -3, -1, 1)
        self.assertAlmostEqual(wizard.consistency_ratio, 0)
        self.assertIn("57.14 %", wizard.result)
        self.assertIn("agree with each other", wizard.result)
        wizard.action_use_weights()
        self.assertEqual(self._weights(), [57.14, 14.29, 28.57])
        self.assertEqual(round(sum(self._weights()), 2), 100)
        # Those are on the scale, so the next time begins where this one ended.
        self.assertEqual(self._open().pair_ids.mapped("value"), [-3, -1, 1])

    def test_weights_change_while_a_slider_moves(self):
        """On the screen, before anything is saved."""
        wizard = self._open()
        with Form(wizard) as form:
            before = form.result
            with form.pair_ids.edit(2) as pair:
                pair.value = -8
            self.assertNotEqual(form.result, before)
            self.assertGreater(form.consistency_ratio, 0.1)
            self.assertIn("contradict each other", form.result)
            for index, suspect in enumerate((True, False, False)):
                with form.pair_ids.edit(index) as pair:
                    self.assertIs(pair.suspect, suspect)

    def test_contradiction_is_named_with_what_would_fit(self):
        """A warning without saying where would leave people trying sliders."""
        self.program.indicator_ids = [
            Command.create(self._indicator_vals(_linear("average_order", 20)))
        ]
        self.program.indicator_ids.weight = 1
        wizard = self._open()
        self.assertEqual(wizard.pair_ids.mapped("value"), [0] * 6)
        self.assertFalse(wizard.pair_ids.filtered("suspect"))
        # The second against the third; all others are equal.
        pair = wizard.pair_ids[3]
        with Form(wizard) as form, form.pair_ids.edit(3) as line:
            line.value = 8
        self.assertGreaterEqual(wizard.consistency_ratio, 0.1)
        self.assertEqual(wizard.pair_ids.filtered("suspect"), pair)
        self.assertIn(
            "“Number of orders in a year” against “Amount bought in a year” fits the others "
            "least. They suggest that both are equally important.",
            wizard.result,
        )
        # It warns, it does not forbid.
        wizard.action_use_weights()
        self.assertEqual(round(sum(self._weights()), 2), 100)

    def test_weights_beyond_the_scale(self):
        """100 : 10 : 1 cannot be said with 1 to 9; that is told from the start."""
        self.program.indicator_ids = [
            Command.update(indicator.id, {"weight": weight})
            for indicator, weight in zip(self.program.indicator_ids, (100, 10, 1), strict=True)
        ]
        wizard = self._open()
        self.assertEqual(wizard.pair_ids.mapped("value"), [-8, -8, -8])
        self.assertIn("contradict each other", wizard.result)
        self.assertTrue(wizard.pair_ids[0].suspect)

    def test_advice_names_the_winner(self):
        """Three have no odd one out, so the first is named, with what the other two imply."""
        wizard = self._open()
        self._set(wizard, -5, 1, 1)
        self.assertIn("suggest that both are equally important", wizard.result)
        self._set(wizard, -5, 3, 1)
        self.assertIn(
            "suggest that “Number of orders in a year” is 2 times as important", wizard.result
        )

    def test_two_indicators(self):
        """Two cannot contradict each other: the ratio would only puzzle."""
        self.amount.unlink()
        wizard = self._open()
        self._set(wizard, 2)
        self.assertNotIn("ratio", wizard.result)
        wizard.action_use_weights()
        self.assertEqual(self._weights(), [25, 75])

    def test_indicator_without_weight_stays_out(self):
        """Somebody left it out on purpose; comparing the others must not bring it back."""
        self.count.weight = 0
        wizard = self._open()
        self.assertEqual(len(wizard.pair_ids), 1)
        self.assertEqual(wizard.left_out, self.count.display_name)
        self._set(wizard, -3)
        wizard.action_use_weights()
        self.assertEqual(self._weights(), [80, 0, 20])

    def test_too_few(self):
        """Says what to do instead of showing an empty window."""
        (self.count | self.amount).weight = 0
        with self.assertRaisesRegex(UserError, "fewer than two indicators"):
            self._open()
        with self.assertRaisesRegex(UserError, "fewer than two indicators"):
            self._open(self._create_program(tiers=["One"]))

    def test_ten_and_no_more(self):
        """There is no random index beyond ten, and nobody compares 55 pairs with care."""
        vals = [self._indicator_vals(_linear(code)) for code in (*CODES, *CODES)]
        program = self._create_program(tiers=["One"])
        program.indicator_ids = [Command.create(val) for val in vals]
        wizard = self._open(program)
        self.assertEqual(len(wizard.pair_ids), 45)
        wizard.action_use_weights()
        self.assertEqual(program.indicator_ids.mapped("weight"), [10.0] * 10)
        program.indicator_ids = [Command.create(vals[0])]
        with self.assertRaisesRegex(UserError, "at most 10"):
            self._open(program)

    def test_indicators_changed_meanwhile(self):
        """The percentages of three would be mixed with the weight 1 of a fourth."""
        wizard = self._open()
        self.program.indicator_ids = [
            Command.create(self._indicator_vals(_linear("average_order")))
        ]
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            wizard.action_use_weights()
        self.assertEqual(self._weights(), [20, 30, 50, 1])

    def test_pairs_of_another_programme(self):
        """A request made by hand must not reach indicators elsewhere."""
        wizard = self._open()
        wizard.pair_ids[0].left_id = self._create_program().indicator_ids[0]
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            wizard.action_use_weights()

    def test_only_administrators(self):
        """Officers grade and override; the weights are configuration."""
        for user in (self.officer, self.salesperson):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    self._open(user=user)
                wizard = self._open()
                with self.assertRaises(AccessError):
                    wizard.with_user(user).action_use_weights()
        arch = self.program.with_user(self.officer).get_view(view_type="form")["arch"]
        self.assertNotIn("action_weigh_pairs", arch)
        arch = self.program.with_user(self.manager).get_view(view_type="form")["arch"]
        self.assertIn("action_weigh_pairs", arch)
        self.assertEqual(self._weights(), [20, 30, 50])

    def test_button_needs_two_indicators(self):
        """Nothing to compare, nothing to press: also while lines are being removed."""
        with Form(self.program.with_user(self.manager)) as form:
            self.assertEqual(form.indicator_count, 3)
            form.indicator_ids.remove(0)
            form.indicator_ids.remove(0)
            self.assertEqual(form.indicator_count, 1)

    def test_workers_do_not_carry_numpy(self):
        """The wizard is loaded in every worker, numpy only where weights are computed."""
        code = (
            "import odoo.addons, sys\n"
            f"odoo.addons.__path__.append({str(ADDON.parent)!r})\n"
            "import odoo.addons.sale_management\n"
            "import odoo.addons.customer_tiering_ahp\n"
            "print('numpy' in sys.modules)\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        self.assertEqual(result.stdout.strip(), "False", result.stderr[-2000:])


@tagged("post_install", "-at_install")
class TestAhpTour(HttpCase):
    def test_sliders_in_the_browser(self):
        """A moved slider changes the weights at once; applying writes them to the programme."""
        Program = self.env["customer.tier.program"]
        Program.search([("company_id", "=", self.env.company.id)]).action_archive()
        program = Program._create_preset("vip", self.env.company)
        program.name = "Tour Pairs"
        # Equal among themselves, so that the first slider starts in the middle.
        program.indicator_ids.weight = 1
        self.start_tour("/odoo/customer-tiers", "customer_tiering_weigh_pairs", login="admin")
        weights = program.indicator_ids.mapped("weight")
        # 6 : 1 between the first two, while the third equals both of them.
        self.assertGreater(weights[0], weights[2])
        self.assertGreater(weights[2], weights[1])
        self.assertAlmostEqual(sum(weights), 100, 2)
