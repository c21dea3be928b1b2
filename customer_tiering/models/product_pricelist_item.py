from odoo import api, models


class ProductPricelistItem(models.Model):
    """The rule that carries a tier's typed discount says what the tier says, and makes nothing
    dearer."""

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

    def _compute_price(self, product, quantity, uom, date, currency=None, **kwargs):
        """What customers get money for, such as returned crates, is not made less by a discount."""
        price = super()._compute_price(product, quantity, uom, date, currency, **kwargs)
        # sudo: prices do not depend on who may read lists.
        made = self.compute_price == "percentage" and self.sudo().pricelist_id.customer_tier_id
        if price > 0 or not made:
            return price
        currency = currency or self.currency_id or self.env.company.currency_id
        base = self._compute_base_price(product, quantity, uom, date, currency, **kwargs)
        return min(price, base)
