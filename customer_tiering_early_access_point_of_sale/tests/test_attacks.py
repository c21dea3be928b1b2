from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests
from odoo.addons.customer_tiering_early_access.tests.security_common import EarlySecurityCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, EarlySecurityCase):
    """What a company keeps for some tiers is told at its own tills alone."""

    addon = "customer_tiering_early_access_point_of_sale"
    computed = {}
    boss_groups = f"{AttackCase.boss_groups},point_of_sale.group_pos_manager"
