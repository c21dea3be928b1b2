from odoo.tests import tagged

from .rpc_common import RpcRightsCase, RpcRightsTests


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, RpcRightsCase):
    pass
