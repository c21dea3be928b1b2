from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import PastOrderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.past.order": rows(empty="amount_company counts", typed="company_currency_id"),
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, PastOrderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = {}
