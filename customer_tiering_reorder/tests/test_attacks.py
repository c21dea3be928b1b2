from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.product.suggest.line": rows(empty="uom_id"),
    "customer.reminder": rows(refused="phone suggestion_html"),
    "customer.reminder.rule": rows(empty="unreached_count", typed="step_note"),
    "customer.reminder.step": rows(
        refused="customer_id lang phone receipt_url reorder_url stop_url"
    ),
    "res.config.settings": rows(refused="customer_reorder_confirm customer_reorder_price_days"),
    "res.partner": rows(empty="customer_has_suggestions customer_suggestion_html"),
}
SILENT = {"customer.reminder": {"phone"}}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
