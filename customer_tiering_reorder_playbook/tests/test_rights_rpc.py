from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering_playbook.tests.security_common import PlaybookSecurityCase
from odoo.tests import tagged

# Who may call what, as in the core addon.
CALLERS = {"customer.stage.playbook": {"action_open_effect": "m"}}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, PlaybookSecurityCase, RpcRightsCase):
    addon = "customer_tiering_reorder_playbook"
    callers = CALLERS
