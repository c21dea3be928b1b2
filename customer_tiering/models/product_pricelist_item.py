from odoo import api, models


class ProductPricelistItem(models.Model):
    """The rule that carries a tier's typed discount says what the tier says."""

    _inherit = "product.pricelist.item"

    @api.constrains(
        "applied_on",
        "compute_price",
        "percent_price",
        "min_quantity",
        "date_start",
        "date_end",
        "base",
        "base_pricelist_id",
    )
    def _check_customer_tier_rule(self):
        self.pricelist_id._customer_tier_check_rule()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_customer_tier_rule(self):
        self.pricelist_id._customer_tier_check_rule(without=self)
