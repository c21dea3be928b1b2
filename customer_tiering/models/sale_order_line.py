from odoo import api, models

GRADED_FIELDS = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "order_id",
}


class SaleOrderLine(models.Model):
    """Lines of orders: whose grade they change, and the price by a list."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._customer_tier_mark_stale()
        return lines

    def write(self, vals):
        # A line may go from one order to another.
        before = self.order_id if "order_id" in vals else self.env["sale.order"]
        result = super().write(vals)
        if GRADED_FIELDS & vals.keys():
            self._customer_tier_mark_stale()
            before._customer_tier_lines_changed()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders._customer_tier_lines_changed()
        return result

    def _customer_tier_mark_stale(self):
        self.order_id._customer_tier_lines_changed()

    # What the tier's prices come to

    def _customer_price_by(self, pricelist):
        """What a list gives for the line, as the core shows it there.

        :param pricelist: none for the catalogue
        :return: price, unit price as shown on the line, and discount in percent
        """
        self.ensure_one()
        line = self.with_company(self.company_id)
        values = line._get_pricelist_kwargs()
        rule = pricelist._get_product_rule(line.product_id, **values)
        rule = self.env["product.pricelist.item"].browse(rule)
        product = line.product_id.with_context(**line._get_product_price_context())
        price, shown, discount = rule._compute_price(product=product, **values), 0.0, 0.0
        if rule._show_discount():
            shown = rule._compute_price_before_discount(product=product, **values)
            discount = 100 - 100 * price / shown if shown else 0.0
        unit = line.product_id._get_tax_included_unit_price_from_price(
            max(price, shown),
            product_taxes=line.product_id.taxes_id._filter_taxes_by_company(line.company_id),
            fiscal_position=line.order_id.fiscal_position_id,
        )
        return price, unit, max(discount, 0.0)

    def _customer_price_is_listed(self):
        """Whether the line's price is one that lists give: not typed, a deposit or part of a
        combo."""
        self.ensure_one()
        typed = self.currency_id.compare_amounts(self.technical_price_unit, self.price_unit)
        return bool(
            self.product_id
            and not typed
            and not self.display_type
            and not self.is_downpayment
            and not self.combo_item_id
            and self.product_type != "combo"
        )

    def _customer_list_subtotal(self, base):
        """What the line would cost at the prices of another list, untaxed; what it costs, where
        its price is not that of its order's list.

        :param base: ``product.pricelist``, none for the catalogue
        """
        if not self._customer_price_is_listed():
            return self.price_subtotal
        here, unit, _discount = self._customer_price_by(self.order_id.pricelist_id)
        if self.currency_id.compare_amounts(unit, self.price_unit):
            return self.price_subtotal
        there = self._customer_price_by(base)[0]
        if not here:
            return there * self.product_uom_qty
        return self.price_subtotal * there / here

    def _customer_price_differs(self):
        """Whether the line has a price that its order's list does not give, and nobody typed."""
        if not self._customer_price_is_listed() or self.qty_invoiced:
            return False
        _price, unit, discount = self._customer_price_by(self.order_id.pricelist_id)
        # A larger discount than the list gives is a favour of whoever typed it.
        return bool(
            self.currency_id.compare_amounts(unit, self.price_unit)
            or discount - self.discount > 0.005
        )
