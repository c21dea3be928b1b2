from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestManufacturing(GradingCase):
    """Goods that are made to order, for customers in an urgent tier and for others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = cls._create_program(domain=OWN)
        cls.gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        cls.gold.delivery_priority = "1"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.golden = cls._create_own_customer("Golden", (20, 21000))
        cls.plain = cls._create_own_customer("Plain", (20, 100))
        cls._grade()
        to_order = cls.warehouse.mto_pull_id.route_id
        to_order.active = True
        cls.routes = to_order | cls.warehouse.manufacture_pull_id.route_id
        cls.screw = cls._create_product(name="Screw", type="consu", is_storable=True)
        cls.leg = cls._create_made("Leg", cls.screw)
        cls.table = cls._create_made("Table", cls.leg)

    @classmethod
    def _create_made(cls, name, component):
        product = cls._create_product(
            name=name, type="consu", is_storable=True, route_ids=[Command.set(cls.routes.ids)]
        )
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "company_id": cls.company.id,
                "bom_line_ids": [Command.create({"product_id": component.id, "product_qty": 1})],
            }
        )
        return product

    def _order(self, customer, **vals):
        order = self._create_order(
            customer,
            state="draft",
            lines=[{"product_id": self.table.id, "product_uom_qty": 1, "price_unit": 10}],
            warehouse_id=self.warehouse.id,
            **vals,
        )
        order.action_confirm()
        return order

    def _made_for(self, order):
        return self.env["mrp.production"].search([("reference_ids.sale_ids", "=", order.id)])

    def test_all_levels(self):
        """Gold's table was urgent, and its legs were made when their turn came."""
        made = self._made_for(self._order(self.golden))
        self.assertEqual(made.product_id, self.table | self.leg)
        self.assertEqual(set(made.mapped("priority")), {"1"})
        self.assertEqual(set(made.move_raw_ids.mapped("priority")), {"1"})
        made = self._made_for(self._order(self.plain))
        self.assertEqual(len(made), 2)
        self.assertEqual(set(made.mapped("priority")), {"0"})

    def test_by_hand(self):
        """The delivery was urgent from Tuesday on, and what it waited for was not."""
        order = self._order(self.plain)
        made = self._made_for(order)
        order.action_customer_raise_priority()
        self.assertEqual(set(made.mapped("priority")), {"1"})
        order.action_customer_lower_priority()
        self.assertEqual(set(made.mapped("priority")), {"0"})

    def test_what_is_made_already(self):
        """A finished manufacturing order was starred again."""
        order = self._order(self.plain)
        made = self._made_for(order)
        made.action_cancel()
        order.action_customer_raise_priority()
        self.assertEqual(set(made.mapped("priority")), {"0"})

    def test_for_stock(self):
        """What is made for everybody was urgent because of one customer."""
        self.table.route_ids -= self.warehouse.mto_pull_id.route_id
        self._order(self.golden)
        made = self.env["mrp.production"].search([("product_id", "=", self.table.id)])
        self.assertNotIn("1", made.mapped("priority"))


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_mrp"
    computed = {}
    silent = {}


@tagged("post_install", "-at_install")
class TestKits(GradingCase):
    """Kits are sold as one product and delivered as others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(
            tiers=["All"],
            indicators=[{"metric": "quantity", "scale": "linear", "linear_full": 100}],
            domain=OWN,
        )
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        parts = [
            cls._create_product(name=name, type="consu", is_storable=True)
            for name in ("Pot", "Lid")
        ]
        for part in parts:
            cls.env["stock.quant"].sudo()._update_available_quantity(
                part, warehouse.lot_stock_id, 100
            )
        kit = cls._create_product(name="Pot with Lid", type="consu")
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "company_id": cls.company.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": 1}) for part in parts
                ],
            }
        )
        cls.buyer = cls._create_own_customer("Buyer")
        line = {"product_id": kit.id, "product_uom_qty": 10, "price_unit": 100}
        cls.order = cls._create_order(
            cls.buyer, state="draft", lines=[line], warehouse_id=warehouse.id
        )
        cls.order.action_confirm()

    def _done(self, picking, pieces):
        picking.move_ids.write({"quantity": pieces, "picked": True})
        picking.with_context(cancel_backorder=True)._action_done()
        return picking

    def _send_back(self, picking, pieces):
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model=picking._name
        )
        wizard = wizard.create({})
        wizard.product_return_moves.write({"quantity": pieces})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        return self._done(back, pieces)

    def _assert_counted(self, amount, orders, pieces):
        self._grade()
        standing = self._standing(self.buyer)
        self.assertEqual((standing.amount, standing.order_count), (amount, orders))
        self.assertEqual(self._values(self.buyer)["quantity"], pieces)

    def test_sent_back(self):
        """Ten kits were ordered, three came back, then all of them: the amount stayed that of
        ten."""
        self._assert_counted(1000, 1, 10)
        picking = self._done(self.order.picking_ids, 10)
        self._assert_counted(1000, 1, 10)
        self._send_back(picking, 3)
        self._assert_counted(700, 1, 7)
        self._send_back(picking, 7)
        self._assert_counted(0, 0, 0)

    def test_closed_short(self):
        """Of ten kits four were delivered, and the rest will not be."""
        self._done(self.order.picking_ids, 4)
        self._assert_counted(400, 1, 4)

    def test_sent_back_while_the_rest_is_open(self):
        """4 of 10 kits were delivered and 1 came back: as long as the rest was to come, all 10 were
        bought."""
        picking = self.order.picking_ids
        picking.move_ids.write({"quantity": 4, "picked": True})
        picking.with_context(skip_backorder=True)._action_done()
        self._assert_counted(1000, 1, 10)
        self._send_back(picking, 1)
        self._assert_counted(900, 1, 9)
        self.order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel")).action_cancel()
        self._assert_counted(300, 1, 3)
