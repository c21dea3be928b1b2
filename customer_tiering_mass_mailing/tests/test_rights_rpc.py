from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import SecurityCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, RpcRightsCase, SecurityCase):
    addon = "customer_tiering_mass_mailing"
    # The models are those of the core addon, and tried there.
    rights = {}
    callers = {"customer.tier": {"action_mailing": "som"}}
