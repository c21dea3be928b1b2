from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTryAndSee(HttpCase):
    """An administrator, in a real browser."""

    def _create_customers(self, company):
        product = self.env["product.product"].create(
            {"name": "Tour Product", "type": "service", "taxes_id": False}
        )
        amounts = [*range(100, 800, 28), *range(955, 999, 7), *range(1100, 2900, 60)]
        partners = self.env["res.partner"].create(
            [
                {"name": f"Tour {amount}", "is_company": True, "company_id": company.id}
                for amount in amounts
            ]
        )
        line = {"product_id": product.id, "tax_ids": False}
        self.env["sale.order"].with_company(company).create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "state": "sale",
                    "order_line": [Command.create({**line, "price_unit": amount})],
                }
                for partner, amount in zip(partners, amounts, strict=True)
            ]
        )

    def _create_program(self, company):
        amount = self.env.ref("customer_tiering.metric_amount")
        condition = {"metric_id": amount.id, "operator": ">=", "value": 1000}
        silver = {"name": "Tour Silver", "sequence": 2, "color": 3}
        return self.env["customer.tier.program"].create(
            {
                "name": "Tour Programme",
                "company_id": company.id,
                "domain": "[('company_id', '!=', False)]",
                "tier_ids": [
                    Command.create({"name": "Tour Bronze", "sequence": 1}),
                    Command.create({**silver, "condition_ids": [Command.create(condition)]}),
                ],
            }
        )

    def test_from_a_finding_to_the_dashboard(self):
        """From a finding to rules that are applied and their outcome there are six screens, each of
        which may break the way to the next."""
        env = self.env
        company = env["res.company"].create({"name": "Tour Company"})
        manager = new_test_user(
            env,
            "tour_manager",
            groups="customer_tiering.group_manager,sales_team.group_sale_manager",
            company_id=company.id,
        )
        self._create_customers(company)
        program = self._create_program(company)
        env["customer.tier.run"].create({"company_id": company.id}).action_run()
        env["customer.tier.advice"]._look_at(program)
        other = env["customer.tier.scenario"].create(
            {"program_id": program.id, "name": "Another idea"}
        )
        other.line_ids.filtered(lambda line: line.kind == "threshold").then = 1300
        self.start_tour(
            "/odoo/tier-advice", "customer_tiering_try_and_see", login=manager.login, timeout=300
        )
        env.invalidate_all()
        scenario = env["customer.tier.scenario"].search(
            [("program_id", "=", program.id), ("state", "=", "applied")]
        )
        self.assertEqual(scenario.compare_ids, other)
        self.assertTrue(scenario.keep_until)
        silver = program.tier_ids[1]
        self.assertGreater(silver.condition_ids.value, 1000)
        kept = env["customer.tier.standing"].search(
            [("company_id", "=", company.id), ("lock", "=", "down")]
        )
        self.assertTrue(kept)
        self.assertEqual(kept.tier_id, silver)
