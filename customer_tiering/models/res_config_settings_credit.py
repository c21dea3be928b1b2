from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_credit_window_days = fields.Integer(
        related="company_id.customer_credit_window_days", readonly=False
    )
    customer_credit_min_invoices = fields.Integer(
        related="company_id.customer_credit_min_invoices", readonly=False
    )
    customer_credit_clamp = fields.Boolean(
        related="company_id.customer_credit_clamp", readonly=False
    )
    customer_credit_low_from = fields.Float(
        related="company_id.customer_credit_low_from", readonly=False
    )
    customer_credit_medium_from = fields.Float(
        related="company_id.customer_credit_medium_from", readonly=False
    )
