from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.reminder.rule": rows(empty="step_note unreached_count"),
    "customer.reminder.step": rows(
        refused="customer_id lang phone receipt_url reorder_url stop_url"
    ),
    "customer.purchase.rhythm": rows(refused="currency_id user_id next_text source_text"),
    # Neither of them manages products.
    "product.category": rows(
        refused="customer_cycle_count customer_cycle_learnt_on customer_cycle_quarter "
        "customer_cycle_three_quarters customer_cycle_typical customer_cycle_tracked "
        "customer_replenishable",
    ),
    "res.partner": rows(
        empty="customer_has_rhythm customer_lost_text customer_rhythm_ids customer_rhythm_picture",
    ),
}
SILENT = {
    # Told of steps that move, and where there are e-mails.
    "customer.reminder.rule": {"step_note", "unreached_count"},
    # Addresses are the system's; the customer has no phone.
    "customer.reminder.step": {"phone", "receipt_url", "reorder_url", "stop_url"},
    # Told of what is bought no longer.
    "res.partner": {"customer_lost_text"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT

    @classmethod
    def _more_records(cls, records, user):
        category = records["customer.purchase.rhythm"].category_id
        return {**super()._more_records(records, user), "product.category": category}
