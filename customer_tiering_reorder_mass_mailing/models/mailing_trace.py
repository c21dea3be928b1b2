from odoo import models


class MailingTrace(models.Model):
    """What comes back reaches the reminder that it was sent for."""

    _inherit = "mailing.trace"

    def set_bounced(self, domain=None, bounce_message=False):
        traces = super().set_bounced(domain=domain, bounce_message=bounce_message)
        ours = traces.filtered(lambda trace: trace.model == "customer.reminder.step")
        if ours:
            # Whoever fetches mails need not sell.
            steps = self.env["customer.reminder.step"].sudo().browse(ours.mapped("res_id"))
            steps.exists()._note_bounce(bounce_message)
        return traces
