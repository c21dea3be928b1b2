from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ScenarioSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.tier.advice": rows(empty="can_try remedy what", typed="company_id"),
    "customer.tier.program": rows(empty="result_advice_count"),
    "customer.tier.scenario": rows(
        empty="change_text is_large now_text outdated problem progress results sliders",
        typed="company_id currency_id",
    ),
    # Lines are made by the system alone.
    "customer.tier.scenario.line": rows(
        empty="currency_id is_changed setting tier_color", typed="company_id"
    ),
}
# Of what is not there: changes, contradictions, and long ones under way.
SILENT = {
    "customer.tier.scenario": {"change_text", "is_large", "outdated", "problem", "progress"},
    "customer.tier.scenario.line": {"is_changed"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ScenarioSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
