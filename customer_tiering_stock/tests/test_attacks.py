from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {
    "customer.tier": rows(empty="priority_warning"),
    "res.config.settings": rows(refused="customer_urgent_days customer_urgent_days_text"),
    "sale.order": rows(empty="customer_urgent"),
    "stock.move": rows(empty="customer_tier_id"),
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_stock"
    computed = COMPUTED
    # A tier of normal priority has nothing to tell.
    silent = {
        "customer.tier": {"priority_warning"},
        # Whoever may not change settings reads none.
        "res.config.settings": {"customer_urgent_days", "customer_urgent_days_text"},
        "sale.order": {"customer_urgent"},
        # Nothing is delivered in these tests.
        "stock.move": {"customer_tier_id"},
    }
