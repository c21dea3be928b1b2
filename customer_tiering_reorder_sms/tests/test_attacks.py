from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

from .security_common import SmsSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.reminder.rule": rows(empty="sms_note"),
    "customer.reminder.step": rows(refused="short_url"),
    "res.config.settings": rows(refused="customer_reminder_sms_answer_url"),
}
SILENT = {
    # Told of rules with an SMS.
    "customer.reminder.rule": {"sms_note"},
    # Addresses are the system's.
    "customer.reminder.step": {"short_url"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, SmsSecurityCase, AttackCase):
    computed = COMPUTED
    silent = SILENT
