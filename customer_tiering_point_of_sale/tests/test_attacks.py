from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {
    "pos.config": rows(empty="customer_tier_warning"),
    "res.config.settings": rows(refused="pos_customer_tier_warning"),
    "res.partner": rows(empty="pos_customer_tier"),
}
SILENT = {"res.config.settings": {"pos_customer_tier_warning"}}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, LedgerCase):
    addon = "customer_tiering_point_of_sale"
    computed = COMPUTED
    silent = SILENT
    boss_groups = f"{AttackCase.boss_groups},point_of_sale.group_pos_manager"

    @classmethod
    def _create_records(cls, company):
        if company == cls.company_b:
            cls._open_ledger(company)
        return super()._create_records(company)

    @classmethod
    def _more_records(cls, records, user):
        records = super()._more_records(records, user)
        till = {"name": "Till", "company_id": user.company_id.id, "use_pricelist": False}
        return {**records, "pos.config": cls.env["pos.config"].create(till)}
