from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.product.suggest.line": rows(empty="uom_id"),
    "customer.reminder": rows(refused="phone suggestion_html"),
    "res.config.settings": rows(refused="customer_reorder_confirm customer_reorder_price_days"),
    "res.partner": rows(empty="customer_has_suggestions customer_suggestion_html"),
}
SILENT = {"customer.reminder": {"phone"}}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
