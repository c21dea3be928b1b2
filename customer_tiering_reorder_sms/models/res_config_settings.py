from odoo import api, fields, models
from odoo.addons.customer_tiering_reorder import signed
from odoo.tools import hash_sign

# What the signature is good for.
SCOPE = "customer_tiering_reorder_sms.answer"


class ResConfigSettings(models.TransientModel):
    """The address to which a provider passes answers to SMS on."""

    _inherit = "res.config.settings"

    customer_reminder_sms_answer_url = fields.Char(
        string="Answers to SMS",
        compute="_compute_customer_reminder_sms_answer_url",
        groups="base.group_system",
        exportable=False,
        help="Give this address to your SMS provider, which passes answers on to it by POST, with "
        "the number in “From” and the text in “Body”. Who answers STOP gets no more SMS.",
    )

    @api.depends("company_id")
    def _compute_customer_reminder_sms_answer_url(self):
        for settings in self:
            token = hash_sign(self.sudo().env, SCOPE, [settings.company_id.id])
            base = settings.company_id.get_base_url()
            settings.customer_reminder_sms_answer_url = f"{base}/customer_tiering/sms/{token}"

    @api.model
    def _customer_reminder_sms_company(self, token):
        """The company of an address that a provider has; empty for one that is wrong."""
        companies = self.env["res.company"].sudo()
        payload = signed.read(companies.env, SCOPE, token)
        return companies.browse(payload[0] if payload else ()).exists()
