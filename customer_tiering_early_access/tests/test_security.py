from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.tests import tagged

from .security_common import EarlySecurityCase

# As in the core addon.
COMPUTED = {
    "customer.tier.early": rows(typed="company_id"),
    "product.template": rows(refused="customer_early_text customer_has_to_wait"),
    "sale.order": rows(empty="customer_early_text"),
}
# Colleagues wait for nothing, and these orders have no such product.
SILENT = {
    "product.template": {"customer_early_text", "customer_has_to_wait"},
    "sale.order": {"customer_early_text"},
}
CALLERS = {"customer.tier.benefit": {"action_price_early": "som"}}


@tagged("post_install", "-at_install")
class TestRights(RightsTests, EarlySecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, EarlySecurityCase):
    computed = COMPUTED
    silent = SILENT


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, EarlySecurityCase, RpcRightsCase):
    callers = CALLERS
