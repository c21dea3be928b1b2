from odoo.tests import HttpCase, tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestRaisedOrderTour(HttpCase, QuotationCase):
    def test_raised_in_the_form(self):
        """Where confirming over the limit asks before, making the order larger afterwards did not:
        it was saved by the way, by leaving the page."""
        self.company.customer_credit_check = "warn"
        order = self._quote(100)
        order.action_confirm()
        order = order.sudo()
        self.env.flush_all()
        self.start_tour(
            f"/odoo/action-sale.action_orders/{order.id}",
            "customer_tiering_raised_order",
            login=self.salesperson.login,
        )
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, 800)
