from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import PairsSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, PairsSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(PairsSecurityCase):
    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.tier.ahp": ("_open",),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)
