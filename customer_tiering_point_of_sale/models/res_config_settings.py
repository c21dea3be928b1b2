from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The same warning where a till's pricelists are switched on."""

    _inherit = "res.config.settings"

    pos_customer_tier_warning = fields.Char(related="pos_config_id.customer_tier_warning")
