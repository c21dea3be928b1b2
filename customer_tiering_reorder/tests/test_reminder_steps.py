from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.addons.customer_tiering_reorder.hooks import post_init_hook
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestReminderSteps(SenderCase):
    """What can be typed into the steps of a rule, and what the form foretells."""

    def test_rules_of_before(self):
        """After the upgrade nobody is reminded, or everybody by mail: rules that were there make
        the to-do that they have always made, at once."""
        self.env.cr.execute("DELETE FROM customer_reminder_rule_step")
        self.env.invalidate_all()
        for _time in range(2):
            post_init_hook(self.env)
        step = self.rule.step_ids
        self.assertEqual(
            (step.channel, step.to, step.offset_days, step.only_if),
            ("activity", "salesperson", 0, "silent"),
        )
        reminder = self._remind()
        self.assertEqual(reminder.activity_id.user_id, self.salesperson)
        self.assertEqual(self._steps(reminder).state, "sent")
        reminder.activity_id.with_user(self.salesperson).action_feedback()
        self.env["customer.reminder"]._note_ended(self.company)
        self.assertEqual(reminder.state, "done")

    def test_rule_without_steps(self):
        """A rule whose steps were all removed is one of before."""
        self.rule.step_ids = [Command.clear()]
        reminder = self._remind()
        self.assertTrue(reminder.activity_id)
        self.assertFalse(self._steps(reminder))

    def test_before_it_begins(self):
        """A step that is never sent, because its day is over when the reminder is made."""
        for vals in ({"offset_days": -3}, {"offset_share": -10}, {"offset_days": 367}):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.rule.step_ids.write(vals)

    def test_channels(self):
        """Steps that reach nobody: handed over by nothing, to-dos of customers."""
        for vals in (
            {"channel": "action", "to": "customer"},
            {"channel": "activity", "to": "customer"},
            {"channel": "email", "to": "salesperson"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.rule.step_ids.write(vals)
        template = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        with self.assertRaises(ValidationError):
            self.rule.step_ids.write(
                {"channel": "email", "to": "customer", "template_id": template.id}
            )

    def test_foretold(self):
        """Steps that the policy moves or drops look as if they were sent when they say."""
        self._steps_of_rule(("email", 0), ("email", 3), ("email", 5), ("activity", 6))
        rule = self.rule.with_company(self.company)
        moved, dropped = (line for line in rule.step_note.splitlines()[1:])
        self.assertIn("dropped", moved)
        self.assertIn("moves to 7", dropped)
        self._steps_of_rule(("email", 0), ("email", 8), ("activity", 8))
        self.env.invalidate_all()
        self.assertFalse(rule.step_note)

    def test_presets_keep_to_the_policy(self):
        """A preset plans messages that the company's own policy puts off or drops, and whoever
        switches it on believes that they come."""
        company = self.company
        Rule = self.env["customer.reminder.rule"].with_company(company)
        for week, month, rhythm, days in (
            (1, 2, 30, [0, 9]),
            # A quarter of ten days is too soon after the first.
            (1, 2, 10, [0, 7]),
            (1, 1, 10, [0, 30]),
            (3, 9, 10, [0, 3]),
        ):
            with self.subTest(week=week, month=month, rhythm=rhythm):
                company.customer_contact_week_cap = week
                company.customer_contact_month_cap = month
                with patch.object(type(Rule), "_typical_rhythm", lambda self, r=rhythm: r):
                    rule = Rule._create_preset("standard", company)
                    mails = rule.step_ids.filtered(lambda step: step.channel == "email")
                    found = [step._days(rhythm) for step in mails]
                    self.assertEqual(found, days)
                    self.assertFalse(rule.step_note)
                    company.customer_contact_month_cap = 1
                    rule.invalidate_recordset(["step_note"])
                    self.assertEqual(bool(rule.step_note), found[1] < 30)

    def test_typed_into_a_new_form(self):
        with Form(self.env["customer.reminder.rule"].with_user(self.manager)) as form:
            form.name = "New"
            self.assertEqual(len(form.step_ids), 1)
            with form.step_ids.new() as step:
                step.channel = "email"
                self.assertEqual(step.to, "customer")
                step.offset_days = 3
        self.assertEqual(form.record.step_ids.mapped("channel"), ["activity", "email"])

    def test_presets(self):
        """A preset that cannot be saved, or begins to write to customers by itself."""
        Rule = self.env["customer.reminder.rule"].with_user(self.manager)
        Rule = Rule.with_company(self.company)
        for code in ("vip", "standard", "prospect", "lost_item"):
            rule = Rule._create_preset(code, self.company)
            self.assertFalse(rule.active, "nobody is written to before somebody has looked")
            self.assertTrue(rule.step_ids)
            self.assertEqual(rule.company_id, self.company)
        prospect = Rule._create_preset("prospect", self.company)
        days = [prospect.lead_days + step.offset_days for step in prospect.step_ids]
        self.assertEqual(days, [3, 7, 30, 90])
        vip = Rule._create_preset("vip", self.company)
        best = self.program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))[-1]
        self.assertEqual(vip.tier_ids, best)
        action = Rule.action_preset_standard()
        self.assertEqual(action["res_model"], "customer.reminder.rule")
        with self.assertRaises(AccessError):
            Rule.with_user(self.officer).action_preset_standard()

    def test_names_of_presets(self):
        """A Chinese colleague read “Standard: by e-mail” among Chinese rules: presets were named in
        the language of who made them, and a language that came later changed nothing."""
        Rule = self.env["customer.reminder.rule"].with_company(self.company)
        before = Rule._create_preset("standard", self.company)
        own = Rule._create_preset("vip", self.company)
        own.name = "Our best"
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering_reorder")._update_translations("zh_CN")
        after = Rule.with_context(lang="zh_CN")._create_preset("standard", self.company)
        for rule in (before, after):
            self.assertEqual(rule.with_context(lang="en_US").name, "Standard: by e-mail")
            self.assertEqual(rule.with_context(lang="zh_CN").name, "标准：电子邮件")
        self.assertEqual(own.with_context(lang="zh_CN").name, "Our best")

    def test_quotation_without_an_answer(self):
        """The rule that asks about quotations waits until there is none."""
        self._create_order(self.buyer, 50, state="sent", date=5)
        Rule = self.env["customer.reminder.rule"].with_company(self.company)
        rule = Rule._create_preset("prospect", self.company)
        message = {"sequence": 20, "channel": "email", "to": "customer", "offset_days": 4}
        # Nobody is held back here.
        message = [Command.create(message)]
        rule.write({"active": True, "control_share": 0, "step_ids": message})
        today = self.env["customer.tier.gather"]._today(self.company)
        self.assertFalse(self.rule._due(self.company, today))
        self.assertEqual(list(rule._due(self.company, today)), [self._standing(self.buyer)])
        reminder = rule._remind(self.company, today)
        # On the fourth day it is Saturday.
        self._send(days=6)
        step = self._steps(reminder).filtered(lambda step: step.channel == "email")
        self.assertEqual(step.state, "sent")

    def test_without_address(self):
        """The rule's form promises mails that nobody can get."""
        self._steps_of_rule(("email", 0))
        standing = self._standing(self.buyer)
        self.assertFalse(standing._without_address())
        self.buyer.email = False
        self.assertEqual(standing._without_address(), standing)
        self._create_customer("Ann", parent_id=self.buyer.id, email="ann@example.com")
        self.assertFalse(standing._without_address())

    def test_rule_is_deleted(self):
        """Steps and to-dos of a rule that is gone stay for ever."""
        reminder = self._begin(("activity", 0), ("activity", 0, {"to": "leader"}))
        self._send()
        tasks = self._steps(reminder).activity_id
        self.assertEqual(len(tasks), 2)
        self.rule.unlink()
        self.assertFalse(tasks.exists() or reminder.exists())
