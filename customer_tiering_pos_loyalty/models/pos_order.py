from odoo import api, models
from odoo.exceptions import ValidationError


class PosOrder(models.Model):
    """An order of a till is not paid with the coupon of somebody else, whatever a till sends."""

    _inherit = "pos.order"

    @api.constrains("partner_id")
    def _check_customer_coupons(self):
        for order in self:
            for card in order.lines.coupon_id:
                if not card._customer_is_of(order.partner_id):
                    raise ValidationError(
                        self.env._(
                            "%(refused)s Take “%(coupon)s” off this order, or choose its customer.",
                            refused=card._customer_foreign(),
                            coupon=card.code,
                        )
                    )
