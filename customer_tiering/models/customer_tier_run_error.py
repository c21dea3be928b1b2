from odoo import fields, models


class CustomerTierRunError(models.Model):
    _name = "customer.tier.run.error"
    _description = "Grading Error"
    _order = "run_id, id"

    run_id = fields.Many2one("customer.tier.run", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    program_id = fields.Many2one("customer.tier.program", string="Programme", ondelete="cascade")
    metric_id = fields.Many2one("customer.tier.metric", ondelete="cascade")
    message = fields.Text(required=True)
