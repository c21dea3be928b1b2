from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDashboardTour(HttpCase):
    """An officer, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        company = env["res.company"].create({"name": "Tour Company"})
        cls.officer = new_test_user(
            env,
            "tour_dashboard",
            groups="customer_tiering.group_user,sales_team.group_sale_manager",
            company_id=company.id,
        )
        env["customer.tier.program"].create(
            {
                "name": "Tour Programme",
                "company_id": company.id,
                "domain": "[('company_id', '!=', False)]",
                "tier_ids": [Command.create({"name": "Tour Gold"})],
            }
        )
        product = env["product.product"].create(
            {"name": "Tour Product", "type": "service", "taxes_id": False}
        )
        today = env["customer.tier.gather"]._today(company)
        common = {"is_company": True, "company_id": company.id}
        line = {"product_id": product.id, "price_unit": 500}
        for name, user in (("Tour Buyer", False), ("Tour Own", cls.officer.id)):
            partner = env["res.partner"].create({**common, "name": name, "user_id": user})
            env["sale.order"].with_company(company).create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "date_order": today - relativedelta(months=1),
                    "state": "sale",
                    "order_line": [Command.create(line)],
                }
            )
        env["customer.tier.run"].create({"company_id": company.id}).action_run()
        for n in (1, 0):
            month = today.replace(day=1) - relativedelta(months=n)
            env["customer.tier.snapshot"]._take(company, month)

    def test_all_open(self):
        """A dashboard stays white, a figure shows an error, or the console is full of them."""
        self.start_tour("/odoo/dashboards", "customer_tiering_dashboard", login=self.officer.login)

    def test_all_open_in_chinese(self):
        """The dashboards work in English only."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.officer.lang = "zh_CN"
        self.start_tour("/odoo/dashboards", "customer_tiering_dashboard", login=self.officer.login)

    def test_figures_open_what_they_count(self):
        """A card says 1, and the list behind it shows everybody; a filter is forgotten on the
        way."""
        self.start_tour(
            "/odoo/dashboards",
            "customer_tiering_dashboard_figures",
            login=self.officer.login,
            timeout=300,
        )
