from odoo import models
from odoo.fields import Domain


class CustomerProductSuggestion(models.AbstractModel):
    """What the shop knows to go with a product, or to take its place."""

    _inherit = "customer.product.suggestion"

    def _goes_with(self, product):
        return super()._goes_with(product) | product.accessory_product_ids.product_tmpl_id

    def _replacements(self, ids, company):
        """The first alternative that is sold."""
        result = super()._replacements(ids, company)
        gone = self.env["product.product"].browse(ids).exists()
        alternatives = gone.product_tmpl_id.alternative_product_ids
        domain = Domain("product_tmpl_id", "in", alternatives.ids) & self._suitable_domain(company)
        variants = self.env["product.product"].search(domain).grouped("product_tmpl_id")
        for product in gone:
            sold = [t for t in product.alternative_product_ids if t in variants]
            if sold:
                result.setdefault(product.id, variants[sold[0]][0])
        return result
