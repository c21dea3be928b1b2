from odoo.addons.customer_tiering.tests.companies_common import (
    CompaniesCase,
    CompaniesTests,
    PortalCase,
    PortalTests,
)
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CREDIT
from .security_common import CreditSecurityCase


class CreditCompaniesCase(CreditSecurityCase, CompaniesCase):
    boss_groups = f"customer_tiering.group_manager,{CREDIT}"


@tagged("post_install", "-at_install")
class TestCompanies(CompaniesTests, CreditCompaniesCase):
    def test_messages_and_activities(self):
        """Whoever is asked for credit works in the company that it is asked in, and others do not
        read of it."""
        approval = self.records_b["customer.credit.approval"]
        for activity in approval.activity_ids:
            self.assertIn(self.company_b, activity.user_id.company_ids)
        with self.assertRaises(AccessError):
            approval.with_user(self.boss).message_ids.read(["body"])


@tagged("post_install", "-at_install")
class TestPortal(PortalTests, CreditCompaniesCase, PortalCase):
    pass
