from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class MailingMailing(models.Model):
    """Mailings that only count what reminders have sent."""

    _inherit = "mailing.mailing"

    customer_reminder_step_id = fields.Many2one(
        "customer.reminder.rule.step",
        string="Step of a Reminder Rule",
        ondelete="set null",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    def _get_recipients_domain(self):
        # Reminders ask the contact policy; a mailing would not.
        return Domain.FALSE if self._is_of_reminders() else super()._get_recipients_domain()

    @api.private
    def _is_of_reminders(self):
        self.ensure_one()
        return self.mailing_model_real == "customer.reminder.step"

    def _customer_reminder_refuse(self):
        if any(mailing._is_of_reminders() for mailing in self):
            raise UserError(
                self.env._(
                    "Reminders are sent by their rule, customer by customer. Change the rule, or "
                    "look at Planned Contacts for what was not sent."
                )
            )

    def action_put_in_queue(self):
        self._customer_reminder_refuse()
        return super().action_put_in_queue()

    def action_retry_failed(self):
        self._customer_reminder_refuse()
        return super().action_retry_failed()

    def _action_send_mail(self, res_ids=None):
        self._customer_reminder_refuse()
        return super()._action_send_mail(res_ids)
