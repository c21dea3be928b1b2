from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import tagged

from ..company_findings import CompanyFindings


@tagged("post_install", "-at_install")
class TestCompanyFindings(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=["Bronze", {"name": "Silver", "conditions": [("amount", ">=", 1000)]}],
            domain="[('company_id', '!=', False), ('name', 'not like', 'Left out')]",
        )

    def _found(self):
        # Of the database, as the job that looks begins anew.
        self.env.invalidate_all()
        today = self.env["customer.tier.gather"]._today(self.company)
        return {
            (one.code, one.ids): one.values
            for one in CompanyFindings(self.env, self.company, today).all()
            if one.code != "never_rule" or one.ids[0] in self.mine
        }

    mine = ()

    def test_nothing(self):
        """A company that does well is told that it does not."""
        self._create_own_customer("Somebody", (3, 500))
        self._grade()
        self.assertEqual(self._found(), {})

    def test_uncovered(self):
        """A fifth of the revenue is of customers whom no programme knows."""
        self._create_own_customer("Somebody", (3, 800))
        other = self._create_own_customer("Left out", (3, 200))
        self._grade()
        self.assertEqual(self._found(), {("uncovered", ()): (0.2, 1)})
        other.name = "Somebody else"
        self._grade()
        self.assertEqual(self._found(), {}, "the filter is wider")

    def test_unbalanced(self):
        """One salesperson drowns in customers, which shows in no list."""
        users = [self.salesperson, self.officer, self.manager]
        for user, number in zip(users, (15, 15, 40), strict=True):
            for place in range(number):
                self._create_own_customer(f"{user.login} {place}", (3, 10), user_id=user.id)
        self._grade()
        self.assertEqual(
            self._found(),
            {("unbalanced", (self.manager.id,)): (40, 15.0, self.program.tier_ids[0].id, 0)},
        )
        theirs = self.env["res.partner"].search(
            [("user_id", "=", self.manager.id), ("company_id", "=", self.company.id)], limit=20
        )
        theirs.user_id = self.salesperson
        self.assertIn(("unbalanced", (self.salesperson.id,)), self._found())
        theirs[:10].user_id = self.officer
        self.assertEqual(self._found(), {})

    def test_rule_for_nobody(self):
        """A reminder rule that can remind of nobody is kept for years."""
        partner = self._create_own_customer("Somebody", (3, 500))
        self._grade()
        rule = self.env["customer.reminder.rule"].create(
            {"name": "For nobody", "company_id": self.company.id}
        )
        self.mine = rule.ids
        self.assertEqual(self._found(), {}, "it has just begun")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_reminder_rule SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=100), rule.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._found(), {("never_rule", tuple(rule.ids)): ()})
        self.env["customer.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": partner.id,
                "company_id": self.company.id,
                "date": self._days_ago(5),
            }
        )
        self.assertEqual(self._found(), {})

    def _create_cases(self, rule, arm, number, ordered):
        """Reminders whose time is over, each of a customer of its own."""
        partners = self.env["res.partner"].create(
            [
                {"name": f"{arm} {n}", "is_company": True, "company_id": self.company.id}
                for n in range(number)
            ]
        )
        half = f"{self._days_ago(60).year}H{1 if self._days_ago(60).month < 7 else 2}"
        return self.env["customer.reminder"].create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "arm": arm,
                    "experiment": f"rule:{rule.id}:{half}",
                    "date": self._days_ago(60),
                    "window_end": self._days_ago(40),
                    "measured_on": self._days_ago(39),
                    "window_orders": int(n < ordered),
                    "state": "done",
                }
                for n, partner in enumerate(partners)
            ]
        )

    def _create_rule(self):
        return self.env["customer.reminder.rule"].create(
            {"name": "For some", "company_id": self.company.id}
        )

    def test_no_effect(self):
        """Customers are reminded for years, and order no more often than those who are not."""
        rule = self._create_rule()
        self._create_cases(rule, "control", 120, ordered=80)
        self._create_cases(rule, "treated", 120, ordered=40)
        found = self._found()
        # Where nobody measures it, nothing is known.
        measured = "customer.reminder.effect" in self.env
        self.assertEqual(("no_effect", (rule.id,)) in found, measured)
        self._create_cases(rule, "treated", 400, ordered=390)
        self.assertNotIn(("no_effect", (rule.id,)), self._found())

    def test_messages(self):
        """Two hundred messages that nobody answers, or that wait for others for ever."""
        rule = self._create_rule()
        sends = "customer.reminder.step" in self.env
        if sends:
            self._create_steps(rule, 200, state="sent")
        found = self._found()
        self.assertEqual(found, {("unread", (rule.id,)): (200, 0)} if sends else {})
        if sends:
            self._create_steps(rule, 60, state="skipped", skip_reason="cap")
            found = self._found()
            self.assertEqual(found["pestered", (rule.id,)], (60, 260))
            answered = self._create_steps(rule, 2, state="sent")
            answered.confirmed_at = fields.Datetime.now()
            self.assertIn(("unread", (rule.id,)), self._found())
            self._create_steps(rule, 1, state="sent").confirmed_at = fields.Datetime.now()
            self.assertNotIn(("unread", (rule.id,)), self._found())

    def _create_steps(self, rule, number, **vals):
        now = fields.Datetime.now()
        common = {
            "company_id": self.company.id,
            "channel": "email",
            "to": "customer",
            "due_at": now,
            "send_at": now,
            "sent_at": now,
            **vals,
        }
        cases = self._create_cases(rule, "treated", number, ordered=0)
        return self.env["customer.reminder.step"].create(
            [{**common, "reminder_id": r.id, "partner_id": r.partner_id.id} for r in cases]
        )

    def test_told_once(self):
        """What is so of a company is told again for each of its programmes."""
        self._create_own_customer("Somebody", (3, 800))
        self._create_own_customer("Left out", (3, 200))
        second = self._create_program(tiers=["Nobody"], domain=OWN, sequence=90)
        second.domain = "[('id', '=', 0)]"
        self._grade()
        for program in self.program | second:
            self.env["customer.tier.advice"]._look_at(program)
        found = self.env["customer.tier.advice"].search([("company_id", "=", self.company.id)])
        self.assertEqual(found.filtered(lambda a: a.code == "uncovered").program_id, self.program)
