from odoo.addons.customer_tiering.tests.security_common import ALL, NOTHING, READ, SecurityCase
from odoo.fields import Command

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.credit.rule": (READ, READ, ALL),
    "customer.credit.change": (READ, READ, READ),
    "customer.credit.approval": ("r-c-", "r-c-", "r-c-"),
    "customer.credit.apply": (NOTHING, NOTHING, NOTHING),
    "customer.credit.debtor": (NOTHING, NOTHING, READ),
}
SHARED = {"customer.credit.apply"}
PRIVATE_FIELDS = {
    "res.partner": (
        "customer_has_credit_page",
        "customer_credit_used",
        "customer_credit_left",
        "customer_credit_limit_text",
        "customer_credit_extra",
        "customer_credit_approval_ids",
        "customer_credit_change_ids",
        "customer_proposed_limit_text",
    ),
    "sale.order": ("customer_credit_over", "customer_overdue_amount"),
}


class CreditSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_credit_control"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        program = records["customer.tier.program"]
        standing = records["customer.tier.standing"]
        program.credit_rule_ids = [Command.create({"amount": 1000})]
        approval = {
            "partner_id": standing.partner_id.id,
            "company_id": company.id,
            "amount": 100,
            "date_until": cls._days_ago(-30),
            "reason": "Large order",
        }
        ours = (
            program.credit_rule_ids,
            standing._apply_credit_proposals("By the credit table"),
            cls.env["customer.credit.approval"].create(approval),
            cls.env["customer.credit.apply"].create({"standing_ids": standing.ids}),
            cls.env["customer.credit.debtor"].create(
                {"partner_id": standing.partner_id.id, "company_id": company.id}
            ),
        )
        return {**records, **{record._name: record for record in ours}}
