from odoo.addons.customer_tiering.tests.security_common import ALL, READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.contact.preference": ("rwc-", "rwc-", ALL),
    "customer.reminder.rule.step": (READ, READ, ALL),
    "customer.reminder.step": (READ, READ, READ),
    "customer.category.cycle": (READ, READ, READ),
    "customer.purchase.rhythm": (READ, READ, READ),
    "customer.purchase.demand": (READ, READ, READ),
}
# Rows of other companies are not there, rather than refused; see ``TestSecurity``.
SHARED = {"customer.purchase.demand"}
PRIVATE_FIELDS = {
    "res.partner": (
        "customer_has_rhythm",
        "customer_rhythm_ids",
        "customer_rhythm_picture",
        "customer_lost_text",
    ),
    "sale.order": (),
}


class ReorderSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_reorder"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        own = (*cls._create_rhythm(records, company), *cls._create_contacts(records, company))
        return {**records, **{record._name: record for record in own}}

    @classmethod
    def _create_rhythm(cls, records, company):
        partner = records["customer.tier.standing"].partner_id
        if not cls.product.categ_id:
            cls.product.categ_id = cls.env["product.category"].create({"name": "Coffee"})
        cls.env["customer.purchase.rhythm"]._update(partner, company)
        own = [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        Demand = cls.env["customer.purchase.demand"]
        demand = Demand.with_context(allowed_company_ids=company.ids).search(own)
        days = ("typical", "late", "quarter", "three_quarter")
        cycle = {
            "category_id": cls.product.categ_id.id,
            "company_id": company.id,
            "interval_count": 12,
            "replenishable": 80,
            "learnt_on": cls._days_ago(0),
            **{f"{name}_days": 30 for name in days},
        }
        return (
            cls.env["customer.category.cycle"].create(cycle),
            cls.env["customer.purchase.rhythm"].search(own),
            Demand.browse(demand.ids),
        )

    @classmethod
    def _create_contacts(cls, records, company):
        reminder = records["customer.reminder"]
        partner = records["customer.tier.standing"].partner_id
        rule_step = records["customer.reminder.rule"].step_ids[:1]
        now = "2026-01-05 12:00:00"
        step = cls.env["customer.reminder.step"].create(
            {
                "reminder_id": reminder.id,
                "step_id": rule_step.id,
                "company_id": company.id,
                "channel": "email",
                "to": "customer",
                "partner_id": partner.id,
                "due_at": now,
                "send_at": now,
            }
        )
        preference = cls.env["customer.contact.preference"].create({"partner_id": partner.id})
        return rule_step, step, preference
