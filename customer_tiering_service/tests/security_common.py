from odoo.addons.customer_tiering.tests.security_common import ALL, READ, SecurityCase
from odoo.fields import Command

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.tier.service": (READ, READ, ALL),
    "customer.tier.service.member": (READ, READ, ALL),
    "customer.tier.care": (READ, "rwc-", "rwc-"),
    "customer.tier.care.change": (READ, READ, READ),
}
PRIVATE_FIELDS = {
    "res.partner": (
        "customer_care_id",
        "customer_dedicated_user_id",
        "customer_service_user_id",
        "customer_care_since",
        "customer_care_why",
    ),
    "sale.order": ("customer_term_offer_id",),
}


class ServiceSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_service"
    rights = RIGHTS
    shared_models = frozenset()
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        standing = records["customer.tier.standing"]
        seller = cls._create_user(
            f"tiering_seller_{company.id}", "sales_team.group_sale_salesman", company_id=company.id
        )
        term = {"name": f"Terms of {company.name}", "company_id": company.id}
        rule = cls.env["customer.tier.service"].create(
            {
                "name": f"Service of {company.name}",
                "program_id": standing.program_id.id,
                "service_user_id": seller.id,
                "payment_term_id": cls.env["account.payment.term"].create(term).id,
                "member_ids": [Command.create({"user_id": seller.id})],
            }
        )
        cls.env["customer.tier.care"]._assign(company)
        care = cls.env["customer.tier.care"]._of_customers(standing.partner_id, company)
        ours = (rule, rule.member_ids, care, care.change_ids)
        return {**records, **{record._name: record for record in ours}}
