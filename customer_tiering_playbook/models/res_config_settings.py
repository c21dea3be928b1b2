from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of win-backs."""

    _inherit = "res.config.settings"

    customer_win_back_control_share = fields.Integer(
        related="company_id.customer_win_back_control_share", readonly=False
    )
