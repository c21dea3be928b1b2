from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Whether the page of reminders fills the customer's cart."""

    _inherit = "res.config.settings"

    customer_reorder_cart = fields.Boolean(
        related="company_id.customer_reorder_cart", readonly=False
    )
