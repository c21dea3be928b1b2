from odoo.addons.customer_tiering_credit_control.tests.test_limit_hidden import HiddenCase
from odoo.exceptions import AccessError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestLimitInStock(HiddenCase):
    """What the warehouse does that makes somebody owe more."""

    def test_transfer(self):
        """More was delivered in Inventory than the order had room for."""
        crate = self._create_product(
            name="Crate", type="consu", invoice_policy="delivery", list_price=1.0
        )
        crate.taxes_id = False
        worker = self._create_user("tiering_worker", "stock.group_stock_user")
        line = {"product_id": crate.id, "price_unit": 1, "product_uom_qty": 1, "tax_ids": False}
        order = self._quote(lines=[line])
        order.action_confirm()
        picking = order.sudo().picking_ids.with_user(worker)
        picking.move_ids.write({"quantity": 501, "picked": True})
        with self._refused(order.name), self.env.cr.savepoint():
            picking._action_done()
        self.env.invalidate_all()
        other = self._create_product(
            name="Never Ordered", type="consu", invoice_policy="delivery", list_price=1.0
        )
        other.taxes_id = False
        extra = {"product_id": other.id, "product_uom_qty": 500, "picking_id": picking.id}
        extra |= {"location_id": picking.location_id.id, "quantity": 500, "picked": True}
        extra |= {"location_dest_id": picking.location_dest_id.id}
        # Odoo has orders extended by who sells, too.
        seller = self._create_user(
            "tiering_worker_selling",
            "stock.group_stock_user,sales_team.group_sale_salesman_all_leads",
        )
        with self._refused(order.name), self.env.cr.savepoint():
            theirs = picking.with_user(seller)
            theirs.move_ids.write({"quantity": 1, "picked": True})
            theirs.move_ids.create(extra)
            theirs._action_done()
        self.env.invalidate_all()
        picking.move_ids.write({"quantity": 301, "picked": True})
        picking._action_done()
        self.assertEqual(self._used(), 801)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            order.order_line.qty_delivered = 0
        for user in (self.salesperson, worker):
            moves = picking.move_ids.with_user(user)
            for attempt in (
                lambda moves=moves: moves.write({"sale_line_id": False}),
                lambda moves=moves: moves.picking_id.write({"sale_id": False}),
            ):
                with self._refused("has the goods"), self.env.cr.savepoint():
                    attempt()
                    self.env.flush_all()
                self.env.invalidate_all()
        self.assertEqual(self._used(), 801)

    def test_delivered_again(self):
        """What had come back was owed no more and made room for another order; then the warehouse
        sent it once more, and the customer had both."""
        crate = self._create_product(name="Crate", type="consu", invoice_policy="delivery")
        line = {"product_id": crate.id, "price_unit": 400, "product_uom_qty": 1, "tax_ids": False}
        order = self._quote(lines=[line])
        order.action_confirm()
        picking = order.sudo().picking_ids
        self._move(picking)
        returned = self._return(picking)
        self._move(returned)
        self.assertEqual(self._used(), 500)
        self._confirmed(400)
        worker = self._create_user("tiering_worker", "stock.group_stock_user")
        theirs = picking.with_user(worker)
        for attempt in (lambda: self._return(returned.with_user(worker)), theirs.copy):
            with self._refused(order.name), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self._used(), 900)
        self._grant(300)
        again = self._return(returned.with_user(worker))
        self._move(again)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(self._used(), 1300)

    def _move(self, picking):
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking._action_done()

    def _return(self, picking):
        wizard = self.env["stock.return.picking"].with_env(picking.env)
        wizard = wizard.with_context(active_model="stock.picking", active_id=picking.id)
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        return picking.browse(wizard.action_create_returns()["res_id"])
