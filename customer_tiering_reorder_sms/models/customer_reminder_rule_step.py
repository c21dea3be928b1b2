from odoo import api, fields, models


class CustomerReminderRuleStep(models.Model):
    """Steps that are sent by SMS."""

    _inherit = "customer.reminder.rule.step"

    channel = fields.Selection(selection_add=[("sms", "SMS")], ondelete={"sms": "cascade"})
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS Text",
        domain="[('model', '=', 'customer.reminder.step')]",
        ondelete="restrict",
        help="Empty: the usual text with a short link to what the customer buys.",
    )

    @api.constrains("sms_template_id")
    def _check_sms_template(self):
        for step in self:
            self._check_model(step.sms_template_id.sudo().model)
