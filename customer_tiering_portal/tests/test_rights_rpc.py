from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import SecurityCase
from odoo.tests import tagged

ROUTES = {
    "/tiers": ("public", "http", True, ("GET",)),
    "/my/tier": ("user", "http", True, ("GET",)),
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, RpcRightsCase, SecurityCase):
    """What of this addon can be called, and by whom."""

    addon = "customer_tiering_portal"
    callers = {}
    routes = ROUTES
