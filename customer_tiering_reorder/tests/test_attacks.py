from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.reminder.effect": rows(
        refused=(
            "amount_difference amount_from amount_to caused_count compared_count control_count "
            "control_ordered_count currency_id difference difference_from difference_to "
            "display_name ordered_count picture verdict warning words"
        )
    ),
    "customer.reminder.report": rows(refused="currency_id"),
    "customer.reminder.rule": rows(empty="unreached_count", typed="step_note"),
    "customer.reminder.step": rows(
        refused="customer_id lang phone receipt_url reorder_url stop_url"
    ),
}
SILENT = {
    # Of a rule that holds nobody back.
    "customer.reminder.effect": {
        "amount_difference",
        "amount_from",
        "amount_to",
        "caused_count",
        "compared_count",
        "control_count",
        "control_ordered_count",
        "difference",
        "difference_from",
        "difference_to",
        "ordered_count",
        "picture",
        "warning",
    },
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
