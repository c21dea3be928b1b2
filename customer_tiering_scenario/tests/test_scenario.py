import json
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
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

    def test_new_of_the_list(self):
        """Who presses New has to look for the only programme there is; of two, the first stood
        there unasked."""
        Scenario = self.Scenario.with_user(self.manager)
        self.assertEqual(Scenario.new({}).program_id, self.program)
        self.program.copy()
        self.assertFalse(Scenario.new({}).program_id)

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

    def _opened(self, scenario, number):
        column, view, key = json.loads(number)
        action = scenario.action_open_customers(column, view, key)
        return self.env["customer.tier.standing"].search(action["domain"]).partner_id

    def test_every_number_opens_as_many(self):
        """A total opens nothing, or a list with other customers than it counts."""
        self.program.approval = "both"
        one = self._try(
            name="One", lines={("threshold", self.gold): 5250, ("threshold", self.silver): 800}
        )
        one.compare_ids = self._try(name="Other", lines={("threshold", self.gold): 4800})
        one.action_play_year()
        page = html.fromstring(one.results)
        links = page.xpath("//a[hasclass('o_scenario_open')]")
        self.assertGreater(len(links), 60)
        views = {json.loads(link.get("data-open"))[1] for link in links}
        self.assertEqual(views, {"figures", "graded", "stays", "asked", "edge", "year"})
        # Each number once; of the year, whose rules are graded twelve times, some.
        numbers = {link.get("data-open"): link.get("data-count") for link in links}
        of_year = [asked for asked in numbers if '"year"' in asked][4:-4]
        for asked in numbers.keys() - of_year:
            (column, view, key), count = json.loads(asked), numbers[asked]
            found = self._opened(one, asked)
            with self.subTest(count, column=column, view=view, key=key):
                self.assertTrue(found)
                # The sentence of who stays has no number of its own; moves are no customers.
                if count and view != "year":
                    self.assertEqual(len(found), int(count))
        # Whatever counts customers is a link: numbers of a matrix, totals, tiers, side by side.
        plain = page.xpath("//table//td[not(.//a)]//span[not(contains(@class, 'text-muted'))]")
        self.assertFalse([one.text for one in plain if (one.text or "").isdigit()])

    def test_nothing_to_open(self):
        """Whoever calls over RPC gets a traceback."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        for asked in (
            (9, "figures", [0, 0]),
            (0, "figures", [0]),
            (0, "nonsense", [0, 0]),
            (0, "edge", ["below", -3]),
            (0, "year", ["moves"]),
        ):
            with self.subTest(asked), self.assertRaisesRegex(UserError, "nothing to open"):
                scenario.action_open_customers(*asked)

    def test_four_fit(self):
        """A fifth scenario makes the table too wide to read."""
        others = self.Scenario.browse()
        for number in range(4):
            others |= self._try(name=f"Other {number}", lines={("threshold", self.gold): 6000})
        scenario = self._try(lines={("threshold", self.gold): 7000})
        scenario.compare_ids = others[:3]
        self.assertFalse(scenario.problem)
        self.assertIn("Other 2", scenario.results)
        self.assertIn("Gold: Amount bought in a year ≥ 7,000", scenario.results)
        scenario.compare_ids = others
        self.assertIn("Four scenarios", scenario.problem)

    def test_wanted_shares(self):
        """Somebody guesses numbers until every tier has about as many customers as it should."""
        scenario = self._try(self.officer, wanted_shares="17 / 50")
        scenario.action_propose()
        found = self._compare(scenario)
        counts = [found.then[tier.id, "customers"] for tier in self.program.tier_ids]
        self.assertEqual(counts, [2, 3, 1])
        self.assertFalse(scenario.problem)
        self.assertEqual(self._line(scenario, "threshold", self.silver).then, 1500)
        self.assertEqual(self._try().wanted_shares, "17 / 50", "asked once")
        for typed, said in (
            ("", "best one first: Gold, Silver, Bronze"),
            ("5", "best one first"),
            ("1/2/3/4", "best one first"),
            ("80, 40", "more than everybody"),
            ("80 40 10", "130 %"),
        ):
            scenario.wanted_shares = typed
            with self.subTest(typed), self.assertRaisesRegex(UserError, said):
                scenario.action_propose()

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
        return sorted(self.env.cr.fetchall())


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

    def test_undo_lets_go(self):
        """The rules are back, and customers still must not fall for a year because of them."""
        until = fields.Date.today() + timedelta(days=90)
        scenario = self._try(lines={("threshold", self.gold): 6000}, keep_until=until)
        scenario.action_apply()
        kept, other = self._standing(self.customers[4]), self._standing(self.customers[5])
        other.with_user(self.manager).write({"lock": "down", "manual_reason": "Agreed"})
        self.assertEqual(kept.lock, "down")
        undo = scenario.undo_id
        predicted = undo._workings().predicted(undo._tried())
        undo.action_apply()
        self.env.invalidate_all()
        self.assertFalse(kept.lock)
        self.assertFalse(kept.manual_until or kept.manual_reason)
        self.assertEqual(other.lock, "down", "somebody else has set it")
        self.assertEqual(predicted[self.customers[4].id], kept.tier_id.id)
        self.assertIn("No longer kept", " ".join(filter(None, kept.change_ids.mapped("note"))))

    def _add_veto(self, metric="amount"):
        self.program.veto_ids = [
            Command.create(
                {
                    "metric_id": self.env.ref(f"customer_tiering.metric_{metric}").id,
                    "operator": "<",
                    "value": 1,
                    "tier_id": self.bronze.id,
                }
            )
        ]

    def test_amounts_have_their_currency(self):
        """What is enough to stay, and vetoes, were bare numbers in sentences, and all rules on the
        screen: 5,000 of a company in euros read as 5,000 orders."""
        self._add_veto()
        self._add_veto("order_count")
        lines = {("keep", self.gold): 4000, ("discount", self.gold): 12}
        scenario = self._try(lines=lines)
        amount, count = scenario.line_ids.filtered("veto_id")
        amount.then, count.then = 1100, 3
        euro = self.company.currency_id
        currencies = {line.kind: line.currency_id for line in scenario.line_ids - amount - count}
        none = euro.browse()
        self.assertEqual(currencies, {"threshold": euro, "keep": euro, "discount": none})
        self.assertEqual((amount.currency_id, count.currency_id), (euro, none))
        keep, discount = (self._line(scenario, kind, self.gold) for kind in ("keep", "discount"))
        self.assertRegex(keep._text(4000), r"4,000\.00.€")
        self.assertTrue(discount._text(12).endswith(" 12"))
        self.assertRegex(amount._text(1100), r"^Veto: .* < 1,100\.00.€$")
        self.assertRegex(count._text(3), r"^Veto: .* < 3$")
        self.assertRegex(scenario.change_text, r"4,000\.00.€[^€]*1,100\.00.€")
        arch = self.Scenario.get_view(view_type="form")["arch"]
        for name in ("now", "then"):
            (field,) = html.fromstring(arch).xpath(f"//list/field[@name='{name}']")
            self.assertEqual(field.get("widget"), "monetary")

    def test_veto(self):
        """The number of a veto cannot be tried."""
        self._add_veto()
        scenario = self._try()
        line = scenario.line_ids.filtered("veto_id")
        line.then = 1100
        self.assertIn("Veto", scenario.change_text)
        predicted = scenario._workings().predicted(scenario._tried())
        self.assertEqual(predicted[self.customers[1].id], self.bronze.id)
        scenario.action_apply()
        self.assertEqual(self.program.veto_ids.value, 1100)
        self.assertEqual(self._tiers()[1], "Bronze")

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
        with self.assertRaisesRegex(UserError, r"1,500\.00.€ instead of 1,000\.00.€"):
            scenario.action_apply()
        scenario.action_take_rules()
        self.assertEqual(self._line(scenario, "threshold", self.gold).then, 6000)
        self.assertEqual(self._line(scenario, "threshold", self.silver).then, 1500)
        scenario.action_apply()

    def test_refused_with_the_difference(self):
        """“Other rules” have changed, and nobody finds out which."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        amount = self.env.ref("customer_tiering.metric_amount").id
        veto = {"metric_id": amount, "operator": "<", "value": 1, "tier_id": self.bronze.id}
        condition = {"metric_id": amount, "operator": ">=", "value": 20000}
        platinum = {
            "name": "Platinum",
            "sequence": 99,
            "condition_ids": [Command.create(condition)],
        }
        for change, said in (
            ({"domain": "[('name', 'like', 'C')]"}, "Filter: .*'C'.* instead of "),
            ({"approval": "both"}, "Approval: "),
            ({"veto_ids": [Command.create(veto)]}, "Veto “.*” is new"),
            ({"tier_ids": [Command.create(platinum)]}, "Tier “Platinum” is new"),
            (
                {"tier_ids": [Command.update(self.silver.id, {"active": False})]},
                "Tier “Silver” is gone",
            ),
        ):
            with self.subTest(said), self.env.cr.savepoint() as point:
                self.program.write(change)
                with self.assertRaisesRegex(UserError, said):
                    scenario.action_apply()
                point.rollback()
            self.env.invalidate_all()

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

    def test_money_read(self):
        """Under “now” nobody is counted, and sentences in Chinese have holes between them."""
        self.env["res.lang"]._activate_lang("zh_CN")
        modules = self.env["ir.module.module"].search([("name", "=", "customer_tiering_scenario")])
        modules._update_translations(["zh_CN"])
        scenario = self._try(lines={("threshold", self.gold): 6000})
        results = html.fromstring(scenario.with_context(lang="zh_CN").results)
        (total,) = results.xpath("//table[.//th[@colspan]][last()]/tfoot/tr")
        customers = str(self._compare(scenario).customers)
        self.assertEqual([cell.text for cell in total[1:3]], [customers] * 2)
        (text,) = results.xpath("//p[contains(., '保本增幅')]")
        self.assertNotRegex(text.text_content(), r"。\s")

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
