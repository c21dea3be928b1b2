from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of the page that reminders lead to."""

    _inherit = "res.config.settings"

    customer_reorder_confirm = fields.Selection(
        related="company_id.customer_reorder_confirm", readonly=False
    )
    customer_reorder_price_days = fields.Integer(
        related="company_id.customer_reorder_price_days", readonly=False
    )
