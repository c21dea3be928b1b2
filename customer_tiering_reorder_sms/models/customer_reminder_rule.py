from odoo import api, fields, models
from odoo.fields import Command


class CustomerReminderRule(models.Model):
    """Rules to start from have an SMS where nobody has answered an e-mail, and the form says how
    long texts are."""

    _inherit = "customer.reminder.rule"

    sms_note = fields.Text(
        compute="_compute_sms_note", exportable=False, groups="customer_tiering.group_manager"
    )

    @api.depends("step_ids.channel", "step_ids.sms_template_id")
    @api.depends_context("company", "lang")
    def _compute_sms_note(self):
        company = self.env.company
        languages = self.env["res.lang"].get_installed()
        for rule in self:
            lines = [
                rule._sms_line(step, company, code, name)
                for step in rule.step_ids.filtered(lambda step: step.channel == "sms")
                for code, name in languages
            ]
            rule.sms_note = "\n".join(dict.fromkeys(lines)) or False

    def _sms_line(self, step, company, code, name):
        length = step.with_context(lang=code)._sms_length(company)
        words = {"language": name, "signs": length.signs, "messages": length.messages}
        if length.messages > 1:
            return self.env._(
                "SMS in %(language)s: %(signs)s signs, so each is charged as %(messages)s "
                "messages. Up to %(room)s signs are one.",
                **words,
                room=length.room,
            )
        return self.env._("SMS in %(language)s: %(signs)s signs, one message", **words)

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
            rule._keep_to_policy(company)
        return rule

    def _unreached_by(self, channels, standings):
        found = super()._unreached_by(channels, standings)
        return found._without_mobile_number() if "sms" in channels else found
