from unittest.mock import patch

from odoo.tests import tagged

from .common import TieringCommon

PROPOSALS = "customer_tiering.customer_tier_proposal_menu"
CHANGES = "customer_tiering.customer_tier_change_menu"
MESSAGES = "customer_tiering.customer_tier_event_menu"
HEADING = "customer_tiering.customer_menu_messages"


@tagged("post_install", "-at_install")
class TestMenus(TieringCommon):
    """The menu Customers lists what there is to see."""

    def _shown(self, user):
        menus = self.env["ir.ui.menu"].with_user(user).load_web_menus(False)
        below = [child for menu in menus.values() for child in menu["children"]]
        self.assertLessEqual(set(below), set(menus), "A menu that is gone is still a child")
        return {menu["xmlid"] for menu in menus.values()}

    def _with_content(self, **content):
        """Only these menus are optional, whatever else there is in the database."""
        return patch.object(
            type(self.env["ir.ui.menu"]),
            "_customer_tier_optional_menus",
            lambda _self: {f"customer_tiering.{menu}": found for menu, found in content.items()},
        )

    def test_content_is_known(self):
        """A menu renamed, or a field gone, would fail for everybody who logs in."""
        for menu, content in self.env["ir.ui.menu"]._customer_tier_optional_menus().items():
            self.assertTrue(self.env.ref(menu).action)
            for model, domain in content:
                self.env[model].search(domain, limit=1)

    def test_proposals(self):
        """Where nothing needs approval, no menu leads to an empty list."""
        program = self._create_program()
        content = [("customer.tier.program", [("id", "=", program.id), ("approval", "!=", "none")])]
        with self._with_content(customer_tier_proposal_menu=content):
            self.assertNotIn(PROPOSALS, self._shown(self.officer))
            program.approval = "down"
            self.assertLessEqual({PROPOSALS, CHANGES}, self._shown(self.officer))

    def test_heading_without_entries(self):
        """A heading is not left alone, neither for want of content nor for want of rights."""
        with self._with_content(customer_tier_event_menu=[("res.users", [("id", "=", 0)])]):
            self.assertFalse({MESSAGES, HEADING} & self._shown(self.officer))
        with self._with_content():
            self.assertLessEqual({MESSAGES, HEADING}, self._shown(self.officer))
            shown = self._shown(self.salesperson)
        self.assertIn(CHANGES, shown)
        self.assertFalse({MESSAGES, HEADING} & shown)
