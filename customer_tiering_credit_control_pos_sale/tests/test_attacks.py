from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, LedgerCase):
    """A till of each company, whose setting only its own company is told."""

    addon = "customer_tiering_credit_control_pos_sale"
    # As in the core addon.
    computed = {"pos.config": rows(empty="customer_credit_refuses")}
    silent = {}
    boss_groups = f"{AttackCase.boss_groups},point_of_sale.group_pos_manager"

    @classmethod
    def _create_records(cls, company):
        if company == cls.company_b:
            cls._open_ledger(company)
        return super()._create_records(company)

    @classmethod
    def _more_records(cls, records, user):
        records = super()._more_records(records, user)
        company = user.company_id
        company.write({"account_use_credit_limit": True, "customer_credit_check": "block"})
        till = {"name": f"Till of {company.name}"}
        till = cls.env["pos.config"].with_company(company).create(till)
        return {**records, "pos.config": till}
