from odoo.addons.customer_tiering.tests.companies_common import (
    CompaniesCase,
    CompaniesTests,
    PortalCase,
    PortalTests,
)
from odoo.tests import tagged

from .security_common import ServiceSecurityCase


@tagged("post_install", "-at_install")
class TestCompanies(CompaniesTests, ServiceSecurityCase, CompaniesCase):
    def _change_elsewhere(self):
        self.env["customer.tier.care"].create(
            {
                "partner_id": self.shared.id,
                "company_id": self.company_b.id,
                "user_id": self.salesperson_b.id,
                "note": "Theirs",
            }
        )


@tagged("post_install", "-at_install")
class TestPortal(PortalTests, ServiceSecurityCase, PortalCase):
    pass
