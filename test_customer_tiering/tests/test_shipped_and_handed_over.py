from odoo.addons.customer_tiering_point_of_sale.tests.till_common import TillCommon
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestShippedAndHandedOver(TillCommon):
    """Orders of which stock ships a part, and a till hands over the rest."""

    def test_rest_of_a_shipped_order(self):
        """6 of 10 were shipped and the rest was handed over at the till: when the till took 1 back,
        the 4 that it had handed over seemed never to have been delivered. A discount on the order
        goes with what came back."""
        env = self.env
        product = env["product.product"].search([("name", "=", "Tier Coffee")])
        discount = env["product.product"].create({"name": "Discount", "type": "service"})
        lines = [
            {"product_id": product.id, "product_uom_qty": 10, "price_unit": 100.0},
            {"product_id": discount.id, "product_uom_qty": 1, "price_unit": -200.0},
        ]
        for line in lines:
            line["tax_ids"] = False
        order = env["sale.order"].create(
            {"partner_id": self.customer.id, "order_line": [Command.create(one) for one in lines]}
        )
        order.action_confirm()
        move = order.order_line.move_ids
        move.write({"quantity": 6, "picked": True})
        move.picking_id.with_context(skip_backorder=True)._action_done()
        self.till.open_ui()
        line = order.order_line[0]
        sold = self._sell(4.0, sale_order_origin_id=order.id, sale_order_line_id=line.id)
        line.move_ids.filtered(lambda move: move.state != "done")._action_cancel()
        self.assertEqual(line.qty_delivered, 10)
        self.assertEqual(self._bought(), (800.0, 1))
        back = sold._refund()
        back.lines.qty = -1
        back.lines._onchange_amount_line_all()
        back._compute_prices()
        self._pay(back)
        self.assertLess(line.qty_delivered, 10)
        self.assertEqual(self._bought(), (720.0, 1))
