from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ServiceSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.tier.care": rows(empty="change_ids own_user_id why"),
    "customer.tier.service": rows(
        empty="balance_warning care_count",
        # Of an own rule, with the own people, whatever of others is typed into it.
        typed="company_id preview",
    ),
    "customer.tier.service.member": rows(typed="company_id"),
    "res.partner": rows(
        empty=(
            "customer_care_id customer_care_since customer_care_why customer_dedicated_user_id "
            "customer_service_user_id"
        ),
    ),
    "sale.order": rows(empty="customer_term_offer_id"),
}
SILENT = {
    "customer.tier.service": {"balance_warning"},
    # The salesperson of the contact goes before whom a rule would give.
    "res.partner": {"customer_dedicated_user_id"},
    "sale.order": {"customer_term_offer_id"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ServiceSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
