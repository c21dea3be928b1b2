from odoo.addons.customer_tiering.tests.security_common import ALL, READ, SecurityCase

NONE = "----"


# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.past.order": (READ, ALL, ALL),
    "customer.tier.opening": (NONE, READ, ALL),
}


class PastOrderSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for past orders."""

    addon = "customer_tiering_past_orders"
    rights = RIGHTS
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        standing = records["customer.tier.standing"]
        past = cls.env["customer.past.order"].create(
            {
                "partner_id": standing.partner_id.id,
                "company_id": company.id,
                "order_date": cls._days_ago(300),
                "amount": 77,
            }
        )
        opening = cls.env["customer.tier.opening"].create(
            {
                "partner_id": cls._create_customer("Opened", company_id=company.id).id,
                "company_id": company.id,
                "tier_id": records["customer.tier"][-1].id,
                "since": cls._days_ago(100),
            }
        )
        return {**records, past._name: past, opening._name: opening}
