from odoo.addons.customer_tiering.tests.companies_common import (
    CompaniesCase,
    CompaniesTests,
    PortalCase,
    PortalTests,
)
from odoo.tests import tagged

from .security_common import PlaybookSecurityCase


@tagged("post_install", "-at_install")
class TestCompanies(CompaniesTests, PlaybookSecurityCase, CompaniesCase):
    def _change_elsewhere(self):
        self.env["customer.win.back"].create(
            {"partner_id": self.shared.id, "company_id": self.company_b.id}
        )


@tagged("post_install", "-at_install")
class TestPortal(PortalTests, PlaybookSecurityCase, PortalCase):
    pass
