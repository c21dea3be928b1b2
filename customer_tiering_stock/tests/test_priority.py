from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.explain.benefits import of_tier
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPriority(GradingCase):
    """Deliveries of a tier that is handled with priority, in real warehouses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = cls._create_program(domain=OWN)
        cls.gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        cls.gold.delivery_priority = "1"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.goods = cls._create_product(name="Kettle", type="consu", is_storable=True)
        cls.golden = cls._create_own_customer("Golden", (20, 21000))
        cls.plain = cls._create_own_customer("Plain", (20, 100))
        cls._grade()

    def _order(self, customer=None, pieces=2, confirm=True, **vals):
        order = self._create_order(
            customer or self.golden,
            state="draft",
            lines=[{"product_id": self.goods.id, "product_uom_qty": pieces, "price_unit": 10}],
            warehouse_id=self.warehouse.id,
            **vals,
        )
        if confirm:
            order.action_confirm()
        return order

    def _stock(self, pieces):
        self.env["stock.quant"].sudo()._update_available_quantity(
            self.goods, self.warehouse.lot_stock_id, pieces
        )

    def _work(self, picking, pieces, backorder=True):
        picking.action_assign()
        picking.move_ids.write({"quantity": pieces, "picked": True})
        context = {"skip_backorder": True} if backorder else {"cancel_backorder": True}
        picking.with_context(**context)._action_done()

    def test_of_the_tier(self):
        """The best customers wait like everybody."""
        self.assertTrue(self._order(confirm=False).customer_urgent)
        self.assertFalse(self._order(self.plain, confirm=False).customer_urgent)
        self.assertEqual(self._order().picking_ids.mapped("priority"), ["1"])
        self.assertEqual(self._order(self.plain).picking_ids.mapped("priority"), ["0"])

    def test_every_step(self):
        """The star ends with picking: packing and shipping wait."""
        for steps, number in (("ship_only", 1), ("pick_ship", 2), ("pick_pack_ship", 3)):
            with self.subTest(steps):
                self.warehouse.delivery_steps = steps
                self._stock(10)
                order = self._order()
                for _step in range(number):
                    picking = order.picking_ids.filtered(lambda p: p.state != "done")
                    self.assertEqual(set(picking.mapped("priority")), {"1"})
                    for one in picking:
                        self._work(one, 2)
                self.assertEqual(len(order.picking_ids), number)

    def test_backorder(self):
        """What could not be delivered at once falls back in the queue."""
        self._stock(1)
        order = self._order(pieces=3)
        self._work(order.picking_ids, 1)
        backorder = order.picking_ids.filtered("backorder_id")
        self.assertEqual(backorder.priority, "1")

    def test_first_when_goods_come_in(self):
        """One piece comes in and goes to who ordered first, not to Gold."""
        waiting = self._order(self.plain, pieces=1).picking_ids
        urgent = self._order(pieces=1).picking_ids
        (waiting | urgent).action_assign()
        self._receive()
        self.assertEqual((waiting.state, urgent.state), ("confirmed", "assigned"))

    def _receive(self):
        """One piece comes in."""
        supplier = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": supplier.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 1,
                            "location_id": supplier.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        self._work(receipt, 1)

    def test_goods_sent_back(self):
        """The warehouse hurries to take back what was returned."""
        self._stock(5)
        order = self._order()
        self._work(order.picking_ids, 2)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=order.picking_ids.id, active_model="stock.picking")
            .create({"picking_id": order.picking_ids.id})
        )
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(back.priority, "0")

    def test_shipped_by_the_vendor(self):
        """An urgent order that a vendor ships could not be confirmed."""
        vendors = self.env.ref("stock.stock_location_suppliers")
        customers = self.env.ref("stock.stock_location_customers")
        kind = self.warehouse.out_type_id.copy(
            {"name": "Dropship", "sequence_code": "DS", "default_location_src_id": vendors.id}
        )
        route = self.env["stock.route"].create(
            {
                "name": "Dropship",
                "company_id": self.company.id,
                "sale_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Vendor to customer",
                            "action": "pull",
                            "procure_method": "make_to_stock",
                            "picking_type_id": kind.id,
                            "location_src_id": vendors.id,
                            "location_dest_id": customers.id,
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        self.goods.route_ids = route
        order = self._order()
        self.assertEqual(order.picking_ids.location_id, vendors)
        self._work(order.picking_ids, 2)
        self.assertEqual(order.picking_ids.state, "done")

    def test_delivered_in_parts(self):
        """Of two deliveries of one order, the second waited like everybody's."""
        self._stock(10)
        order = self._order(pieces=6)
        for pieces in (1, 2):
            waiting = order.picking_ids.filtered(lambda picking: picking.state != "done")
            self._work(waiting, pieces)
        waiting = order.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(len(order.picking_ids), 3)
        self.assertEqual(waiting.priority, "1")

    def test_orders_together(self):
        """A transfer for two orders fails, or forgets that one of them is urgent."""
        both = self._order() | self._order(self.plain)
        values = both.picking_ids.move_ids._get_new_picking_values
        moves = both.picking_ids.move_ids
        moves.picking_type_id = self.warehouse.out_type_id
        self.assertEqual(values()["priority"], "1")
        plain = self._order(self.plain).picking_ids.move_ids
        self.assertNotEqual(plain._get_new_picking_values().get("priority"), "1")

    def test_confirmed_orders_stay(self):
        """A customer falls to Silver, and what was promised is forgotten; or rises, and the
        warehouse is turned upside down."""
        urgent, plain = self._order(), self._order(self.plain)
        self._standing(self.golden).write({"manual_tier_id": False})
        self._standing(self.plain).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "VIP"}
        )
        self.gold.delivery_priority = "0"
        plain.note = "x"
        self.assertTrue(urgent.customer_urgent)
        self.assertFalse(plain.customer_urgent)
        self.assertEqual(urgent.picking_ids.priority, "1")

    def test_by_hand(self):
        """Somebody promises express delivery and cannot say so to the warehouse."""
        seller = self._create_user("tiering_all", "sales_team.group_sale_salesman_all_leads")
        order = self._order(self.plain, confirm=False)
        with self.assertRaisesRegex(UserError, "not confirmed yet"):
            order.with_user(seller).action_customer_raise_priority()
        order.with_user(seller).customer_urgent = True
        order.action_confirm()
        self.assertEqual(order.picking_ids.priority, "1")
        order.with_user(seller).action_customer_lower_priority()
        self.assertEqual((order.picking_ids.priority, order.customer_urgent), ("0", False))
        order.with_user(seller).action_customer_raise_priority()
        self.assertEqual(order.picking_ids.priority, "1")
        with self.assertRaises(AccessError):
            order.with_user(self.salesperson_b).action_customer_raise_priority()

    def test_lowered_for_one_of_two(self):
        """A transfer for two urgent orders lost its star when one of them could wait."""
        first, second = self._order(), self._order()
        both = first.picking_ids
        second.picking_ids.move_ids.picking_id = both
        first.action_customer_lower_priority()
        self.assertEqual(both.priority, "1")
        second.action_customer_lower_priority()
        self.assertEqual(both.priority, "0")

    def test_nothing_that_is_done(self):
        """A delivery of last week shows up as urgent."""
        self._stock(5)
        order = self._order(self.plain)
        self._work(order.picking_ids, 2)
        order.action_customer_raise_priority()
        self.assertEqual(order.picking_ids.priority, "0")

    def test_said_where_it_has_no_effect(self):
        """A star is set and nobody gets anything earlier."""
        self.assertFalse(self.gold.priority_warning)
        delivery = self.warehouse.out_type_id
        delivery.reservation_method = "manual"
        self.gold.invalidate_recordset()
        self.assertIn(delivery.display_name, self.gold.priority_warning)
        delivery.write(
            {
                "reservation_method": "by_date",
                "reservation_days_before": 2,
                "reservation_days_before_priority": 5,
            }
        )
        self.gold.invalidate_recordset()
        self.assertFalse(self.gold.priority_warning)

    def test_said_of_the_step_that_takes_goods(self):
        """In a warehouse that picks first the warning looked at the shipping dock, which takes
        nothing from stock."""
        self.warehouse.delivery_steps = "pick_ship"
        self.warehouse.out_type_id.reservation_method = "manual"
        self.assertFalse(self.gold.priority_warning)
        self.warehouse.pick_type_id.reservation_method = "manual"
        self.gold.invalidate_recordset()
        self.assertIn(self.warehouse.pick_type_id.display_name, self.gold.priority_warning)

    def _reserved_on(self, order):
        (move,) = order.picking_ids.move_ids.filtered(lambda move: not move.move_orig_ids)
        return move.reservation_date

    def test_reserved_earlier(self):
        """The company keeps goods for Gold three days longer, and in the warehouse nothing of it
        was known; or the days were those of before after somebody changed the operation type."""
        self.company.customer_urgent_days = 3
        for steps, kind in (
            ("ship_only", self.warehouse.out_type_id),
            ("pick_pack_ship", self.warehouse.pick_type_id),
        ):
            with self.subTest(steps):
                self.warehouse.delivery_steps = steps
                kind.write({"reservation_method": "by_date", "reservation_days_before": 2})
                self.assertEqual(kind.reservation_days_before_priority, 5)
                self.gold.invalidate_recordset()
                self.assertFalse(self.gold.priority_warning)
                due = fields.Datetime.now() + timedelta(days=30)
                urgent = self._order(commitment_date=due)
                plain = self._order(self.plain, commitment_date=due)
                early, late = self._reserved_on(urgent), self._reserved_on(plain)
                self.assertEqual(late - early, timedelta(days=3))
                plain.action_customer_raise_priority()
                self.assertEqual(self._reserved_on(plain), early)
        kind.reservation_days_before = 4
        self.assertEqual(kind.reservation_days_before_priority, 7)
        self.company.customer_urgent_days = 1
        self.assertEqual(kind.reservation_days_before_priority, 5)
        self.company.customer_urgent_days = 0
        self.assertEqual(kind.reservation_days_before_priority, 4)
        kind.reservation_days_before_priority = 9
        kind.reservation_days_before = 1
        self.assertEqual(kind.reservation_days_before_priority, 9, "0 leaves it to the type")
        with self.assertRaisesRegex(ValidationError, "between 0 and"):
            self.company.customer_urgent_days = -1

    def test_settings_say_where(self):
        """A number was typed into the settings that has no effect anywhere."""
        settings = self.env["res.config.settings"].create({"customer_urgent_days": 2})
        name = self.warehouse.out_type_id.display_name
        self.assertIn("no effect at present", settings.customer_urgent_days_text)
        self.assertIn(name, settings.customer_urgent_days_text)
        self.warehouse.out_type_id.reservation_method = "by_date"
        settings.invalidate_recordset(["customer_urgent_days_text"])
        # Beside a till there is a type of operations that this has no effect on.
        said = settings.customer_urgent_days_text.split(" It has no effect")[0]
        self.assertEqual(said, f"At {name}.")
        settings.execute()
        self.assertEqual(self.company.customer_urgent_days, 2)

    def test_first_when_goods_come_in_and_are_picked(self):
        """With a step before shipping, what comes in went to who ordered first."""
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps):
                self.warehouse.delivery_steps = steps
                self.goods = self._create_product(name="Pot", type="consu", is_storable=True)
                waiting = self._order(self.plain, pieces=1).picking_ids
                urgent = self._order(pieces=1).picking_ids
                (waiting | urgent).action_assign()
                self._receive()
                self.assertEqual((waiting.state, urgent.state), ("confirmed", "assigned"))

    def test_benefit_is_true(self):
        """Customers read of urgent deliveries in a tier that gives none."""
        self.env["customer.tier.benefit"].search([]).unlink()
        self.env["customer.tier.benefit"].create(
            {"program_id": self.gold.program_id.id, "name": "Delivered first", "kind": "priority"}
        )
        silver = self.gold.program_id.tier_ids.filtered(lambda tier: tier.name == "Silver")
        self.assertEqual([found.name for found in of_tier(self.gold)], ["Delivered first"])
        self.assertEqual(of_tier(silver), [])

    def test_promised_to_a_tier(self):
        """Planning did not see what is kept for Gold, counted a piece twice on its way through
        the warehouse, or asked for the tier of each move."""
        worker = self._create_user("tiering_worker", "stock.group_stock_user")
        self._stock(3)
        self.warehouse.delivery_steps = "pick_ship"
        urgent, plain = self._order(), self._order(self.plain, pieces=5)
        self._order(self.plain, confirm=False)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering_stock.stock_move_action_promised"
        )
        moves = self.env["stock.move"].with_user(worker)
        domain = [*literal_eval(action["domain"]), ("product_id", "=", self.goods.id)]

        def promised():
            groups = moves._read_group(
                domain, ["customer_tier_id"], ["product_qty:sum", "quantity:sum"]
            )
            return {tier.name: tuple(numbers) for tier, *numbers in groups}

        regular = self.env["customer.tier.standing"].search(
            [("partner_id", "=", self.plain.id), ("company_id", "=", self.company.id)]
        )
        (urgent | plain).picking_ids.action_assign()
        name = regular.tier_id.name or None
        self.assertEqual(promised(), {"Gold": (2, 2), name: (5, 1)})
        picked = urgent.picking_ids
        self._work(picked, 2)
        self.assertEqual(len(urgent.picking_ids), 2)
        self.assertEqual(promised(), {"Gold": (2, 2), name: (5, 1)})
        found = moves.search([*domain, ("customer_tier_id", "=", self.gold.id)])
        self.assertEqual(found.sudo().sale_line_id.order_id, urgent)
        self.assertEqual(found.customer_tier_id.name, "Gold")
        self.assertEqual(found, moves.search([*domain, ("customer_tier_id.name", "=", "Gold")]))
        last = urgent.picking_ids.filtered(lambda picking: picking.state != "done")
        self._work(last, 2)
        self.assertEqual(promised(), {name: (5, 1)})
