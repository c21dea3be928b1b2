from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .security_common import PastOrderSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, PastOrderSecurityCase):
    def test_public_methods_ask_for_the_right(self):
        """A salesperson makes contacts of a whole file by calling what the button calls."""
        past = self.records["customer.past.order"].with_user(self.salesperson)
        for method in ("action_find", "action_create_customers"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(past, method)()
