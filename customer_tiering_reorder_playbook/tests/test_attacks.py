from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering_playbook.tests.security_common import PlaybookSecurityCase
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {
    "customer.reminder.effect": rows(refused="playbook_id"),
    "customer.stage.playbook": rows(empty="effect_note effect_warning"),
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, PlaybookSecurityCase, AttackCase):
    addon = "customer_tiering_reorder_playbook"
    computed = COMPUTED
    silent = {
        # Of a rule.
        "customer.reminder.effect": {"playbook_id"},
        # Nobody is held back.
        "customer.stage.playbook": {"effect_warning"},
    }
