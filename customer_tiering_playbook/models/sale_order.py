from odoo import api, models


class SaleOrder(models.Model):
    """Orders end win-backs, and open them again when they are taken back."""

    _inherit = "sale.order"

    @api.model
    def _customer_tier_awaiting_models(self):
        return [*super()._customer_tier_awaiting_models(), "customer.win.back"]
