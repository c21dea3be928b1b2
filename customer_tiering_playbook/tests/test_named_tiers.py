from odoo.addons.customer_tiering.tests.event_common import EventCase
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestNamedTiers(EventCase):
    """What is made for some tiers stays theirs, whatever becomes of them."""

    def _playbook(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Plan",
                "res_model": "res.partner",
                "company_id": False,
                "template_ids": [(0, 0, {"activity_type_id": self.todo.id})],
            }
        )
        return self.env["customer.stage.playbook"].create(
            {"stage": "dormant", "plan_id": plan.id, "tier_ids": self.gold.ids}
        )

    def test_deleted_tier(self):
        """Deleting a tier made what was for it alone one for all customers."""
        named = self._playbook()
        with self.assertRaisesRegex(UserError, named.display_name):
            self.gold.unlink()
        named.unlink()
        self.gold.unlink()

    def test_deleted_program(self):
        """Nor may its programme take the tier along; what goes with the programme may."""
        playbook = self._playbook()
        with self.assertRaisesRegex(UserError, playbook.display_name):
            self.program.unlink()
        playbook.program_id = self.program
        self.program.unlink()
        self.assertFalse(playbook.exists())
