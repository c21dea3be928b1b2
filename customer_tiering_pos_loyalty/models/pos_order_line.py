from odoo import api, models


class PosOrderLine(models.Model):
    """Coupons come to orders of a till by their lines."""

    _inherit = "pos.order.line"

    @api.constrains("coupon_id")
    def _check_customer_coupons(self):
        self.order_id._check_customer_coupons()
