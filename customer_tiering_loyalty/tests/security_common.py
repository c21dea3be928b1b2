from odoo.addons.customer_tiering.tests.security_common import ALL, READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {"customer.tier.day": (READ, READ, ALL)}


class LoyaltySecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_loyalty"
    rights = RIGHTS
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        day = cls.env["customer.tier.day"].create({"name": "Day", "company_id": company.id})
        return {**records, day._name: day}
