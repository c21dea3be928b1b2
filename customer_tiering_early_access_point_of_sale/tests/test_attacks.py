from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering_early_access.tests.security_common import EarlySecurityCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, EarlySecurityCase):
    """What a company keeps for some tiers is told at its own tills alone."""

    addon = "customer_tiering_early_access_point_of_sale"
    # As in the core addon.
    computed = {"product.template": rows(refused="pos_customer_early")}
    # The products of these tests are for everybody.
    silent = {"product.template": {"pos_customer_early"}}
    boss_groups = f"{AttackCase.boss_groups},point_of_sale.group_pos_manager"
