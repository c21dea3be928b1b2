import os
from collections import Counter
from datetime import timedelta

from odoo.addons.customer_tiering.tests.common import OWN
from odoo.addons.customer_tiering.tests.fuzz_common import FuzzCase, Typist
from odoo.tests import tagged

from .. import rules_tried

# How many programmes to try, and where to begin: a long search is ``CUSTOMER_TIERING_FUZZ=500:1
# ./dev test customer_tiering_scenario/tests/test_predicted_any.py``.
COUNT, _colon, SEED = os.environ.get("CUSTOMER_TIERING_FUZZ", "12:1").partition(":")


@tagged("post_install", "-at_install")
class TestPredictedAny(FuzzCase):
    def test_any_rules_on_any_programme(self):
        """What a scenario shows for the next grading is not what happens when it is applied."""
        outcome = Counter()
        first = int(SEED or 1)
        for seed in range(first, first + int(COUNT)):
            with self.subTest(seed=seed), self._undone():
                typist = Typist(self, seed)
                self._scatter_orders(typist.random)
                if program := self._type_program(typist):
                    outcome[self._predict_and_apply(program, typist)] += 1
        self.assertGreater(outcome["applied"], int(COUNT) // 4, outcome)

    def test_presets(self):
        """The same of the programmes that people start from."""
        for seed, code in enumerate(("wholesale", "rfm", "weighted", "vip")):
            with self.subTest(code), self._undone():
                typist = Typist(self, seed)
                self._scatter_orders(typist.random)
                program = self._create_program(code, domain=OWN)
                outcome = Counter(self._predict_and_apply(program, typist) for _try in range(3))
                self.assertTrue(outcome["applied"], outcome)

    def _predict_and_apply(self, program, typist):
        rng = typist.random
        for ago in sorted(rng.sample([1, 30, 200, 366], rng.randint(0, 2)), reverse=True):
            self._grade(as_of=self._days_ago(ago))
        scenario = self.env["customer.tier.scenario"].create({"program_id": program.id})
        self._type(scenario, typist)
        tried = scenario._tried()
        if scenario.problem:
            said = self._accepted(lambda: rules_tried.write(program, tried) or True)
            self.assertIsNone(said, scenario.problem)
            return "refused"
        if not tried.values and not tried.movement:
            return "nothing"
        predicted = scenario._workings().predicted(tried)
        scenario.action_apply()
        self.env.invalidate_all()
        standings = self.env["customer.tier.standing"].search([("program_id", "=", program.id)])
        found = {standing.partner_id.id: standing.tier_id.id or 0 for standing in standings}
        self.assertEqual({who: int(tier) for who, tier in predicted.items()}, found)
        kept = scenario.worked["comparisons"][0]
        counted = Counter(after for (_before, after), n in kept["graded"] for _one in range(n))
        self.assertEqual(counted, Counter(found.values()))
        return "applied"

    def _type(self, scenario, typist):
        rng = typist.random
        # Mostly all of a kind alike: one alone soon contradicts another.
        factors = {line.kind: rng.choice([1, 0.5, 0.9, 1.1]) for line in scenario.line_ids}
        for line in scenario.line_ids:
            if line.kind == "discount":
                line.then = rng.choice([line.now, 5, 10])
            elif line.now:
                odd = rng.choice([0.5, 2]) if rng.random() < 0.05 else 1
                line.then = round(line.now * factors[line.kind] * odd, 2)
        if rng.random() < 0.5:
            scenario.hold_months = rng.choice([0, 1, 12])
            scenario.review_every = rng.choice(["day", "month", "quarter", "year", "anniversary"])
            scenario.one_level = rng.random() < 0.5
        if rng.random() < 0.4:
            today = self.env["customer.tier.gather"]._today(self.company)
            scenario.keep_until = today + timedelta(days=rng.randint(0, 100))
        scenario.promote_only = rng.random() < 0.2
