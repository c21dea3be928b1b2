from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ScenarioCase


@tagged("post_install", "-at_install")
class TestScenario(ScenarioCase):
    def test_begins_with_the_rules_as_they_are(self):
        """An administrator types all rules again to try one of them."""
        scenario = self._try()
        self.assertEqual(
            [(line.kind, line.tier_id.name, line.now, line.then) for line in scenario.line_ids],
            [
                ("discount", "Bronze", 0, 0),
                ("threshold", "Silver", 1000, 1000),
                ("keep", "Silver", 0, 0),
                ("discount", "Silver", 5, 5),
                ("threshold", "Gold", 5000, 5000),
                ("keep", "Gold", 0, 0),
                ("discount", "Gold", 10, 10),
            ],
        )
        self.assertFalse(scenario.change_text)
        self.assertFalse(scenario.outdated)
        self.assertEqual(self._compare(scenario).moved(), 0)

    def test_views(self):
        """A guarantee hides what the rules would do."""
        self.program.hold_months = 12
        self._grade()
        scenario = self._try(
            lines={("threshold", self.gold): 6000, ("threshold", self.silver): 800}
        )
        found = self._compare(scenario)
        self.assertEqual(found.figures[self.gold.id, self.silver.id], 1)
        self.assertEqual(found.figures[self.bronze.id, self.silver.id], 1)
        self.assertEqual(found.graded[self.gold.id, self.gold.id], 2)
        self.assertEqual(found.graded[self.bronze.id, self.silver.id], 1)
        self.assertEqual(sum(found.stays.values()), 1)
        self.assertIn("because their tier is guaranteed", scenario.results)

    def test_numbers_open_their_customers(self):
        """A number that opens somebody else's list is worth nothing."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        action = scenario.action_open_customers(0, "figures", [self.gold.id, self.silver.id])
        found = self.env["customer.tier.standing"].search(action["domain"])
        self.assertEqual(found.partner_id, self.customers[4])

    def test_side_by_side(self):
        """Two ideas are compared by writing numbers down from one screen to the other."""
        one = self._try(name="One", lines={("threshold", self.gold): 6000})
        other = self._try(name="Other", lines={("threshold", self.gold): 4800})
        one.compare_ids = other
        found = one._workings().compare(one._all_tried())
        self.assertEqual([f.then[self.gold.id, "customers"] for f in found], [1, 3])
        self.assertIn("Other", one.results)

    def test_year(self):
        """Rules that suit today make customers go up and down all year."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        scenario.action_play_year()
        self.assertIn("Months in Gold", scenario.results)
        self._line(scenario, "threshold", self.gold).then = 7000
        scenario.invalidate_recordset()
        self.assertNotIn("Months in Gold", scenario.results, "of other rules than it stands beside")

    def test_writes_nothing(self):
        """Trying changes something for customers or programme before anybody has applied it."""
        before = self._versions()
        scenario = self._try(lines={("threshold", self.gold): 6000, ("discount", self.gold): 12})
        scenario.keep_until = fields.Date.today() + timedelta(days=90)
        scenario.hold_months = 6
        self.assertTrue(scenario.results)
        scenario.action_play_year()
        scenario.action_open_customers(0, "figures", [self.gold.id, self.silver.id])
        self.env.flush_all()
        self.assertEqual(self._versions(), before)

    def _versions(self):
        """What tells for each table but the scenarios' whether any row of it was written."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "'public'::regnamespace AND relname NOT LIKE 'customer_tier_scenario%'"
        )
        tables = [name for (name,) in self.env.cr.fetchall()]
        self.env.cr.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', COUNT(*), COALESCE(SUM(xmin::text::bigint), 0), "
                f'COALESCE(SUM(hashtext(ctid::text)), 0) FROM "{table}"'
                for table in tables
            )
        )
        return self.env.cr.fetchall()


@tagged("post_install", "-at_install")
class TestApply(ScenarioCase):
    def test_predicted_is_what_happens(self):
        """What was shown is not what came."""
        scenario = self._try(
            lines={("threshold", self.gold): 6000, ("threshold", self.silver): 800}
        )
        predicted = scenario._workings().predicted(scenario._tried())
        scenario.action_apply()
        self.env.invalidate_all()
        found = {
            s.partner_id.id: s.tier_id.id
            for s in self.env["customer.tier.standing"].search(
                [("company_id", "=", self.company.id)]
            )
        }
        self.assertEqual(predicted, found)
        self.assertEqual(self._tiers(), ["Silver", "Silver", "Silver", "Silver", "Silver", "Gold"])
        self.assertEqual(scenario.state, "applied")
        self.assertTrue(scenario.results)
        change = self._tier_changes(self.customers[4])[-1:]
        self.assertEqual(change.direction, "down")
        self.assertEqual(change.note, f"New rules: {scenario.name}")

    def test_keep_until(self):
        """Whoever falls by new rules learns it from the invoice."""
        until = fields.Date.today() + timedelta(days=90)
        scenario = self._try(lines={("threshold", self.gold): 6000}, keep_until=until)
        predicted = self._compare(scenario)
        self.assertEqual(predicted.graded[self.gold.id, self.gold.id], 2)
        scenario.action_apply()
        self.assertEqual(self._tiers()[4], "Gold")
        standing = self._standing(self.customers[4])
        self.assertEqual((standing.lock, standing.manual_until), ("down", until))
        self.assertIn(scenario.name, standing.manual_reason)
        self.assertFalse(self._standing(self.customers[5]).lock, "nobody else")
        self.assertIn("New rules", standing.change_ids.sorted("id")[-1].note)

    def test_promote_only(self):
        """Better rules for some take the tier of others, whom nobody wanted to lose it."""
        scenario = self._try(
            lines={("threshold", self.silver): 800, ("threshold", self.gold): 6000},
            promote_only=True,
        )
        predicted = self._compare(scenario)
        self.assertEqual(predicted.graded[self.gold.id, self.gold.id], 2)
        scenario.action_apply()
        self.assertEqual(self._tiers(), ["Silver", "Silver", "Silver", "Silver", "Gold", "Gold"])
        standing = self._standing(self.customers[4])
        self.assertEqual((standing.lock, standing.manual_until), ("down", False))
        self._grade()
        self.assertEqual(self._tiers()[4], "Gold", "the next night neither")

    def test_undo(self):
        """The rules from before are nowhere when somebody wants them back."""
        scenario = self._try(
            lines={("threshold", self.gold): 6000, ("discount", self.gold): 12}, hold_months=3
        )
        before = self._tiers()
        scenario.action_apply()
        undo = scenario.undo_id
        self.assertFalse(undo.outdated)
        self.assertIn("5,000", undo.change_text)
        self.program.hold_months = 0
        undo.action_take_rules()
        undo.action_apply()
        self.assertEqual(self.gold.condition_ids.value, 5000)
        self.assertEqual(self.gold.discount, 10)
        self.assertEqual(self._tiers(), before)

    def test_approval(self):
        """New rules go round the approval that the programme asks for."""
        self.program.approval = "both"
        scenario = self._try(lines={("threshold", self.gold): 6000})
        self.assertEqual(self._compare(scenario).asked["down"], 1)
        scenario.action_apply()
        self.assertEqual(self._tiers()[4], "Gold")
        self.assertEqual(self._standing(self.customers[4]).waiting, "approval")

    def test_refused_when_the_programme_changed(self):
        """What is applied is not what was looked at."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        self.silver.condition_ids.value = 1500
        scenario.invalidate_recordset()
        self.assertIn("1,500", scenario.outdated)
        with self.assertRaisesRegex(UserError, "1,500 instead of 1,000"):
            scenario.action_apply()
        scenario.action_take_rules()
        self.assertEqual(self._line(scenario, "threshold", self.gold).then, 6000)
        self.assertEqual(self._line(scenario, "threshold", self.silver).then, 1500)
        scenario.action_apply()

    def test_refused_twice(self):
        """Two people apply the same scenario, and everybody is graded twice."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        scenario.action_apply()
        with self.assertRaisesRegex(UserError, "applied already"):
            scenario.action_apply()

    def test_officers_try(self):
        """Officers may not look, or may change the programme."""
        scenario = self._try(self.officer, lines={("threshold", self.gold): 6000})
        self.assertTrue(scenario.results)
        with self.assertRaises(AccessError):
            scenario.action_apply()
        self.assertEqual(self.gold.condition_ids.value, 5000)

    def test_results_are_not_typed(self):
        """Whoever calls over RPC says that a scenario was applied."""
        scenario = self._try()
        for vals in ({"state": "applied"}, {"rules": {}}, {"worked": {}}):
            with self.assertRaises(AccessError):
                scenario.write(vals)
        with self.assertRaises(AccessError):
            scenario.line_ids[0].write({"now": 3})


@tagged("post_install", "-at_install")
class TestBadInput(ScenarioCase):
    def test_contradiction(self):
        """A variant whose tiers contradict each other gives numbers like any other."""
        scenario = self._try(lines={("threshold", self.gold): 500})
        self.assertIn("easier to reach", scenario.problem)
        self.assertFalse(scenario.results)
        with self.assertRaisesRegex(UserError, "easier to reach"):
            scenario.action_apply()

    def test_harder_to_keep(self):
        """A tier that is lost by who has just reached it."""
        scenario = self._try(lines={("keep", self.gold): 6000})
        self.assertIn("harder to keep", scenario.problem)

    def test_out_of_range(self):
        """A discount of 120 percent gives a negative price."""
        for value in (120, -1):
            scenario = self._try(lines={("discount", self.gold): value})
            self.assertIn("Enter a number from 0 to 100", scenario.problem)
        self.assertIn("months", self._try(hold_months=5000).problem)

    def test_days(self):
        """A day before the first order shows an empty table that nobody understands."""
        scenario = self._try(as_of="2001-01-01")
        self.assertIn("the first order is of", scenario.problem)
        scenario.as_of = fields.Date.today() + timedelta(days=9)
        self.assertIn("future", scenario.problem)

    def test_past_day_is_looked_at_only(self):
        """Rules are applied that were looked at on the customers of last year."""
        scenario = self._try(as_of=self._days_ago(20), lines={("threshold", self.gold): 6000})
        self.assertTrue(scenario.results)
        with self.assertRaisesRegex(UserError, "Empty the day"):
            scenario.action_apply()

    def test_nobody(self):
        """A programme without customers ends in a division by zero."""
        self.program.domain = "[('name', '=', 'nobody at all')]"
        scenario = self._try(lines={("threshold", self.gold): 6000})
        self.assertIn("no customers", scenario.results)

    def test_nothing_tried(self):
        """Applying nothing grades everybody for nothing."""
        with self.assertRaisesRegex(UserError, "Nothing is changed"):
            self._try().action_apply()

    def test_other_programme_beside(self):
        """Tiers of another programme are shown as if they were these."""
        other = self._create_program(company=self.company_b)
        beside = self.Scenario.create({"program_id": other.id})
        with self.assertRaises(ValidationError):
            self._try().sudo().compare_ids = beside
