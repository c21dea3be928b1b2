from odoo import api, fields, models


class MailActivityPlan(models.Model):
    """Plans of playbooks: their names are translated, and changes to them are checked."""

    _inherit = "mail.activity.plan"

    name = fields.Char(translate=True)

    @api.constrains("res_model")
    def _customer_check_responsible(self):
        self.template_ids._customer_check_responsible()

    @api.constrains("res_model", "template_ids", "company_id")
    def _customer_check_playbooks(self):
        playbooks = self.env["customer.stage.playbook"].sudo().with_context(active_test=False)
        playbooks.search([("plan_id", "in", self.ids)])._check_plan()
