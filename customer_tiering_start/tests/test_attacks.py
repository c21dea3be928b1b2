from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import StartSecurityCase


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, StartSecurityCase, AttackCase):
    computed = {
        "onboarding.onboarding.step": rows(
            empty="customer_tier_fact customer_tier_is_next customer_tier_state"
        ),
    }
    # Told of the step that is to do next.
    silent = {"onboarding.onboarding.step": {"customer_tier_is_next"}}
