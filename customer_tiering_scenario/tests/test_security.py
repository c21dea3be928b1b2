from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import RIGHTS, ScenarioSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, ScenarioSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(ScenarioSecurityCase):
    def test_only_methods_meant_for_the_client_are_public(self):
        """Everything public on a model can be called by whoever is logged in. A new public
        method must be put on this list by somebody who thought about it."""
        public = {
            *("action_take_rules", "action_open_customers", "action_read_again"),
            *("action_work_out", "action_play_year", "action_refresh", "action_apply"),
            *("action_open_undo", "action_open_run", "action_try_changes"),
            *("action_try", "action_open_subject", "action_ask_dismiss", "action_dismiss"),
            *("action_open_result_advice", "action_propose"),
        }
        orm = {"create", "write", "unlink", "copy", "copy_data"}
        for name in [*RIGHTS, "customer.tier.program", "customer.tier.run"]:
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
            "customer.tier.scenario": ("_cron_work_out", "_take_rules", "_queue", "_workings"),
            "customer.tier.scenario.line": ("_record",),
            "customer.tier.advice": ("_cron_advise", "_look_at", "_keep"),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)

    def test_other_company(self):
        """The rules and customers of another company are told to whoever knows the id."""
        scenario = self.records["customer.tier.scenario"].with_user(self.manager_b)
        for method, arguments in (
            ("action_apply", ()),
            ("action_play_year", ()),
            ("action_propose", ()),
            ("action_open_customers", (0, "figures", [0, 0])),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(scenario, method)(*arguments)
        program = self.records["customer.tier.program"]
        with self.assertRaises(AccessError):
            scenario.create({"program_id": program.id})
        with self.assertRaises(AccessError):
            program.with_user(self.manager_b).action_try_changes()
