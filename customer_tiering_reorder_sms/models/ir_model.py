from odoo import api, models

OURS = "customer.reminder.step"


class IrModel(models.Model):
    """SMS texts can be written for planned contacts, which have no notes of their own."""

    _inherit = "ir.model"

    @api.depends("is_mail_thread")
    def _compute_is_mail_thread_sms(self):
        result = super()._compute_is_mail_thread_sms()
        self.filtered(lambda model: model.model == OURS).is_mail_thread_sms = True
        return result

    def _search_is_mail_thread_sms(self, operator, value):
        domain = super()._search_is_mail_thread_sms(operator, value)
        if domain is NotImplemented:
            return domain
        return ["|", ("model", "=", OURS), *domain]
