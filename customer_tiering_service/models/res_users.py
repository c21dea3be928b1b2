from odoo import models

from .customer_tier_care_change import PEOPLE


class ResUsers(models.Model):
    """Who leaves hands over the customers who were dedicated, before open activities ask who looks
    after these."""

    _inherit = "res.users"

    def _customer_tier_hand_over(self, tasks):
        self.env["customer.tier.care"].sudo()._hand_over(self)
        return super()._customer_tier_hand_over(tasks)

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.tier.care.change"]._forget(PEOPLE, ids)
        return result
