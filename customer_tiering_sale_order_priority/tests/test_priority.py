from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestPriority(GradingCase):
    """OCA's Sale Order Priority beside tiers whose deliveries are urgent."""

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

    def _order(self, customer, lines=1, **vals):
        return self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": self.goods.id, "product_uom_qty": 1, **vals})
                    for _line in range(lines)
                ],
            }
        )

    def _stars(self, order):
        """Of the order, as we and as OCA tell it, and of its deliveries."""
        return order.customer_urgent, order.priority, order.picking_ids.mapped("priority")

    def test_of_the_tier(self):
        """OCA's priority of a Gold order was normal, and took the star from its delivery."""
        order = self._order(self.golden, lines=2)
        self.assertEqual(order.order_line.mapped("priority"), ["1", "1"])
        order.action_confirm()
        self.assertEqual(self._stars(order), (True, "1", ["1"]))
        order = self._order(self.plain)
        order.action_confirm()
        self.assertEqual(self._stars(order), (False, "0", ["0"]))

    def test_chosen_on_the_order(self):
        """What somebody chose on the order or on a line was replaced by the tier's."""
        order = self._order(self.golden)
        order.priority = "0"
        order.action_confirm()
        self.assertEqual(self._stars(order), (False, "0", ["0"]))
        order = self._order(self.plain, lines=2)
        order.order_line[0].priority = "1"
        order.action_confirm()
        self.assertEqual(self._stars(order), (True, "1", ["1"]))
        order = self._order(self.golden, priority="0")
        self.assertEqual(order.order_line.priority, "0")

    def test_typed(self):
        """The form showed two signs that contradicted each other, or none for another customer."""
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.golden
            with form.order_line.new() as line:
                line.product_id = self.goods
        order = form.save()
        self.assertEqual(self._stars(order)[:2], (True, "1"))
        order.partner_id = self.plain
        self.assertEqual(self._stars(order)[:2], (False, "0"))

    def test_raised_and_lowered(self):
        """Raised by hand, the delivery was urgent and the order was not."""
        order = self._order(self.plain)
        order.action_confirm()
        order.action_customer_raise_priority()
        self.assertEqual(self._stars(order), (True, "1", ["1"]))
        order.action_customer_lower_priority()
        self.assertEqual(self._stars(order), (False, "0", ["0"]))

    def test_several_orders(self):
        """A transfer for two orders could not be made at all."""
        both = self._order(self.golden) | self._order(self.plain)
        both.action_confirm()
        moves = both.picking_ids.move_ids
        self.assertEqual(moves._get_new_picking_values()["priority"], "1")
        plain = self._order(self.plain) | self._order(self.plain)
        plain.action_confirm()
        self.assertNotIn("priority", plain.picking_ids.move_ids._get_new_picking_values())

    def test_tier_changes_later(self):
        """A confirmed order lost its star when its customer fell."""
        order = self._order(self.golden)
        order.action_confirm()
        self.gold.delivery_priority = "0"
        order.note = "x"
        self.assertEqual(self._stars(order), (True, "1", ["1"]))


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_sale_order_priority"
    computed = {}
    silent = {}
