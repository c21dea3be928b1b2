from odoo import fields, models


class SmsTracker(models.Model):
    """What a provider reports about an SMS of a reminder reaches its step."""

    _inherit = "sms.tracker"

    customer_reminder_step_id = fields.Many2one(
        "customer.reminder.step", ondelete="cascade", index="btree_not_null", readonly=True
    )

    def _action_update_from_sms_state(self, sms_state, failure_type=False, failure_reason=False):
        result = super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason
        )
        steps = self.customer_reminder_step_id
        if sms_state == "sent":
            steps._note_sms("delivered")
        elif sms_state in ("error", "canceled"):
            steps._note_sms(self._customer_reminder_failure(failure_type, failure_reason))
        return result

    def _action_update_from_provider_error(self, provider_error):
        result = super()._action_update_from_provider_error(provider_error)
        if steps := self.customer_reminder_step_id:
            _status, failure_type, failure_reason = result
            steps._note_sms(self._customer_reminder_failure(failure_type, failure_reason))
        return result

    def _customer_reminder_failure(self, failure_type, failure_reason):
        """The reason in the words of core."""
        kinds = self.env["sms.sms"]._fields["failure_type"]._description_selection(self.env)
        kind = dict(kinds).get(failure_type) or failure_type
        return failure_reason or kind or self.env._("The SMS was not sent.")
