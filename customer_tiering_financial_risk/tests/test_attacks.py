from odoo.addons.customer_tiering.tests.attack_common import AttackTests, rows
from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.addons.customer_tiering_credit_control.tests.attack_common import CreditAttackCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, CreditAttackCase, LedgerCase):
    addon = "customer_tiering_financial_risk"
    # As in the core addon.
    computed = {
        "res.partner": rows(empty="customer_risk_total", typed="customer_risk_currency_id"),
    }
    silent = {}

    @classmethod
    def _create_records(cls, company):
        if company == cls.company_b:
            cls._open_ledger(company)
        return super()._create_records(company)

    @classmethod
    def _more_records(cls, records, user):
        records = super()._more_records(records, user)
        cls._at_risk(records["res.partner"], user.company_id)
        return records

    @classmethod
    def _shared_customer(cls, records):
        shared = super()._shared_customer(records)
        cls._at_risk(shared["res.partner"], cls.company_b)
        return shared

    @classmethod
    def _at_risk(cls, partner, company):
        partner.risk_invoice_unpaid_include = True
        cls._invoice(partner, 321, company=company)
