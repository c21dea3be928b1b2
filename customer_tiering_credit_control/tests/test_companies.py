from odoo.addons.customer_tiering.tests import test_companies
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CREDIT
from .security_common import CreditSecurityCase


class CreditCompaniesCase(CreditSecurityCase):
    boss_groups = f"customer_tiering.group_manager,{CREDIT}"


@tagged("post_install", "-at_install")
class TestCompanies(CreditCompaniesCase, test_companies.TestCompanies):
    def test_messages_and_activities(self):
        """Whoever is asked for credit works in the company that it is asked in, and others do not
        read of it."""
        approval = self.records_b["customer.credit.approval"]
        for activity in approval.activity_ids:
            self.assertIn(self.company_b, activity.user_id.company_ids)
        with self.assertRaises(AccessError):
            approval.with_user(self.boss).message_ids.read(["body"])


@tagged("post_install", "-at_install")
class TestPortal(CreditCompaniesCase, test_companies.TestPortal):
    pass
