from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import ReminderSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.agenda": rows(refused="currency_id headline next_step phone tier_color"),
    "customer.holiday.fill": rows(empty="is_own"),
    "customer.reminder": rows(refused="group_text tier_color"),
    "customer.reminder.rule": rows(
        empty="capped_count held_count month_count reminder_count today_count waiting_count"
    ),
    "res.config.settings": rows(
        refused=(
            "customer_contact_daily_limit customer_contact_from customer_contact_month_cap "
            "customer_contact_until customer_contact_wait_calls customer_contact_wait_overdue "
            "customer_contact_week_cap"
        ),
    ),
}
SILENT = {
    "customer.agenda": {"phone"},
    "customer.reminder.rule": {
        "capped_count",
        "held_count",
        "month_count",
        "today_count",
        "waiting_count",
    },
    "res.config.settings": {"customer_contact_wait_overdue"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReminderSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
