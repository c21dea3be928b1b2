from odoo import models
from odoo.fields import Command


class CustomerReminderRule(models.Model):
    """Rules to start from have an SMS where nobody has answered an e-mail."""

    _inherit = "customer.reminder.rule"

    def _create_preset(self, code, company):
        rule = super()._create_preset(code, company)
        if code == "standard":
            mails = rule.step_ids.filtered(lambda step: step.channel == "email")
            last = mails[-1:]
            rule.step_ids = [
                Command.create(
                    {
                        "sequence": last.sequence + 5,
                        "channel": "sms",
                        "to": "customer",
                        "offset_days": last.offset_days + 1,
                        "offset_share": last.offset_share + 10,
                        "only_if": "not_clicked",
                    }
                )
            ]
        return rule
