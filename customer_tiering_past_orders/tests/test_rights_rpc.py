from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import PastOrderSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.past.order": {
        "action_create_customers": "om",
        "action_find": "om",
        # Files to begin with, the same for everybody.
        "get_import_templates": "pisoma",
    },
    # What both have in common, without any records.
    "customer.past.row": {"action_create_customers": "", "action_find": ""},
    "customer.tier.opening": {
        "action_create_customers": "m",
        "action_find": "m",
        "get_import_templates": "pisoma",
    },
    "customer.tier.standing": {"action_open_past_orders": "som"},
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, PastOrderSecurityCase, RpcRightsCase):
    callers = CALLERS

    @classmethod
    def _create_records(cls, company):
        return {
            **super()._create_records(company),
            "customer.past.row": cls.env["customer.past.row"],
        }

    def test_no_records_at_all(self):
        """The files to begin with are for whoever asks; of the rest, nothing is for nobody."""
        self.callers = {"customer.tier.standing": CALLERS["customer.tier.standing"]}
        return super().test_no_records_at_all()
