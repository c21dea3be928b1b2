from freezegun import freeze_time

from odoo.addons.customer_tiering.tests.event_common import TODAY, EventCase
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestPermission(EventCase):
    """Automations of administrators begin around a write of ours and have its context: what the
    write was permitted is not permitted to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._grade()
        cls.standing = cls._standing(cls.buyer)
        cls.line = cls.standing.change_ids[0]

    def _automate(self, model, trigger, **action):
        automation = self.env["base.automation"].create(
            {"name": "Forge", "model_id": self.env["ir.model"]._get_id(model), "trigger": trigger}
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Forge",
                "base_automation_id": automation.id,
                "model_id": automation.model_id.id,
                **action,
            }
        )
        automation.action_server_ids = [Command.link(action.id)]
        return automation

    def _update(self, path, value):
        return {"state": "object_write", "update_path": path, "value": value}

    def _code(self, code):
        return {"state": "code", "code": code}

    def _lines(self):
        """What the history says, as the database has it."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, note, date::text FROM customer_tier_change ORDER BY id")
        return self.env.cr.fetchall()

    def _set_by_hand(self):
        self.standing.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Honest reason"}
        )

    def test_update_of_a_new_line(self):
        """“Update Record” without any code rewrote the reason of a line when it was made."""
        self._automate(
            "customer.tier.change", "on_create_or_write", **self._update("note", "Forged")
        )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._set_by_hand()
        self.assertNotIn("Forged", str(self._lines()))

    def test_code_beside_a_new_line(self):
        """Another line was deleted, written or made in the code of an automation."""
        before = self._lines()
        others = f"env['customer.tier.change'].browse({self.line.id})"
        for code in (
            f"{others}.unlink()",
            f"{others}.write({{'note': 'Forged'}})",
            f"{others}.copy({{'note': 'Forged'}})",
            "record.write({'date': '2020-01-01'})",
            "record.standing_id.unlink()",
            f"record.standing_id.write({{'partner_id': {self.env.user.partner_id.id}}})",
        ):
            with self.subTest(code):
                automation = self._automate("customer.tier.change", "on_create", **self._code(code))
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    self._set_by_hand()
                automation.unlink()
                self.assertEqual(self._lines(), before)
        self._set_by_hand()
        self.assertIn("Honest reason", str(self._lines()))

    def test_beside_a_programme_that_is_saved(self):
        """While a programme is saved, its checks are put off. An automation used the moment to make
        another programme one that cannot grade."""
        other = self._create_ladder(sequence=90)
        self._automate(
            "customer.tier",
            "on_create_or_write",
            **self._code(
                f"if record.program_id.id != {other.id}:\n"
                f"    env['customer.tier'].browse({other.tier_ids[-1].id}).condition_ids.unlink()"
            ),
        )
        self.env.flush_all()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            tier = {"min_score": 10, "name": "Other"}
            self.program.write({"tier_ids": [Command.update(self.gold.id, tier)]})

    def test_beside_a_value_that_is_saved(self):
        """While a value is saved, its answers are; another customer's answers, changed by an
        automation at that moment, left the grade as it was."""
        question = self.env.ref("customer_tiering.question_market")
        values = self.env["customer.tier.value"]
        given = {"metric_id": question.metric_id.id, "company_id": self.company.id}
        answers = [Command.create({"question_id": question.id, "answer": "2"})]
        other = self._create_own("Other")
        kept = values.create({**given, "partner_id": other.id, "answer_ids": answers})
        stale = self.env["customer.tier.stale"]
        stale.search([]).unlink()
        self._automate(
            "customer.tier.answer",
            "on_create",
            **self._code(
                f"answer = env['customer.tier.answer'].browse({kept.answer_ids.id})\n"
                "if record != answer:\n    answer.write({'answer': '5'})"
            ),
        )
        values.create({**given, "partner_id": self.buyer.id, "answer_ids": answers})
        self.assertEqual(kept.answer_ids.answer, "5")
        self.assertEqual(stale.search([]).partner_id, self.buyer | other)
