from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import ServiceSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.tier.care": {"action_follow_rules": "om"},
    "customer.tier.service": {"action_assign": "m", "action_open_cares": "somc"},
    "res.partner": {"action_choose_dedicated": "somc", "action_keep_dedicated": "sc"},
    "sale.order": {"action_follow_customer_term": "somc"},
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, ServiceSecurityCase, RpcRightsCase):
    callers = CALLERS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever may change the contact; what else is installed gives that right to some.
        may = "".join(
            letter
            for letter, user in cls.users.items()
            if letter in "somc" and cls.env["res.partner"].with_user(user).has_access("write")
        )
        of_contacts = {**CALLERS["res.partner"], "action_keep_dedicated": may}
        cls.callers = {**CALLERS, "res.partner": of_contacts}
