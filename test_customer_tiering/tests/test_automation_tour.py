from odoo.addons.customer_tiering.tests.event_common import EventCase
from odoo.fields import Command
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestAutomationTour(EventCase, HttpCase):
    """An administrator makes a rule in a browser that goes by what happens to tiers."""

    def _mark(self, automation):
        """Have the rule write onto the customer what happened."""
        automation.action_server_ids = [
            Command.create(
                {
                    "name": "Mark",
                    "model_id": automation.model_id.id,
                    "state": "code",
                    "usage": "base_automation",
                    "code": "for event in records:\n"
                    "    told = event.kind + '/' + (event.to_stage or '-')\n"
                    "    event.partner_id.write({'ref': told})",
                }
            )
        ]

    def test_promoted_demoted_stage(self):
        """Messages about tiers could not be chosen as what a rule goes by, or a rule made in a
        browser was not called by what happened."""
        self._create_rules("up", "down")
        self.start_tour(
            "/odoo/action-base_automation.base_automation_act?debug=1",
            "customer_tiering_automation",
            login="admin",
        )
        automation = self.env["base.automation"].search([("name", "=like", "Tour: %")])
        self.assertEqual(automation.trigger, "on_state_set")
        self.assertEqual(automation.trg_selection_field_id.value, "done")
        self._mark(automation)
        customer = self._create_own("Rising")
        for kind, stage in (("up", False), ("down", False), ("stage", "dormant")):
            with self.subTest(kind):
                event = self.env["customer.tier.event"].create(
                    {
                        "standing_id": self._standing(customer).id
                        or self.env["customer.tier.standing"]
                        .create({"partner_id": customer.id, "company_id": self.company.id})
                        .id,
                        "company_id": self.company.id,
                        "program_id": self.program.id,
                        "kind": kind,
                        "to_stage": stage,
                        "from_tier_id": self.program.tier_ids[0].id,
                        "to_tier_id": self.program.tier_ids[-1].id,
                        "date": self._days_ago(0),
                    }
                )
                event._carry_out()
                self.assertEqual(event.state, "done")
                self.assertEqual(customer.ref, f"{kind}/{stage or '-'}")
