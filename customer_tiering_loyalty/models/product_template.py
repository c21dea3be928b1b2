from odoo import models


class ProductTemplate(models.Model):
    """Names of products that are given away are remembered as customers read them."""

    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            given = [("customer_benefit_id", "!=", False)]
            # sudo: whoever renames a product need not read promotions.
            if self.env["loyalty.program"].sudo().search_count(given, limit=1):
                self.env.registry.clear_cache()
        return result
