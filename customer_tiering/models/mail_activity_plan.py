from odoo import api, fields, models


class MailActivityPlan(models.Model):
    """Plans speak the language of whoever reads them: the usual playbooks come in several."""

    _inherit = "mail.activity.plan"

    name = fields.Char(translate=True)

    @api.constrains("res_model")
    def _check_customer_responsible(self):
        self.template_ids._check_customer_responsible()

    @api.constrains("res_model", "template_ids", "company_id")
    def _check_customer_playbooks(self):
        playbooks = self.env["customer.stage.playbook"].sudo().with_context(active_test=False)
        playbooks.search([("plan_id", "in", self.ids)])._check_plan()
