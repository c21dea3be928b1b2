from odoo.addons.customer_tiering.tests.query_common import QueryCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestQueryCounts(QueryCase):
    def test_pages_of_the_contact_form(self):
        """Approvals and changes of credit are a query each when their page is opened, but not one
        for each line of them."""
        view = "customer_tiering_credit_control.res_partner_view_form_credit_page"
        self.assertLessEqual(self._extra_of_view(self.graded[0], view, "form"), 16)
