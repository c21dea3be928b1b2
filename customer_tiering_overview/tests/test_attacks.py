from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import OverviewSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.tier.snapshot": rows(refused="currency_id repeat_rate tier_color"),
    "digest.digest": rows(
        refused=(
            "kpi_customer_demoted_value kpi_customer_promoted_value kpi_customer_won_back_value "
            "kpi_reminder_orders_value"
        )
    ),
}
# Nothing happened in the time of a digest.
SILENT = {"digest.digest": set(COMPUTED["digest.digest"])}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, OverviewSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
