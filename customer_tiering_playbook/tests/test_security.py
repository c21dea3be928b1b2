from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import RIGHTS, PlaybookSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, PlaybookSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(PlaybookSecurityCase):
    def test_only_methods_meant_for_the_client_are_public(self):
        """Everything public on a model can be called by whoever is logged in. A new public
        method must be put on this list by somebody who thought about it."""
        public = {
            *("action_open_held", "action_open_starts", "action_open_partner", "action_retry"),
            *("action_customer_win_back", "action_apply", "action_tell"),
        }
        orm = {"create", "write", "unlink", "copy", "default_get"}
        for name in [*RIGHTS, "customer.tier.standing", "customer.tier.run", "customer.tier.tell"]:
            for cls in type(self.env[name]).mro():
                if not cls.__module__.startswith(f"odoo.addons.{self.addon}."):
                    continue
                ours = {
                    key
                    for key, value in vars(cls).items()
                    if callable(value) and not key.startswith("_")
                }
                with self.subTest(name):
                    self.assertLessEqual(ours, public | orm)

    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.stage.playbook.start": ("_cron_start", "_enter", "_leave", "_trigger_job"),
            "customer.win.back": ("_close_ordered", "_follow_up", "_load_demo"),
            "customer.win.back.ask": ("_open",),
            "customer.tier.run": ("_enqueue_stages",),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)
