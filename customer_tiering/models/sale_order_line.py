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
        lines._customer_list_amount_follow()
        lines._customer_tier_mark_stale()
        return lines

    def write(self, vals):
        graded = GRADED_FIELDS & vals.keys()
        # A line may go from one order to another.
        before = self.order_id if "order_id" in vals else self.env["sale.order"]
        amounts = self._customer_list_amounts() if graded else {}
        result = super().write(vals)
        if graded:
            self._customer_list_amount_follow(amounts)
            self._customer_tier_mark_stale()
            before._customer_tier_lines_changed()
        return result

    def unlink(self):
        orders = self.order_id
        amounts = self._customer_list_amounts()
        result = super().unlink()
        self.browse()._customer_list_amount_follow(amounts)
        orders._customer_tier_lines_changed()
        return result

    def _customer_tier_mark_stale(self):
        self.order_id._customer_tier_lines_changed()

    # What the tier's prices come to

    def _customer_list_amounts(self):
        """What these lines would cost without the tier, of orders that keep what all of theirs
        would have cost.

        :return: dict ``sale.order`` → amount, untaxed, in its currency
        """
        amounts = {}
        # sudo: whoever changes a line may not read what the tier saves.
        for line in self.sudo():
            order = line.order_id
            if order.state == "sale" and order.customer_list_amount:
                _tier, base = order._customer_tier_base()
                amounts.setdefault(order, 0.0)
                percent = order.customer_tier_discount
                amounts[order] += line._customer_list_subtotal(base, percent)
        return amounts

    def _customer_list_amount_follow(self, before=None):
        """Lines of confirmed orders changed: what these would have cost without the tier changes
        by as much, and what is known of the other lines stays.

        :param before: :meth:`_customer_list_amounts` of the lines as they were
        """
        before, now = before or {}, self._customer_list_amounts()
        for order in before | now:
            change = now.get(order, 0.0) - before.get(order, 0.0)
            amount = order.currency_id.round(order.customer_list_amount + change)
            if amount != order.customer_list_amount:
                order.customer_list_amount = amount

    def _customer_price_by(self, pricelist):
        """What a list gives for the line, as the core shows it there.

        :param pricelist: none for the catalogue
        :return: price, unit price as shown on the line, and discount in percent
        """
        self.ensure_one()
        if self.combo_item_id:
            price, shown, discount = self._customer_combo_price(pricelist)
        else:
            price, shown, discount = self._customer_list_price(pricelist)
        return price, self._customer_unit_price(shown), discount

    def _customer_list_price(self, pricelist):
        """The price of the line's product by a list, the price that is shown with the discount, and
        this discount in percent."""
        line = self.with_company(self.company_id)
        values = line._get_pricelist_kwargs()
        rule = pricelist._get_product_rule(line.product_id, **values)
        rule = self.env["product.pricelist.item"].browse(rule)
        product = line.product_id.with_context(**line._get_product_price_context())
        price, shown, discount = rule._compute_price(product=product, **values), 0.0, 0.0
        if rule._show_discount():
            shown = rule._compute_price_before_discount(product=product, **values)
            discount = 100 - 100 * price / shown if shown else 0.0
        return price, max(price, shown), max(discount, 0.0)

    def _customer_combo_price(self, pricelist):
        """The same of a product that was chosen in a combo, as the core works it out: its choice's
        part of the combo's price by the list, and what is extra for the product."""
        combo = self._get_linked_line()
        _price, shown, discount = combo._customer_list_price(pricelist)
        choices = combo.product_template_id.sudo().combo_ids
        bases = {choice: choice.base_price for choice in choices}
        whole = sum(bases.values())
        own = self.combo_item_id.combo_id
        part = bases.get(own, 0.0) / whole if whole else float(own == choices[-1:])
        chosen = self.product_no_variant_attribute_value_ids
        extra = self.combo_item_id.extra_price
        extra += self.product_id._get_no_variant_attributes_price_extra(chosen)
        unit = shown * part + extra
        return unit * (1 - discount / 100), unit, discount

    def _customer_unit_price(self, price):
        """A price of a list as the unit price of the line, with the taxes that belong into it."""
        return self.product_id._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self.product_id.taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=self.order_id.fiscal_position_id,
        )

    def _customer_price_is_listed(self):
        """Whether the line's price is one that lists give: not typed, a deposit or the frame of a
        combo."""
        self.ensure_one()
        typed = self.currency_id.compare_amounts(self.technical_price_unit, self.price_unit)
        return bool(
            self.product_id
            and not typed
            and not self.display_type
            and not self.is_downpayment
            and self.product_type != "combo"
        )

    def _customer_listed_unit(self):
        """The unit price that the core gives the line by its order's list: of tickets that of the
        ticket, of what a promotion gives the promotion's."""
        # It is remembered by product and quantity alone, whatever the order's list is by now.
        priced = self | self._get_linked_line() if self.combo_item_id else self
        priced.invalidate_recordset(["pricelist_item_id"], flush=False)
        return self._customer_unit_price(self.with_company(self.company_id)._get_display_price())

    def _customer_list_subtotal(self, base, percent):
        """What the line would cost at the prices of another list, untaxed; what it costs, where
        its price is not that of its order's list.

        :param base: ``product.pricelist``, none for the catalogue
        :param percent: the tier's discount on the order, see ``_customer_tier_percent``
        """
        if not self._customer_price_is_listed():
            return self.price_subtotal
        there = self._customer_price_by(base)[0]
        if self._customer_price_is_below(there, percent):
            return self.price_subtotal / (1 - percent / 100)
        if self._customer_price_is_old():
            return self.price_subtotal
        here = self._customer_price_by(self.order_id.pricelist_id)[0]
        if here:
            return self.price_subtotal * there / here
        return self.price_subtotal or there * self.product_uom_qty

    def _customer_price_is_below(self, there, percent):
        """Whether the line costs just so many percent less than without the tier, whatever the
        list says by now.

        :param there: the price without the tier
        """
        if not 0 < percent < 100:
            return False
        usual = self._customer_unit_price(there * (1 - percent / 100))
        return not self.currency_id.compare_amounts(self._customer_price_paid(), usual)

    def _customer_price_paid(self):
        return self.price_unit * (1 - self.discount / 100)

    def _customer_price_is_old(self):
        """Whether the order's list gives another price by now. A larger discount than it gives is
        a favour of whoever typed it."""
        discount = self._customer_price_by(self.order_id.pricelist_id)[2]
        return bool(
            self.currency_id.compare_amounts(self._customer_listed_unit(), self.price_unit)
            or discount - self.discount > 0.005
        )

    def _customer_price_differs(self):
        """Whether the line has a price that its order's list does not give, and nobody typed."""
        listed = self._customer_price_is_listed() and not self.qty_invoiced
        return listed and self._customer_price_is_old()
