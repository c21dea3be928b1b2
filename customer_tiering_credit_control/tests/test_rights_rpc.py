from odoo.addons.customer_tiering.tests import rpc_common, security_common
from odoo.tests import tagged

from .common import CREDIT
from .security_common import RIGHTS, CreditSecurityCase

# Rights of credit approvers, where they are not those of salespeople.
APPROVER = {"customer.credit.approval": "rwc-", "customer.credit.apply": "rwc-"}
# Who may call what, as in the core addon; (c) stands for credit approvers.
CALLERS = {
    "customer.credit.apply": {"action_apply": "c"},
    "customer.credit.approval": {"action_approve": "c", "action_refuse": "c"},
    "customer.tier.standing": {"action_apply_credit": "c"},
    "res.partner": {"action_apply_customer_credit": "c", "action_request_credit": "somc"},
    # The core's own, which looks at the order before it looks at rights.
    "sale.order": {
        "action_confirm": "somca",
        "action_request_credit": "somc",
        "payment_action_void": "somca",
    },
}


@tagged("post_install", "-at_install")
class TestRightsRpc(rpc_common.RpcRightsTests, CreditSecurityCase, rpc_common.RpcRightsCase):
    """Of the core addon's models and methods, those are tried that credit approvers must not get at
    more than salespeople do."""

    callers = CALLERS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls._create_user("tiering_approver", CREDIT)
        cls.users["c"] = cls.approver
        cls.env.flush_all()

    def _models_for(self, letter):
        return {**security_common.RIGHTS, **RIGHTS} if letter == "c" else RIGHTS

    def _rights(self, name):
        if name in RIGHTS:
            rights = super()._rights(name)
            return {**rights, "c": APPROVER.get(name, rights["s"])}
        return {"c": security_common.RIGHTS[name][0]}

    def _callers_for(self, letter):
        if letter == "a" and "stock.picking" in self.env:
            # Beside stock the core looks at rights first.
            return {name: of for name, of in CALLERS.items() if name != "sale.order"}
        if letter != "c":
            return CALLERS
        # They are salespeople too.
        core = {
            name: {method: of.replace("s", "c") for method, of in methods.items()}
            for name, methods in rpc_common.CALLERS.items()
        }
        return {
            name: {**core.get(name, {}), **CALLERS.get(name, {})}
            for name in core.keys() | CALLERS.keys()
        }
