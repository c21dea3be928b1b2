from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import OverviewSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.tier.overview": {"open_figure": "som", "read_page": "som"},
    "customer.tier.snapshot": {"action_open_changes": "som"},
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, OverviewSecurityCase, RpcRightsCase):
    callers = CALLERS

    @classmethod
    def _create_records(cls, company):
        overview = cls.env["customer.tier.overview"]
        return {**super()._create_records(company), overview._name: overview}

    def _arguments(self, records, method):
        if method == "read_page":
            return [{}]
        if method == "open_figure":
            return ["tier", {}, {}]
        return super()._arguments(records, method)
