from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.reminder.rule": rows(empty="unreached_count", typed="step_note"),
    "customer.reminder.step": rows(
        refused="customer_id lang phone receipt_url reorder_url stop_url"
    ),
}
SILENT = {}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
