from odoo.tests import tagged

from .common import ApprovalCase

MENU = "customer_tiering_credit_control.customer_credit_approval_menu"


@tagged("post_install", "-at_install")
class TestMenus(ApprovalCase):
    def _shown(self):
        menus = self.env["ir.ui.menu"].with_user(self.salesperson).load_web_menus(False)
        return {menu["xmlid"] for menu in menus.values()}

    def test_only_with_content(self):
        """A menu of special approvals leads to an empty list where nobody asked for one."""
        Approval = self.env["customer.credit.approval"]
        self.assertFalse(Approval.search([]), "tests run without demo data")
        self.assertNotIn(MENU, self._shown())
        self._request()
        self.assertIn(MENU, self._shown())
