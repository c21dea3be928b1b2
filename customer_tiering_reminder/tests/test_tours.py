from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """What a salesperson meets in the morning, in a real browser."""

    def test_overdue_customer(self):
        """Who is late is in the list of the day and among the reminders."""
        company = self.env.company
        user = new_test_user(
            self.env, "tour_late", groups="sales_team.group_sale_salesman", company_id=company.id
        )
        customer = self.env["res.partner"].create(
            {"name": "Tour Late Trading", "is_company": True, "user_id": user.id}
        )
        product = self.env["product.product"].create({"name": "Tour Advice", "type": "service"})
        today = fields.Datetime.now()
        line = {"product_id": product.id, "product_uom_qty": 100, "price_unit": 100}
        for days in (130, 100, 70, 40):
            self.env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "state": "sale",
                    "date_order": today - timedelta(days=days),
                    "user_id": user.id,
                    "order_line": [fields.Command.create(line)],
                }
            )
        self.env["customer.tier.program"].search([]).action_archive()
        self.env["customer.tier.program"]._create_preset("wholesale", company)
        self.env["customer.reminder.rule"].search([]).action_archive()
        rule = self.env["customer.reminder.rule"].create(
            {"name": "Tour", "reminds_at": "expected", "daily_limit": 0}
        )
        self.env["customer.tier.run"]._grade_partners(customer, company)
        rule._remind(company, self.env["customer.tier.gather"]._today(company))
        self.assertTrue(customer.activity_ids)
        self.start_tour("/odoo", "customer_tiering_reminder", login="tour_late")
