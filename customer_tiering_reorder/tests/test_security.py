from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError, MissingError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import RIGHTS, ReorderSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, ReorderSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(ReorderSecurityCase):
    def test_only_methods_meant_for_the_client_are_public(self):
        """Everything public on a model can be called by whoever is logged in. A new public
        method must be put on this list by somebody who thought about it."""
        public = {
            *("action_add", "action_customer_quotation", "action_customer_suggest"),
            *(
                "action_open_reminder",
                "action_open_effect",
                "action_preset_vip",
                "action_preset_standard",
            ),
            *("action_preset_prospect", "action_preset_lost_item", "action_open_cases"),
            *("action_change", "action_change_contact"),
            *("action_quotation", "action_revoke_reorder_links", "action_open_orders"),
        }
        orm = {"create", "write", "unlink", "copy", "default_get"}
        core = ("customer.tier.run", "product.category", "product.template", "res.partner")
        core += ("customer.reminder", "mail.activity", "product.pricelist", "sale.order")
        core += ("customer.reminder.rule", "customer.contact.policy", "customer.tier.standing")
        for name in [*RIGHTS, *core, "customer.product.suggestion"]:
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

    def test_demand_of_another_company(self):
        """What customers of one company will buy was known in another."""
        theirs = self.records["customer.purchase.demand"].with_user(self.manager_b)
        self.assertFalse(theirs.exists())
        self.assertFalse(theirs.search([("id", "in", theirs.ids)]))
        with self.assertRaises(MissingError):
            theirs.mapped("quantity")
        own = self.records_b["customer.purchase.demand"].with_user(self.manager_b)
        self.assertEqual(own.search([("id", "in", own.ids)]), own)
        with self.assertRaises(AccessError):
            theirs.with_context(allowed_company_ids=self.company.ids).search([])

    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.purchase.rhythm": ("_cron_find", "_find", "_update", "_start_pass", "_due"),
            "customer.category.cycle": ("_freeze", "_held"),
            "customer.product.affinity": ("_cron_refresh", "_refresh"),
            "customer.product.suggest": ("_open",),
            "customer.product.suggestion": ("_of", "_prices", "_order_vals"),
            "customer.reminder": (
                *("_reorder_url", "_reorder_token", "_of_reorder_token", "_order_again"),
                *("_later", "_enough", "_stop", "_say_useful"),
            ),
            "res.partner": ("_customer_suggestions",),
            "sale.order": ("_customer_reorder_hand_over", "_customer_add_products"),
            "customer.reminder.step": ("_cron_send", "_send_slice", "_report", "_token", "_plan"),
            "customer.contact.preference": ("_stop", "_stop_token"),
            "customer.reminder.rule": ("_create_preset",),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)

    def test_links_are_nobodys_to_read(self):
        """Colleagues order or opt out in a customer's name, by an address that they read."""
        step = self.records["customer.reminder.step"]
        for user in (self.salesperson, self.officer, self.manager):
            for name in ("reorder_url", "stop_url", "receipt_url"):
                with self.assertRaises(AccessError):
                    step.with_user(user).read([name])
