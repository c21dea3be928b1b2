from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import PairsSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.tier.ahp": {"action_use_weights": "m"},
    "customer.tier.program": {"action_weigh_pairs": "m"},
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, PairsSecurityCase, RpcRightsCase):
    callers = CALLERS
