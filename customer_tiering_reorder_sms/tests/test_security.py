from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import SmsSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, SmsSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(SmsSecurityCase):
    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.reminder.link": ("_make", "_read"),
            "customer.reminder.step": ("_send_sms", "_sms_text", "_note_sms"),
            "customer.tier.standing": ("_without_mobile_number",),
            "phone.blacklist": ("_customer_reminder_answer",),
            "res.config.settings": ("_customer_reminder_sms_company",),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)

    def test_links_are_nobodys_to_read(self):
        """Colleagues order in a customer's name, by a code that they read in the table."""
        link = self.records["customer.reminder.link"]
        for user in (self.salesperson, self.officer, self.manager):
            for name in ("digest", "nonce"):
                with self.assertRaises(AccessError):
                    link.with_user(user).read([name])
            step = self.records["customer.reminder.step"].with_user(user)
            with self.assertRaises(AccessError):
                step.read(["short_url"])
        self.assertEqual(len(link.step_id), 1)
