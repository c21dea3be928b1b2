from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.product.suggest.line": rows(empty="uom_id"),
    "customer.purchase.rhythm": rows(refused="currency_id user_id next_text source_text"),
    "customer.reminder": rows(refused="contact_id phone suggestion_html"),
    "customer.reminder.contact": rows(empty="customer_id"),
    # Neither of them manages products.
    "product.category": rows(
        refused="customer_cycle_count customer_cycle_learnt_on customer_cycle_quarter "
        "customer_cycle_three_quarters customer_cycle_typical customer_cycle_tracked "
        "customer_replenishable",
    ),
    "customer.reminder.effect": rows(
        refused=(
            "amount_difference amount_from amount_to answered basis caused_count compared_count "
            "control_count control_ordered_count currency_id difference difference_from "
            "difference_to display_name ordered_count picture verdict warning words"
        )
    ),
    "customer.reminder.report": rows(refused="currency_id"),
    "customer.reminder.rule": rows(empty="effect_note effect_warning step_note unreached_count"),
    "customer.reminder.rule.step": rows(empty="display_name"),
    "customer.reminder.step": rows(
        refused="customer_id lang phone receipt_url reorder_url stop_url"
    ),
    "res.config.settings": rows(refused="customer_reorder_confirm customer_reorder_price_days"),
    "res.partner": rows(
        empty="customer_has_rhythm customer_lost_text customer_rhythm_ids customer_rhythm_picture "
        "customer_has_suggestions customer_suggestion_html",
    ),
}
SILENT = {
    "customer.reminder": {"phone"},
    # Of a rule that holds nobody back.
    "customer.reminder.effect": {
        "amount_difference",
        "amount_from",
        "amount_to",
        "answered",
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
    # Told of steps that move, and where there are e-mails.
    "customer.reminder.rule": {"effect_warning", "step_note", "unreached_count"},
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
