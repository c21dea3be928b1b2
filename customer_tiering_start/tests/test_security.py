from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .security_common import StartSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, StartSecurityCase):
    def test_steps_of_other_pages_are_left_alone(self):
        """An administrator of tiers skips the steps of accounting by calling what the button
        calls."""
        other = self.env["onboarding.onboarding.step"].create(
            {"title": "Another app's", "panel_step_open_action_name": "action_set_just_done"}
        )
        with self.assertRaises(AccessError):
            other.with_user(self.manager).action_customer_tier_skip()
        self.assertEqual(other.current_step_state, "not_done")

    def test_steps_are_for_administrators_of_tiers(self):
        """Which programmes there are and how many customers is told to whoever reads steps."""
        step = self.records["onboarding.onboarding.step"]
        for user in (self.portal, self.internal, self.salesperson, self.officer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                step.with_user(user).read(["customer_tier_fact"])
        # Who administers the server alone reads steps, but nothing of tiers.
        system = self._create_user("start_system", "base.group_system")
        with self.assertRaises(AccessError):
            step.with_user(system).read(["customer_tier_fact"])
