from odoo.addons.customer_tiering.tests.attack_common import AttackTests
from odoo.tests import tagged

from .attack_common import CreditAttackCase


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, CreditAttackCase):
    pass
