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
