from odoo.tests import tagged

from .attack_common import AttackCase, AttackTests


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    pass
