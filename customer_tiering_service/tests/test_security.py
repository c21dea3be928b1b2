from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import ServiceSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, ServiceSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(ServiceSecurityCase):
    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.tier.care": (
                "_assign",
                "_append",
                "_hand_over",
                "_plan",
                "_store",
                "_terms_of",
                "_told_of",
            ),
            "customer.tier.service": ("_of_company", "_foretell", "_load_demo"),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)
