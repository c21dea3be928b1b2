from odoo import models


class LoyaltyReward(models.Model):
    """What a gift is, as customers read it."""

    _inherit = "loyalty.reward"

    def _customer_words(self):
        """The product that is given; of anything else core's description."""
        self.ensure_one()
        products = self.reward_product_ids
        if self.reward_type == "product" and len(products) == 1:
            return products.name
        return self.description or ""
