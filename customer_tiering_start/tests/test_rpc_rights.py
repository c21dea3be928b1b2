from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import StartSecurityCase

CALLERS = {
    "onboarding.onboarding.step": {
        "action_customer_tier_open": "m",
        "action_customer_tier_resume": "m",
        "action_customer_tier_skip": "m",
    },
}


@tagged("post_install", "-at_install")
class TestRpcRights(RpcRightsTests, StartSecurityCase, RpcRightsCase):
    callers = CALLERS
