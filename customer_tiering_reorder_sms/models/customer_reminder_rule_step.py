from odoo import api, fields, models
from odoo.tools.rendering_tools import parse_inline_template

from .. import sms_length
from .customer_reminder_step import STAND_IN, TEMPLATE, with_sentence

# A name, a day, a number: what a text fills in differs.
ABOUT = "x" * 12


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

    def _sms_length(self, company):
        """How long this step's text is with the company's name and address, in the language of the
        environment.

        :return: ``sms_length.Length``
        """
        template = self.sms_template_id or self.env.ref(TEMPLATE)
        filled = {
            "object.company_id.name": company.name,
            "object.short_url": f"{company.get_base_url()}{STAND_IN}",
        }
        # Whoever sets rules up need not read texts of everybody.
        text = "".join(
            literal + (filled.get(expression, default or ABOUT) if expression else "")
            for literal, expression, default in parse_inline_template(template.sudo().body or "")
        )
        return sms_length.of(with_sentence(text, self._besides_sample()))
