from odoo import fields, models


class CustomerTierMetricPreviewLine(models.TransientModel):
    """One customer shown by ``customer.tier.metric.preview``, with its value."""

    _name = "customer.tier.metric.preview.line"
    _inherit = "customer.tier.input"
    _description = "Metric Preview Line"
    _order = "value desc, id"

    preview_id = fields.Many2one(
        "customer.tier.metric.preview", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    value = fields.Float(string="Number")
    value_text = fields.Char(string="Value")
