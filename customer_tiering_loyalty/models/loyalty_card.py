from odoo import models


class LoyaltyCard(models.Model):
    """Coupons that only the customer may use to whom they were made out."""

    _inherit = "loyalty.card"

    def _customer_is_personal(self):
        """Hook: whether nobody else may use this coupon."""
        self.ensure_one()
        return self.program_id.customer_personal
