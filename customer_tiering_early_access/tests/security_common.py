from odoo.addons.customer_tiering.tests.security_common import ALL, READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {"customer.tier.early": (READ, READ, ALL)}
PRIVATE_FIELDS = {"sale.order": ("customer_early_text",)}


class EarlySecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the model of this one."""

    addon = "customer_tiering_early_access"
    rights = RIGHTS
    shared_models = frozenset()
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        program = records["customer.tier.program"]
        benefit = cls.env["customer.tier.benefit"].create(
            {"program_id": program.id, "name": "First", "kind": "early"}
        )
        product = cls._create_product(name=f"New {company.id}", company_id=company.id)
        early = cls.env["customer.tier.early"].create(
            {
                "benefit_id": benefit.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "date_public": cls._days_ago(-10),
            }
        )
        return {**records, early._name: early}
