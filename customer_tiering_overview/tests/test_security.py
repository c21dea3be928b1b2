from odoo.addons.customer_tiering.tests.security_common import RightsTests
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from .security_common import RIGHTS, OverviewSecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, OverviewSecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(OverviewSecurityCase):
    def test_only_methods_meant_for_the_client_are_public(self):
        """Everything public on a model can be called by whoever is logged in. A new public
        method must be put on this list by somebody who thought about it."""
        public = {"read_page", "open_figure", "action_open_changes"}
        names = [*RIGHTS, "customer.tier.overview", "customer.tier.run", "digest.digest"]
        for name in names:
            for cls in type(self.env[name]).mro():
                if not cls.__module__.startswith(f"odoo.addons.{self.addon}."):
                    continue
                ours = {
                    key
                    for key, value in vars(cls).items()
                    if callable(value) and not key.startswith("_")
                }
                with self.subTest(name):
                    self.assertLessEqual(ours, public)

    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.tier.snapshot": ("_cron_take", "_take", "_load_demo"),
            "customer.tier.overview": ("_open_tier", "_by_month"),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)

    def test_nobody_writes_figures(self):
        """An administrator makes last year look better."""
        snapshot = self.records["customer.tier.snapshot"]
        for user in (self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                snapshot.with_user(user).sudo().write({"amount": 1})
        with self.assertRaises(AccessError):
            snapshot.sudo().unlink()

    def test_page_is_for_salespeople(self):
        """Whoever can log in is told what the company sells."""
        stranger = self._create_user("overview_stranger", "base.group_user")
        for call in (
            lambda page: page.read_page({}),
            lambda page: page.open_figure("tier", {}, {}),
        ):
            with self.assertRaises(AccessError):
                call(self.env["customer.tier.overview"].with_user(stranger))

    def test_page_of_another_company(self):
        """The page of company B shows what company A sold, to who chooses A's programme."""
        program = self.records["customer.tier.program"]
        page = self.env["customer.tier.overview"].with_user(self.manager_b)
        told = page.read_page({"program_id": program.id})
        self.assertNotIn(program.id, [id_ for id_, _name in told["choices"]["programs"]])
        self.assertFalse([row for row in told["tiers"] if row["id"] in program.tier_ids.ids])

    def test_margin_is_for_officers(self):
        """Salespeople read what the company earns with their colleagues' customers."""
        snapshot = self.records["customer.tier.snapshot"]
        with self.assertRaises(AccessError):
            snapshot.with_user(self.salesperson).read(["margin"])
        snapshot.with_user(self.officer).read(["margin"])
