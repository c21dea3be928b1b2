from odoo import models


class SaleOrder(models.Model):
    """What customers order on the page of a reminder, as their cart in the shop."""

    _inherit = "sale.order"

    def _customer_reorder_hand_over(self):
        website = self._customer_reorder_shop()
        # Whom a salesperson wants to look at first buys nothing by itself.
        if not website or self._customer_reorder_asks_salesperson():
            return super()._customer_reorder_hand_over()
        self.write({"website_id": website.id, "require_signature": False})
        self._portal_ensure_token()
        return None

    def _customer_reorder_shop(self):
        """The shop whose cart this becomes, if the company wants that."""
        if not self.company_id.customer_reorder_cart:
            return self.env["website"]
        return self.company_id._customer_reorder_shop(self.order_line.product_id)

    def _customer_reorder_can_be_confirmed(self):
        # The shop asks for payment by itself.
        return super()._customer_reorder_can_be_confirmed() or bool(self._customer_reorder_shop())

    def _customer_reorder_is_asked_for(self):
        return super()._customer_reorder_is_asked_for() or self._customer_reorder_is_cart()

    def _customer_reorder_is_cart(self):
        return self.state == "draft" and bool(self.website_id)
