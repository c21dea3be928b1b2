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
