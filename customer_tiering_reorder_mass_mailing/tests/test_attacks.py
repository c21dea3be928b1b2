from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering_reorder.tests.security_common import ReorderSecurityCase
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {"customer.reminder.step": rows(refused="mail_status")}
# Of a step that was not sent.
SILENT = {"customer.reminder.step": {"mail_status"}}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    addon = "customer_tiering_reorder_mass_mailing"
    computed = COMPUTED
    silent = SILENT

    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.reminder.step": ("_left_list", "_note_bounce"),
            "customer.reminder.rule.step": ("_customer_reminder_mailing",),
            "mailing.mailing": ("_is_of_reminders",),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)

    def test_traces_are_marketings(self):
        """Salespeople follow a step to the traces, and from there to any mailing."""
        step = self.records["customer.reminder.step"]
        for user in (self.salesperson, self.officer, self.manager):
            with self.assertRaises(AccessError):
                step.with_user(user).read(["mail_trace_id"])
