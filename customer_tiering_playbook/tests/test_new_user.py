from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestNewUser(TieringCommon):
    def test_lists_of_work_open_the_customer(self):
        """A salesperson tapped on a playbook under way and nothing happened."""
        work = self.env["customer.stage.playbook.start"].with_user(self.salesperson)
        self.assertIn('action="action_open_partner"', work.get_view(view_type="list")["arch"])
        action = work.new({"partner_id": self.company.partner_id.id}).action_open_partner()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["res_id"], self.company.partner_id.id)
