from odoo import fields, models


class CustomerReminderStep(models.Model):
    """E-mails of reminders, followed as those of any mailing."""

    _inherit = "customer.reminder.step"

    mail_trace_id = fields.Many2one(
        "mailing.trace",
        ondelete="set null",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        export_string_translation=False,
    )
    # Salespeople read no traces, but what became of their customers' mails.
    mail_status = fields.Selection(
        related="mail_trace_id.trace_status", string="E-Mail", exportable=False
    )
    skip_reason = fields.Selection(
        selection_add=[("bounced", "E-mail came back")], ondelete={"bounced": "set null"}
    )

    def _send_email(self):
        result = super()._send_email()
        # Marketing's records are nobody's who only sells.
        step = self.sudo()
        mailing = step.step_id._customer_reminder_mailing(step.subject, step.company_id)
        step.mail_id.mailing_id = mailing
        step.mail_trace_id = (
            self.env["mailing.trace"]
            .sudo()
            .create(
                {
                    "trace_type": "mail",
                    "mail_mail_id": step.mail_id.id,
                    "message_id": step.mail_id.message_id,
                    "email": step.partner_id.email_normalized,
                    "model": self._name,
                    "res_id": step.id,
                    "mass_mailing_id": mailing.id,
                }
            )
        )
        return result

    def _unwanted(self):
        if reason := super()._unwanted():
            return reason
        if self.channel == "email" and self._left_list():
            return "opted_out"
        return ""

    def _left_list(self):
        """Whether the contact has left a list, which says that it wants no reminders."""
        # Lists are marketing's.
        left = self.env["mailing.subscription"].sudo()
        return bool(
            left.search_count(
                [
                    ("list_id.customer_ends_reminders", "=", True),
                    ("opt_out", "=", True),
                    ("contact_id.email_normalized", "=", self.partner_id.email_normalized),
                ],
                limit=1,
            )
        )

    def _note_bounce(self, message):
        """The mail came back: another channel may reach the customer."""
        for step in self.filtered(lambda step: step.state == "sent" and not step.confirmed_at):
            step._fail("bounced", message and message.strip()[:500])
            step._trigger_job()
