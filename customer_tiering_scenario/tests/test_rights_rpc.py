from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import ScenarioSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.tier.advice": {
        "action_ask_dismiss": "om",
        "action_dismiss": "om",
        "action_open_subject": "om",
        "action_try": "om",
    },
    "customer.tier.program": {"action_open_result_advice": "som", "action_try_changes": "om"},
    "customer.tier.scenario": {
        "action_apply": "m",
        "action_open_customers": "om",
        "action_open_run": "om",
        "action_open_undo": "om",
        "action_play_year": "om",
        "action_propose": "om",
        "action_read_again": "om",
        "action_refresh": "om",
        "action_take_rules": "om",
        "action_work_out": "om",
    },
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, ScenarioSecurityCase, RpcRightsCase):
    callers = CALLERS

    def _arguments(self, records, method):
        arguments = super()._arguments(records, method)
        return arguments + ([0, "figures", [0, 0]] if method == "action_open_customers" else [])

    def test_what_no_screen_sends(self):
        """A number, a view or a key of no table ended in a traceback that says nothing."""
        scenario = self.records["customer.tier.scenario"]
        self.authenticate(self.manager.login, self.manager.login)
        for arguments in ((9, "figures", [0, 0]), (0, "secrets", [0]), (0, "figures", 7)):
            with self.subTest(arguments=arguments):
                answer = self._answer(
                    scenario._name, "action_open_customers", scenario.ids, *arguments
                )
                self.assertEqual(answer, "odoo.exceptions.UserError")
