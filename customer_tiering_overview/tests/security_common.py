from odoo.addons.customer_tiering.models.customer_tier_append_only import by_system
from odoo.addons.customer_tiering.tests.security_common import READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.tier.snapshot": (READ, READ, READ),
}


class OverviewSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_overview"
    rights = RIGHTS
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        tier = records["customer.tier.program"].tier_ids[-1:]
        snapshot = by_system(cls.env["customer.tier.snapshot"]).create(
            {
                "company_id": company.id,
                "month": "2020-01-01",
                "program_id": tier.program_id.id,
                "tier_id": tier.id,
                "customer_count": 3,
                "buyer_count": 2,
                "repeat_count": 1,
                "amount": 300,
                "margin": 100,
            }
        )
        return {**records, snapshot._name: snapshot.sudo(False)}
