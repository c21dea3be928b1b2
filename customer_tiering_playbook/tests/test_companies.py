from odoo.addons.customer_tiering.tests import test_companies
from odoo.tests import tagged

from .security_common import PlaybookSecurityCase


@tagged("post_install", "-at_install")
class TestCompanies(PlaybookSecurityCase, test_companies.TestCompanies):
    def _change_elsewhere(self):
        self.env["customer.win.back"].create(
            {"partner_id": self.shared.id, "company_id": self.company_b.id}
        )


@tagged("post_install", "-at_install")
class TestPortal(PlaybookSecurityCase, test_companies.TestPortal):
    pass
