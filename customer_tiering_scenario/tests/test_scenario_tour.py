from unittest.mock import patch

from odoo import Command
from odoo.addons.customer_tiering.tests.common import CHUNK_SIZE
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ScenarioCase
from .test_long import LIVE


@tagged("post_install", "-at_install")
class TestScenarioTour(HttpCase):
    """An administrator, in a real browser."""

    def test_advice_try_apply(self):
        """From a finding to rules that are applied there are four screens, each of which may break
        the way to the next."""
        env = self.env
        company = env["res.company"].create({"name": "Tour Company"})
        manager = new_test_user(
            env,
            "tour_manager",
            groups="customer_tiering.group_manager",
            company_id=company.id,
        )
        product = env["product.product"].create({"name": "Tour Product", "taxes_id": False})
        for amount in [*range(100, 800, 28), *range(955, 999, 7), *range(1100, 2900, 60)]:
            partner = env["res.partner"].create(
                {"name": f"Tour {amount}", "is_company": True, "company_id": company.id}
            )
            line = {"product_id": product.id, "price_unit": amount, "tax_ids": False}
            order = {
                "partner_id": partner.id,
                "company_id": company.id,
                "state": "sale",
                "order_line": [Command.create(line)],
            }
            env["sale.order"].with_company(company).create(order)
        amount = env.ref("customer_tiering.metric_amount")
        condition = {"metric_id": amount.id, "operator": ">=", "value": 1000}
        program = env["customer.tier.program"].create(
            {
                "name": "Tour Programme",
                "company_id": company.id,
                "domain": "[('company_id', '!=', False)]",
                "tier_ids": [
                    Command.create({"name": "Tour Bronze", "sequence": 1}),
                    Command.create(
                        {
                            "name": "Tour Silver",
                            "sequence": 2,
                            "condition_ids": [Command.create(condition)],
                        }
                    ),
                ],
            }
        )
        env["customer.tier.run"].create({"company_id": company.id}).action_run()
        env["customer.tier.advice"]._look_at(program)
        self.start_tour("/odoo/tier-advice", "customer_tiering_scenario", login=manager.login)
        env.invalidate_all()
        scenario = env["customer.tier.scenario"].search(
            [("program_id", "=", program.id), ("state", "=", "applied")]
        )
        self.assertTrue(scenario.keep_until)
        self.assertGreater(program.tier_ids[1].condition_ids.value, 1000)
        kept = env["customer.tier.standing"].search(
            [("company_id", "=", company.id), ("lock", "=", "down")]
        )
        self.assertTrue(kept)
        self.assertEqual(kept.tier_id, program.tier_ids[1])
        if "customer.tier.snapshot" in env:
            # What became of it is seen on the overview, where there is one.
            month = env["customer.tier.gather"]._today(company).replace(day=1)
            env["customer.tier.snapshot"]._take(company, month)
            self.start_tour(
                "/odoo/customer-overview", "customer_tiering_scenario_after", login=manager.login
            )


@tagged("post_install", "-at_install")
class TestProgressTour(HttpCase, ScenarioCase):
    """What takes longer than somebody waits, in a real browser."""

    def test_progress(self):
        """Whoever tries rules for a hundred thousand customers saw nothing move, and had to press
        a button to read what had come of it."""
        self.startPatcher(patch(LIVE, 3))
        self.startPatcher(patch(CHUNK_SIZE, 2))
        scenario = self._try(lines={("threshold", self.gold): 6000})
        model = type(self.Scenario)
        web_read = model.web_read

        def looked(records, *args, **kwargs):
            # Each look of the page finds the job a chunk further.
            if records.work == "waiting":
                records.sudo()._work_chunk()
            return web_read(records, *args, **kwargs)

        self.startPatcher(patch.object(model, "web_read", looked))
        self.start_tour(
            f"/odoo/tier-scenarios/{scenario.id}",
            "customer_tiering_scenario_progress",
            login=self.manager.login,
        )
        self.env.invalidate_all()
        self.assertFalse(scenario.work)
        self.assertIn("By Figures", scenario.results)
