from odoo.tests import tagged

from .companies_common import CompaniesCase, CompaniesTests, PortalCase, PortalTests


@tagged("post_install", "-at_install")
class TestCompanies(CompaniesTests, CompaniesCase):
    pass


@tagged("post_install", "-at_install")
class TestPortal(PortalTests, PortalCase):
    pass
