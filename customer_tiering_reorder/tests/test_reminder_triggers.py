from pathlib import Path

from odoo.addons.customer_tiering.tests.query_common import Statements
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import SQL

from .. import reminder_triggers
from .rhythm_common import RhythmCase


@tagged("post_install", "-at_install")
class TestReminderTriggers(Statements, RhythmCase):
    def _found(self, trigger, earliest=400, latest=0, **more):
        """Customers whom a trigger goes by within some days, given as days ago."""
        condition = reminder_triggers.condition(
            self.env, trigger, self._days_ago(earliest), self._days_ago(latest), **more
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT s.id FROM customer_tier_standing s "
                "JOIN res_partner p ON p.id = s.partner_id WHERE s.company_id = %s AND %s",
                self.company.id,
                condition,
            )
        )
        return self.env["customer.tier.standing"].browse([id_ for (id_,) in rows]).partner_id

    def test_category(self):
        """A rule about filters reminded of customers who are due for coffee."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, *self._every(30, 5, last=31))
        other = self._create_own_customer("Other")
        self._buy(other, *self._every(30, 5, last=1))
        lost = self._create_own_customer("Lost")
        self._buy(lost, *self._every(30, 6, last=130), product=self.filter)
        self._buy(lost, *self._every(30, 9, last=1))
        self._grade()
        self._pass()
        self.assertEqual(self._found("category_due"), buyer)
        self.assertFalse(self._found("category_due", latest=20))
        self.assertFalse(self._found("category_due", categories=self.filters.ids))
        parent = self._create_category("Drinks")
        self.coffee.parent_id = parent
        self.assertEqual(self._found("category_due", categories=parent.ids), buyer)
        self.assertEqual(self._found("lost_item"), lost)
        days = self._days_ago(400), self._days_ago(0)
        found = reminder_triggers.categories_of(
            self.env, "lost_item", {self._standing(lost): days, self._standing(buyer): days}
        )
        self.assertEqual(found, {self._standing(lost): self.filters.ids, self._standing(buyer): []})

    def test_quotation(self):
        """A customer was reminded of a quotation that it had answered with another order."""
        asked, answered, later = (
            self._create_own_customer(name) for name in ("Asked", "Answered", "Later")
        )
        for buyer in (asked, answered, later):
            self._create_order(buyer, 100, date=60)
            self._create_order(buyer, 100, date=1 if buyer == later else 5, state="sent")
        self._create_order(answered, 100, date=4)
        self._grade()
        self.assertEqual(self._found("quotation", latest=3), asked)
        self.assertEqual(self._found("quotation"), asked | later)

    def test_stage_and_prospect(self):
        """A stage that nobody asked for brought a reminder."""
        buyer = self._create_own_customer("Buyer", (3, 100))
        prospect = self._create_own_customer("Prospect", customer_rank=1)
        self._grade()
        self._standing(buyer).sudo().write(
            {"lifecycle_stage": "new", "stage_since": self._days_ago(3)}
        )
        self._standing(prospect).sudo().write(
            {"lifecycle_stage": "potential", "stage_since": self._days_ago(10)}
        )
        self.assertEqual(self._found("stage", earliest=5), buyer)
        self.assertEqual(self._found("stage", stages=["potential"]), prospect)
        self.assertEqual(self._found("prospect"), prospect)
        self.assertFalse(self._found("prospect", latest=20))

    def test_only_in_a_stage(self):
        """A rule for loyal customers cannot be told from one for everybody, as tiers can."""
        loyal = self._create_own_customer("Loyal")
        self._buy(loyal, *self._every(30, 8, last=31))
        mature = self._create_own_customer("Mature")
        self._buy(mature, *self._every(30, 8, last=31))
        self._grade()
        self._pass()
        standings = self._standing(loyal) | self._standing(mature)
        standings.sudo().write({"lifecycle_stage": "mature", "next_order_date": self._days_ago(1)})
        self._standing(loyal).sudo().lifecycle_stage = "loyal"
        today = self.env["customer.tier.gather"]._today(self.company)
        for trigger in ("customer", "category_due"):
            rule = self.env["customer.reminder.rule"].create(
                {
                    "name": trigger,
                    "company_id": self.company.id,
                    "trigger": trigger,
                    "reminds_at": "expected",
                    "min_order_count": 0,
                }
            )
            for stage, found in (
                (False, standings),
                ("loyal", self._standing(loyal)),
                ("mature", self._standing(mature)),
                ("lost", standings.browse()),
            ):
                with self.subTest(trigger=trigger, stage=stage):
                    rule.trigger_stage = stage
                    due = set(rule._due(self.company, today))
                    self.assertEqual(due & set(standings), set(found))
            rule.active = False

    def test_stages_of_before(self):
        """A stage that did nothing since the rule's trigger was changed leaves customers out after
        the upgrade."""
        script = Path(__file__).parents[1] / "migrations/19.0.1.2.0/post-stages.py"
        rules = self.env["customer.reminder.rule"].create(
            [
                {"name": trigger, "trigger": trigger, "trigger_stage": "lost"}
                for trigger in ("customer", "stage")
            ]
        )
        self.env.flush_all()
        load_script(str(script), "post-stages").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(rules.mapped("trigger_stage"), [False, "lost"])

    def _told(self, partner, trigger, **vals):
        rule = self.env["customer.reminder.rule"].create(
            {
                "name": trigger,
                "company_id": self.company.id,
                "trigger": trigger,
                "lead_days": 0,
                "max_late_days": 400,
                **vals,
            }
        )
        found = self.env["customer.reminder"]._activity_vals(
            rule, self._standing(partner), self.salesperson
        )
        self.assertNotIn("expected on", found["summary"] + found["note"])
        return found["summary"]

    def test_to_do_names_its_reason(self):
        """To-dos about a quotation or a category said “Order expected on ” without a day."""
        lost = self._create_own_customer("Lost")
        self._buy(lost, *self._every(30, 6, last=130), product=self.filter)
        self._buy(lost, *self._every(30, 9, last=1))
        due = self._create_own_customer("Due")
        self._buy(due, *self._every(30, 5, last=31))
        asked = self._create_own_customer("Asked")
        self._create_order(asked, 100, date=60)
        quotation = self._create_order(asked, 100, date=5, state="sent")
        prospect = self._create_own_customer("Prospect", customer_rank=1)
        self._grade()
        self._pass()
        self._standing(asked).sudo().lifecycle_stage = "new"
        self.assertEqual(self._told(lost, "lost_item"), "Buys no longer: Filters")
        self.assertEqual(self._told(due, "category_due"), "Due to buy: Coffee")
        self.assertIn(quotation.name, self._told(asked, "quotation", lead_days=3))
        self.assertEqual(self._told(prospect, "prospect"), "Prospect without an order")
        self.assertTrue(self._told(asked, "stage").startswith("Now: "))

    def test_list_in_another_language(self):
        """The leader read the morning list in Chinese, and it asked twice about each customer's
        categories or quotation, as the to-dos were in English."""
        self.env["res.lang"]._activate_lang("zh_CN")
        rules = self.env["customer.reminder.rule"].create(
            [
                {"name": trigger, "trigger": trigger, "max_late_days": 400, "active": False}
                for trigger in ("category_due", "quotation")
            ]
        )
        counts = []
        for number in (2, 7):
            partners = [self._create_own_customer(f"{number} {n}") for n in range(number)]
            for partner in partners:
                self._buy(partner, *self._every(30, 5, last=31))
                self._create_order(partner, 100, date=5, state="sent")
            self._grade()
            self._pass()
            for rule in rules:
                standings = self.env["customer.tier.standing"].union(*map(self._standing, partners))
                due = dict.fromkeys(standings, self.salesperson)
                reminders = self.env["customer.reminder"]._open(rule, due, self._days_ago(0))
                english = reminders._summaries_for_reader()
                self.assertEqual(
                    set(english.values()), set(reminders.activity_id.mapped("summary"))
                )
                chinese = reminders.with_context(lang="zh_CN")
                chinese._summaries_for_reader()
                statements = self._statements(chinese._summaries_for_reader)
                counts.append(len(statements))
                said = chinese._summaries_for_reader().values()
                self.assertFalse(set(said) & set(english.values()), "another language")
                self.assertEqual(len(said), number)
                reminders._dismiss()
        self.assertEqual(counts[:2], counts[2:])

    def test_what_a_rule_hands_over(self):
        """A rule about a quotation looked at the customer's next order all the same."""
        Trigger = self.env["customer.reminder.trigger"]
        days = self._days_ago(10), self._days_ago(0)
        self.assertIsNone(Trigger.new({"trigger": "customer"})._trigger_sql(*days))
        for trigger, _name in reminder_triggers.TRIGGERS[1:]:
            rule = Trigger.new({"trigger": trigger, "trigger_stage": "new"})
            self.assertEqual(
                rule._trigger_sql(*days),
                reminder_triggers.condition(self.env, trigger, *days, stages=["new"]),
            )
