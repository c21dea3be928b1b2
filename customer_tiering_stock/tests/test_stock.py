from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.addons.customer_tiering.tests.invoice_common import InvoiceCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestKeptGoods(InvoiceCase, GradingCase):
    """What customers keep of what they ordered, where orders are delivered from stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.action_archive()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.goods = cls._create_product(
            name="Kettle",
            type="consu",
            is_storable=True,
            invoice_policy="order",
            standard_price=60,
        )
        cls.env["stock.quant"].sudo()._update_available_quantity(
            cls.goods, cls.warehouse.lot_stock_id, 1000
        )
        cls._create_program(
            tiers=["All"],
            indicators=[
                {"metric": code, "scale": "linear", "linear_full": 1000}
                for code in ("quantity", "margin", "product_count", "average_order")
            ],
            domain=OWN,
        )
        cls.buyer = cls._create_own_customer("Buyer")

    def _order(self, pieces=10, **vals):
        """An order of kettles at 100 each, 30 days old."""
        return self._create_order(
            self.buyer,
            date=30,
            lines=[{"product_id": self.goods.id, "product_uom_qty": pieces, "price_unit": 100}],
            warehouse_id=self.warehouse.id,
            **vals,
        )

    def _deliver(self, order, pieces, days, backorder=False):
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))[:1]
        picking.action_assign()
        picking.move_ids.write({"quantity": pieces, "picked": True})
        if backorder:
            picking.with_context(skip_backorder=True)._action_done()
        else:
            picking.with_context(cancel_backorder=True)._action_done()
        self._date(picking, days)
        return picking

    def _send_back(self, picking, pieces, days):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model=picking._name)
            .create({})
        )
        wizard.product_return_moves.write({"quantity": pieces})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": pieces, "picked": True})
        back._action_done()
        self._date(back, days)
        return back

    def _date(self, picking, days):
        """As if it had been done so many days ago."""
        day = self._days_ago(days)
        picking.move_ids.filtered(lambda m: m.state == "done").date = f"{day} 12:00:00"

    def _counted(self):
        standing = self._standing(self.buyer)
        return standing.amount, standing.order_count

    def test_closed_short(self):
        """Of 100 pieces ordered one was delivered, and the rest will not be: the amount was that of
        100."""
        order = self._order(100)
        self._deliver(order, 1, 20)
        self._grade(as_of=self._days_ago(21))
        self.assertEqual(self._counted(), (10000, 1), "still to be delivered on that day")
        self._grade()
        self.assertEqual(self._counted(), (100, 1))
        values = self._numbers(self.buyer, "metric")
        self.assertEqual((values["quantity"], values["margin"]), (1, 40))

    def test_open_remainder(self):
        """What is still to come counts as ordered."""
        order = self._order()
        self._deliver(order, 4, 20, backorder=True)
        self._grade()
        self.assertEqual(self._counted(), (1000, 1))
        self._deliver(order, 6, 10)
        self._grade()
        self.assertEqual(self._counted(), (1000, 1))

    def test_open_remainder_made_smaller(self):
        """Graded alone, who gets less of an order than was ordered had still bought all of it, as
        long as a transfer was open."""
        order = self._order(10)
        order.order_line = [
            Command.create({"product_id": self.goods.id, "product_uom_qty": 10, "price_unit": 100})
        ]
        first, second = order.order_line
        move = second.move_ids
        own = move.picking_id.copy({"move_ids": False})
        move.picking_id = own
        self._deliver(order, 10, 20)
        self.assertEqual((first.qty_delivered, second.qty_delivered), (10, 0))
        move.product_uom_qty = 6
        self._grade()
        self.assertEqual(self._counted(), (1600, 1))
        self.env["customer.tier.run"]._grade_partners(self.buyer, self.company)
        self.env.invalidate_all()
        self.assertEqual(self._counted(), (1600, 1))

    def test_not_delivered_yet(self):
        """Nothing has left the warehouse: ordered is ordered."""
        self._order()
        self._grade()
        self.assertEqual(self._counted(), (1000, 1))

    def test_sent_back(self):
        """3 of 10 came back on day 15: from then on 7 were bought."""
        order = self._order()
        self._send_back(self._deliver(order, 10, 20), 3, 15)
        self._grade(as_of=self._days_ago(16))
        self.assertEqual(self._counted(), (1000, 1))
        self._grade()
        self.assertEqual(self._counted(), (700, 1))
        self.assertEqual(self._numbers(self.buyer, "metric")["quantity"], 7)

    def test_sent_back_and_credited(self):
        """Goods that came back and the credit note for them were deducted twice."""
        order = self._order()
        invoice = order._create_invoices()
        invoice.invoice_date = self._days_ago(25)
        invoice.action_post()
        self._send_back(self._deliver(order, 10, 20), 3, 15)
        date = self._days_ago(10)
        refund = invoice._reverse_moves([{"invoice_date": date, "date": date}])
        refund.invoice_line_ids = [Command.update(refund.invoice_line_ids.id, {"quantity": 3})]
        refund.invoice_date = date
        refund.action_post()
        self._grade()
        self.assertEqual(self._counted(), (700, 1))
        self.assertEqual(self._numbers(self.buyer, "metric")["quantity"], 7)

    def test_all_sent_back(self):
        """An order that came back whole is none."""
        order = self._order()
        self._send_back(self._deliver(order, 10, 20), 10, 15)
        self._grade()
        self.assertEqual(self._counted(), (0, 0))
        self.assertEqual(self._numbers(self.buyer, "metric")["product_count"], 0)

    def test_discount_goes_with_the_goods(self):
        """Goods of 1,000 on which the order gave 100 were sent back, and the amount was 100 below
        nothing; an order closed short with one of ten pieces was none, as the discount of all ten
        was taken off that one."""
        discount = self._create_product(name="Discount", type="service")
        self.company.sale_discount_product_id = discount
        order, short = self._order(), self._order()
        for one in (order, short):
            one.order_line = [
                Command.create({"product_id": discount.id, "price_unit": -100, "tax_ids": False})
            ]
        self._deliver(short, 1, 20)
        picking = self._deliver(order, 10, 20)
        self._send_back(picking, 4, 15)
        self._grade()
        self.assertEqual(self._counted(), (90 + 540, 2))
        self.assertEqual(self._numbers(self.buyer, "metric")["margin"], 30 + 180)
        self._send_back(picking, 6, 10)
        self._grade()
        self.assertEqual(self._counted(), (90, 1))

    def test_credited_less_than_was_sent_back(self):
        """The discount goes with the goods once, whether a credit note gives a part of it back or
        not."""
        discount = self._create_product(name="Discount", type="service")
        self.company.sale_discount_product_id = discount
        order = self._order()
        order.order_line = [
            Command.create({"product_id": discount.id, "price_unit": -100, "tax_ids": False})
        ]
        discount.invoice_policy = "order"
        invoice = order._create_invoices(final=True)
        invoice.invoice_date = self._days_ago(25)
        invoice.action_post()
        self._send_back(self._deliver(order, 10, 20), 5, 15)
        date = self._days_ago(10)
        refund = invoice._reverse_moves([{"invoice_date": date, "date": date}])
        goods = refund.invoice_line_ids.filtered(lambda line: line.product_id == self.goods)
        refund.invoice_line_ids = [
            Command.update(goods.id, {"quantity": 3}),
            Command.update((refund.invoice_line_ids - goods).id, {"price_unit": -30}),
        ]
        refund.invoice_date = date
        refund.action_post()
        self._grade()
        self.assertEqual(self._counted(), (450, 1))

    def test_exchanged(self):
        """Sent back to be exchanged, and on its way again, is not sent back."""
        order = self._order()
        back = self._send_back(self._deliver(order, 10, 20), 2, 15)
        self._send_back(back, 2, 12)
        self._grade()
        self.assertEqual(self._counted(), (1000, 1))

    def test_customer_is_graded_again(self):
        """A return is noticed only the next night."""
        order = self._order()
        picking = self._deliver(order, 10, 20)
        self._stale()
        self._send_back(picking, 2, 0)
        self.assertEqual(self._stale(), self.buyer)
        other = self._order()
        self._stale()
        other.picking_ids.action_cancel()
        self.assertEqual(self._stale(), self.buyer)

    def test_services_and_cancelled_transfers(self):
        """What is not delivered from stock, and an order of which nothing ever left, counts as
        ordered."""
        self._create_order(self.buyer, 50, date=30)
        order = self._order()
        order.picking_ids.action_cancel()
        self._grade()
        self.assertEqual(self._counted(), (1050, 2))

    def test_warehouse_worker(self):
        """Somebody who may not read orders delivers one all the same."""
        worker = self._create_user("tiering_worker", "stock.group_stock_user")
        order = self._order()
        picking = order.picking_ids.with_user(worker)
        picking.move_ids.write({"quantity": 4, "picked": True})
        picking.with_context(cancel_backorder=True)._action_done()
        self._grade()
        self.assertEqual(self._counted(), (400, 1))
