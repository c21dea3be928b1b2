from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """The flows of a new user in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        company = cls.env.company
        # The first start asks for it where it is empty.
        company.partner_id.tz = "Europe/Brussels"
        # Whatever demo data brought along would hide the first opening.
        cls.env["customer.tier.standing"].search([])._by_system().unlink()
        cls.env["customer.tier.program"].search([]).action_archive()
        cls.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        cls.salesperson = new_test_user(
            cls.env, "tour_sales", groups="sales_team.group_sale_salesman", company_id=company.id
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Tour Gold Trading", "is_company": True, "user_id": cls.salesperson.id}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Tour Cup", "list_price": 100.0, "taxes_id": False, "type": "consu"}
        )
        today = fields.Datetime.now()
        cls.env["sale.order"].create(
            [
                {
                    "partner_id": cls.customer.id,
                    "state": "sale",
                    "date_order": today - timedelta(days=days),
                    "user_id": cls.salesperson.id,
                    "order_line": [
                        fields.Command.create(
                            {"product_id": cls.product.id, "product_uom_qty": 100}
                        )
                    ],
                }
                for days in (130, 100, 70, 40)
            ]
        )

    def test_administrator_is_at_graded_customers_in_two_clicks(self):
        """From the menu over the preset to a grade and a price."""
        self.start_tour("/odoo", "customer_tiering_first_grading", login="admin")
        standing = self.customer.customer_standing_id
        self.assertEqual(standing.tier_id.name, "Gold")

    def test_salesperson_sees_tier_and_price(self):
        """A plain salesperson gets the tier's price without any right on tiers."""
        program = self.env["customer.tier.program"]._create_preset("wholesale", self.env.company)
        program.action_grade()
        self.start_tour("/odoo", "customer_tiering_salesperson", login="tour_sales")
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.customer.id), ("state", "=", "draft")]
        )
        self.assertEqual(order.amount_untaxed, 90.0)

    def test_metric_over_any_records(self):
        """Without code: a model, its filter, and what customers get for it. A definition that
        sleeps opens without an error."""
        self.start_tour("/odoo/customer-metrics", "customer_tiering_record_metric", login="admin")
        metric = self.env["customer.tier.metric"].search([("code", "=", "deals")])
        self.assertEqual(metric.model_name, "sale.order")
        self.assertEqual((metric.partner_path, metric.date_path), ("partner_id", "create_date"))
