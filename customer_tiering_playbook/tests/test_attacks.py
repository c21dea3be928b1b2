from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import PlaybookSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.stage.playbook": rows(
        empty="activity_count display_name held_count open_count step_ids"
    ),
    "customer.stage.playbook.start": rows(
        empty="company_id done_count group_text partner_id plan_id",
    ),
    "customer.tier.tell": rows(empty="playbook_count playbook_forecast"),
    # Of the own win-back, as it was drawn.
    "customer.win.back": rows(empty="may_correct", typed="group_text tier_color"),
    "customer.win.back.ask": rows(typed="customer_count"),
    "res.config.settings": rows(refused="customer_win_back_control_share"),
    "res.partner": rows(
        empty="customer_is_lapsed customer_playbook_start_ids customer_win_back_ids",
    ),
}
SILENT = {
    # Nobody is held back.
    "customer.stage.playbook": {"held_count"},
    "customer.stage.playbook.start": {"done_count"},
    "res.config.settings": {"customer_win_back_control_share"},
    "res.partner": {"customer_is_lapsed"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, PlaybookSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
