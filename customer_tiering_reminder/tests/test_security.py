from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import ReminderSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, ReminderSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(ReminderSecurityCase):
    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.reminder": ("_open", "_close_fulfilled", "_note_ended", "_measure"),
            "customer.reminder.rule": ("_remind", "_plans", "_preview", "_load_demo"),
            "customer.contact.policy": ("_situations", "_waiting"),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)
