from odoo.addons.mass_mailing.controllers.main import MassMailController
from odoo.http import request


class ReminderUnsubscribe(MassMailController):
    """Who unsubscribes from a reminder gets no more reminders, rather than no more mails at all."""

    def _mailing_unsubscribe_from_document(self, mailing, document_id, email, hash_token):
        if mailing.mailing_model_real != "customer.reminder.step":
            return super()._mailing_unsubscribe_from_document(
                mailing, document_id, email, hash_token
            )
        # The token has been checked: it was made for this mailing, step and address.
        step = request.env["customer.reminder.step"].sudo().browse(int(document_id or 0)).exists()
        # Programs that scan mails open every link in them.
        pressed = request.httprequest.method == "POST" and step.partner_id.email_normalized == email
        if pressed:
            step.reminder_id._stop(step.partner_id)
            lists = request.env["mailing.list"].sudo().search([("customer_ends_reminders", "=", 1)])
            lists._update_subscription_from_email(email, opt_out=True)
        values = self._prepare_mailing_subscription_values(mailing, document_id, email, hash_token)
        told = request.env._("You get no more reminders to order again.")
        if pressed:
            values |= {"last_action": "subscription_updated", "unsubscribed_name": told}
        return request.render("mass_mailing.page_mailing_unsubscribe", values)
