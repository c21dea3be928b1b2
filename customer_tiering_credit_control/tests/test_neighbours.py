from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestNeighbours(TieringCommon):
    """What `./dev suite` found in the tests of Odoo's own modules."""

    def test_credit_known_after_confirming(self):
        """What a customer owes by orders stayed at what it was before the confirmation, for the
        rest of the request (TestSaleOrderCreditLimit.test_commercial_partner_credit of sale)."""
        self.company.account_use_credit_limit = True
        customer = self._create_customer(credit_limit=10000.0)
        order = self._create_order(customer, 600.0, state="draft")
        order.action_confirm()
        self.assertEqual(customer.with_company(self.company).credit_to_invoice, 600.0)
