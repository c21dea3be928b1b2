from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.tests import tagged

from .security_common import LoyaltySecurityCase

# As in the core addon.
COMPUTED = {"customer.tier.day": rows(empty="is_untold", typed="next_date")}
CALLERS = {
    "customer.tier.benefit": {"action_make_gift": "m"},
    "customer.tier.day": {"action_tell": "m"},
}


@tagged("post_install", "-at_install")
class TestRights(RightsTests, LoyaltySecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, LoyaltySecurityCase):
    computed = COMPUTED
    silent = {}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, LoyaltySecurityCase, RpcRightsCase):
    callers = CALLERS
