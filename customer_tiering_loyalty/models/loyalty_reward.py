from odoo import api, models


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

    @api.model_create_multi
    def create(self, vals_list):
        rewards = super().create(vals_list)
        rewards.program_id._customer_forget()
        return rewards

    def write(self, vals):
        result = super().write(vals)
        self.program_id._customer_forget()
        return result

    def unlink(self):
        self.program_id._customer_forget()
        return super().unlink()
