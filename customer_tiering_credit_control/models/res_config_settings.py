from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The company's settings of credit control."""

    _inherit = "res.config.settings"

    customer_credit_check = fields.Selection(
        related="company_id.customer_credit_check", readonly=False, required=True
    )
    customer_credit_approver_id = fields.Many2one(
        related="company_id.customer_credit_approver_id", readonly=False
    )
    customer_credit_own_requests = fields.Boolean(
        related="company_id.customer_credit_own_requests", readonly=False
    )
    customer_credit_order_days = fields.Integer(
        related="company_id.customer_credit_order_days", readonly=False
    )
