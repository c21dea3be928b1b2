from odoo.addons.customer_tiering_reorder.controllers.reorder_page import ReorderPage
from odoo.addons.website_sale.models.website import CART_SESSION_CACHE_KEY
from odoo.http import request


class ReorderCart(ReorderPage):
    """The page whose orders go into the shop's cart."""

    def _order_url(self, order, reminder, age):
        if not order._customer_reorder_is_cart():
            return super()._order_url(order, reminder, age)
        # As core recovers a cart that was left: the page itself has no session.
        url = f"/shop/cart?id={order.id}&access_token={order.access_token}"
        mine = request.session.get(CART_SESSION_CACHE_KEY)
        # Who has begun another one chooses there what becomes of it.
        return url if mine and mine != order.id else f"{url}&revive_method=squash"

    def _quotation_text(self, order):
        if order._customer_reorder_is_cart():
            return order.env._("Your cart is filled. You can still change it in the shop.")
        return super()._quotation_text(order)

    def _open_text(self, reminder):
        if reminder.company_id.customer_reorder_cart:
            order = reminder._quotation_open()
            shop = reminder.company_id._customer_reorder_shop(reminder.env["product.product"])
            if order._customer_reorder_is_cart() if order else shop:
                return reminder.env._("Continue in the shop")
        return super()._open_text(reminder)
