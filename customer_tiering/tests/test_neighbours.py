from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestNeighbours(TieringCommon):
    """What `./dev suite` found in the tests of Odoo's own modules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "disable_company_pricelist_creation": False})
        cls.accountant = cls._create_user(
            "tiering_accountant", "account.group_account_manager,base.group_system"
        )

    def test_company_made_without_sales_rights(self):
        """Who keeps the books but sells nothing got “You are not allowed to access 'Customer
        Tier'” when creating a company (set-up of TestAccountPayment and others of account)."""
        Company = self.env["res.company"].with_user(self.accountant)
        self.assertFalse(Company.env["customer.tier"].has_access("read"))
        company = Company.create({"name": "Tiering Branch"})
        self.assertTrue(
            self.env["product.pricelist"].search([("company_id", "=", company.id)]), "core's own"
        )

    def test_currency_activated_without_sales_rights(self):
        """The same when activating a second currency (set-up of TestAccountMoveReconcile); the
        tiers' lists come to life nevertheless."""
        program = self._create_program(tiers=["Regular", {"name": "Gold", "discount": 10}])
        gold_list = program.tier_ids[1].pricelist_id
        currency = self.env.ref("base.CHF")
        currency.active = False
        # Pricelists are switched on with the second currency.
        self._switch_pricelists(False)
        gold_list.action_archive()
        currency.with_user(self.accountant).action_unarchive()
        self.assertTrue(gold_list.active)
