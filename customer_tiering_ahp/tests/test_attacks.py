from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import PairsSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.tier.ahp": rows(empty="consistency_ratio left_out result"),
    "customer.tier.ahp.pair": rows(empty="left_name right_name"),
}
SILENT = {"customer.tier.ahp": {"left_out"}}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, PairsSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
