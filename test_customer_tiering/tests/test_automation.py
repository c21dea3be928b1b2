from freezegun import freeze_time

from odoo.addons.customer_tiering.tests.event_common import TODAY, EventCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestAutomation(EventCase):
    """Administrators react to tier changes with rules of their own."""

    def test_state_set_to_done(self):
        """“State is set to Done” with a domain on what happened: bulk statements would pass
        automations by."""
        self._create_rules("up", "down")
        state = self.env["ir.model.fields"]._get("customer.tier.event", "state")
        done = self.env["ir.model.fields.selection"].search(
            [("field_id", "=", state.id), ("value", "=", "done")]
        )
        automation = self.env["base.automation"].create(
            {
                "name": "Welcome to Gold",
                "model_id": self.env["ir.model"]._get_id("customer.tier.event"),
                "trigger": "on_state_set",
                "trg_selection_field_id": done.id,
                "filter_domain": repr(
                    [
                        ("state", "=", done.value),
                        ("kind", "=", "up"),
                        ("to_tier_id", "=", self.gold.id),
                    ]
                ),
            }
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "base_automation_id": automation.id,
                "model_id": automation.model_id.id,
                "state": "code",
                "code": "for event in records:\n"
                "    event.partner_id.write({'ref': event.activity_id.summary})",
            }
        )
        automation.action_server_ids = [Command.link(action.id)]
        silver, gold = self._create_own("Silver"), self._create_own("Gold")
        self._grade()
        self._create_order(silver, 2000, date="2025-03-05")
        self._create_order(gold, 6000, date="2025-03-05")
        self._grade()
        self._run_cron()
        self.assertEqual(
            (silver + gold).mapped("ref"), [False, "Congratulate: promoted from Low to Gold"]
        )
