from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestSaleReport(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = cls._create_program(tiers=["Regular", "Gold"])
        cls.gold = program.tier_ids[1]
        program_b = cls._create_program(tiers=["B"], company=cls.company_b)
        cls.customer = cls._create_customer("Golden")
        cls.contact = cls._create_customer("Contact", parent_id=cls.customer.id)
        cls.plain = cls._create_customer("Plain")
        cls._set_tier(cls.customer, cls.gold)
        cls._set_tier(cls.customer, program_b.tier_ids)
        cls.orders = (
            cls._create_order(cls.customer, lines=[{"price_unit": 60.0}, {"price_unit": 40.0}])
            | cls._create_order(cls.contact, 10.0)
            | cls._create_order(cls.plain, 5.0)
            | cls._create_order(cls.customer, 7.0, company=cls.company_b)
        )
        cls.env.flush_all()
        cls.domain = [("company_id", "in", (cls.company | cls.company_b).ids)]

    def test_by_tier(self):
        """Sales of contacts fall out of the company's tier, sales of company B count for A's
        tier, or lines are counted more than once by the join."""
        groups = self.env["sale.report"]._read_group(
            self.domain, ["customer_tier_id"], ["price_subtotal:sum", "product_uom_qty:sum"]
        )
        self.assertEqual(
            {tier.name: (amount, quantity) for tier, amount, quantity in groups},
            {"Gold": (110.0, 3.0), "B": (7.0, 1.0), False: (5.0, 1.0)},
        )

    def test_filter_by_tier(self):
        """The report cannot be filtered by tier."""
        Report = self.env["sale.report"]
        lines = Report.search([*self.domain, ("customer_tier_id", "=", self.gold.id)])
        self.assertEqual(sum(lines.mapped("price_subtotal")), 110.0)
        lines = Report.search([*self.domain, ("customer_tier_id", "=", False)])
        self.assertEqual(lines.partner_id, self.plain)

    def test_by_tier_and_segment(self):
        """A pivot by several columns of the grading, with the average score, fails."""
        groups = self.env["sale.report"]._read_group(
            self.domain, ["customer_tier_id", "customer_segment_id"], ["customer_score:avg"]
        )
        self.assertEqual(len(groups), 3)

    def test_as_salesperson(self):
        """The analysis fails for a salesperson, or shows sales of colleagues."""
        self.orders[0].user_id = self.salesperson
        self.orders[1:].user_id = self.manager
        self.env.flush_all()
        Report = self.env["sale.report"].with_user(self.salesperson)
        [group] = Report.formatted_read_group([], ["customer_tier_id"], ["price_subtotal:sum"])
        self.assertEqual(group["customer_tier_id"], (self.gold.id, "Gold"))
        self.assertEqual(group["price_subtotal:sum"], 100.0)

    def test_without_sales_rights(self):
        """The report gives tiers away to staff without sales rights."""
        internal = self._create_user("tiering_internal", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["sale.report"].with_user(internal).search([])

    def test_total_unchanged(self):
        """Adding the tier to the report changes its totals."""
        # Lines without a product are left out by core.
        self.orders[0].order_line = [Command.create({"display_type": "line_note", "name": "Note"})]
        self.env.flush_all()
        [(total, count)] = self.env["sale.report"]._read_group(
            self.domain, [], ["price_subtotal:sum", "__count"]
        )
        self.assertEqual((total, count), (122.0, 5))
