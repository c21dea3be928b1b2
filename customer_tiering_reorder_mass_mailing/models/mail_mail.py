from odoo import models


class MailMail(models.Model):
    """E-mails of reminders can be unsubscribed from in mail programs, as those of any mailing."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        emails = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        # Core does it for mails that are notes on a record, where colleagues read the links.
        mailing, trace = self.mailing_id.sudo(), self.mailing_trace_ids.sudo()[:1]
        if self.res_id or trace.model != "customer.reminder.step":
            return emails
        url = mailing._get_unsubscribe_oneclick_url(trace.email, trace.res_id)
        for email in emails:
            email["headers"].update(
                {
                    "List-Unsubscribe": f"<{url}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "Precedence": "list",
                    "X-Auto-Response-Suppress": "OOF",
                }
            )
        return emails
