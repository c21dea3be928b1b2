from odoo import models


class CustomerReminderRuleStep(models.Model):
    """Steps know the mailing that their e-mails are counted for."""

    _inherit = "customer.reminder.rule.step"

    def _customer_reminder_mailing(self, subject, company):
        """The mailing of this step, made when its first e-mail is sent."""
        self.ensure_one()
        Mailing = self.env["mailing.mailing"].sudo()
        known = Mailing.with_context(active_test=False).search(
            [("customer_reminder_step_id", "=", self.id)], limit=1
        )
        return known or Mailing.create(
            {
                "subject": self.env._("Reminders: %s", self.rule_id.name),
                "name": f"{self.rule_id.name} ({self.id}): {subject}",
                "mailing_model_id": self.env["ir.model"]._get_id("customer.reminder.step"),
                "mailing_domain": repr([("step_id", "=", self.id)]),
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "customer_reminder_step_id": self.id,
                # Nobody sends it, and nobody is told of its figures a day later.
                "state": "done",
                "kpi_mail_required": False,
            }
        )
