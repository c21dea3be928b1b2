from dateutil.relativedelta import relativedelta

from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestOverviewTour(HttpCase):
    """A manager of Sales, in a real browser."""

    def test_overview(self):
        """The page stays white, its charts have no colours, or its numbers open nothing."""
        env = self.env
        company = env["res.company"].create({"name": "Tour Company"})
        manager = new_test_user(
            env,
            "tour_overview",
            groups="customer_tiering.group_manager,sales_team.group_sale_manager",
            company_id=company.id,
        )
        env["customer.tier.program"].create(
            {
                "name": "Tour Programme",
                "company_id": company.id,
                "domain": "[('company_id', '!=', False)]",
                "tier_ids": [(0, 0, {"name": "Tour Gold", "color": 3})],
            }
        )
        partner = env["res.partner"].create(
            {"name": "Tour Buyer", "is_company": True, "company_id": company.id}
        )
        product = env["product.product"].create(
            {"name": "Tour Product", "type": "service", "taxes_id": False}
        )
        today = env["customer.tier.gather"]._today(company)
        env["sale.order"].with_company(company).create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "date_order": today - relativedelta(months=1),
                "state": "sale",
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 500})],
            }
        )
        env["customer.tier.run"].create({"company_id": company.id}).action_run()
        for n in (1, 0):
            month = today.replace(day=1) - relativedelta(months=n)
            env["customer.tier.snapshot"]._take(company, month)
        self.start_tour("/odoo/customer-overview", "customer_tiering_overview", login=manager.login)
