from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ScenarioSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.tier.scenario": rows(
        empty="change_text is_large now_text outdated problem progress results sliders",
        typed="company_id currency_id",
    ),
    "customer.tier.scenario.line": rows(
        empty="setting",
        typed="company_id is_changed tier_color",
    ),
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ScenarioSecurityCase, AttackCase):
    computed = COMPUTED
