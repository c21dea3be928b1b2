from datetime import datetime, time, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestRhythmTour(HttpCase):
    """A salesperson and a regular customer, in a real browser."""

    def test_page_orders_and_demand(self):
        """The page stayed empty, its links led nowhere, or the report for purchasing did."""
        env = self.env
        company = env.company
        if not env["customer.tier.program"]._company_has_program(company.id):
            env["customer.tier.program"]._create_preset("wholesale", company)
        new_test_user(
            env,
            "tour_rhythm",
            name="Tour Rhythm",
            groups="sales_team.group_sale_manager",
            company_id=company.id,
        )
        customer = env["res.partner"].create(
            {"name": "Tour Regular", "is_company": True, "customer_rank": 1}
        )
        today = fields.Date.context_today(company)
        for name, days in (
            ("Tour Coffee", range(20, 200, 30)),
            ("Tour Filters", range(130, 310, 30)),
        ):
            category = env["product.category"].create({"name": name})
            product = env["product.product"].create({"name": name, "categ_id": category.id})
            for day in days:
                env["sale.order"].create(
                    {
                        "partner_id": customer.id,
                        "date_order": datetime.combine(today - timedelta(days=day), time(12)),
                        "state": "sale",
                        "order_line": [
                            Command.create({"product_id": product.id, "price_unit": 100})
                        ],
                    }
                )
        env["customer.tier.run"]._grade_partners(customer, company)
        self.assertEqual(len(customer.customer_rhythm_ids), 2)
        self.start_tour(
            f"/odoo/customers/{customer.id}",
            "customer_tiering_reorder_rhythm",
            login="tour_rhythm",
        )
