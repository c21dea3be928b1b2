from odoo import api, models


class IrUiMenu(models.Model):
    """Requests for more credit, and what was changed of limits, show once there are any."""

    _inherit = "ir.ui.menu"

    @api.model
    def _customer_tier_optional_menus(self):
        addon = "customer_tiering_credit_control"
        return {
            **super()._customer_tier_optional_menus(),
            f"{addon}.customer_credit_approval_menu": [("customer.credit.approval", [])],
            f"{addon}.customer_credit_change_menu": [("customer.credit.change", [])],
        }
