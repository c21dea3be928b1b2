from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import PlaybookSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.stage.playbook": {"action_open_held": "m", "action_open_starts": "somc"},
    "customer.stage.playbook.start": {"action_open_partner": "somc", "action_retry": "om"},
    "customer.tier.standing": {"action_customer_win_back": "somc"},
    "customer.tier.tell": {"action_tell": "om"},
    "customer.win.back.ask": {"action_apply": "somc"},
    "res.partner": {"action_customer_win_back": "somc"},
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, PlaybookSecurityCase, RpcRightsCase):
    callers = CALLERS
