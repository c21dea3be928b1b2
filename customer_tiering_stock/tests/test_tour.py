from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestTour(HttpCase, GradingCase):
    """A warehouse worker in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = cls._create_program(domain=OWN)
        gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        gold.delivery_priority = "1"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.kettle = cls._create_product(name="Tour Kettle", type="consu", is_storable=True)
        cls.env["stock.quant"].sudo()._update_available_quantity(
            cls.kettle, cls.warehouse.lot_stock_id, 5
        )
        golden = cls._create_own_customer("Tour Golden", (20, 21000))
        plain = cls._create_own_customer("Tour Plain", (20, 100))
        cls._grade()
        cls.orders = {customer: cls._order(customer) for customer in (plain, golden)}
        cls.urgent = cls.orders[golden]
        cls.worker = cls._create_user("tiering_worker", "stock.group_stock_manager")

    @classmethod
    def _order(cls, customer):
        order = cls._create_order(
            customer,
            state="draft",
            lines=[{"product_id": cls.kettle.id, "product_uom_qty": 2, "price_unit": 10}],
            warehouse_id=cls.warehouse.id,
        )
        order.action_confirm()
        return order

    def test_delivery(self):
        """The worker did not find what is urgent, or could not deliver it."""
        action = "stock.action_picking_tree_outgoing"
        self.start_tour(
            f"/odoo/action-{action}", "customer_tiering_urgent_delivery", login=self.worker.login
        )
        self.assertEqual(self.urgent.picking_ids.state, "done")

    def test_promised(self):
        """The report broke for who plans the warehouse and reads neither orders nor gradings."""
        action = "customer_tiering_stock.stock_move_action_promised"
        self.start_tour(
            f"/odoo/action-{action}", "customer_tiering_promised", login=self.worker.login
        )
