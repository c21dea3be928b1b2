from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import ReminderSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.agenda": {
        "action_do": "som",
        "action_done": "som",
        "action_open_partner": "som",
    },
    "customer.holiday.fill": {"action_fill": "m"},
    "customer.reminder": {"action_open_partner": "som"},
    "customer.reminder.rule": {"action_open_held": "m", "action_open_preview": "m"},
    "res.config.settings": {"action_customer_holidays": ""},
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, ReminderSecurityCase, RpcRightsCase):
    callers = CALLERS
