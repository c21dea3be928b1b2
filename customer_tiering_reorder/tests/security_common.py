from odoo.addons.customer_tiering.tests.security_common import ALL, NOTHING, READ
from odoo.addons.customer_tiering_reminder.tests.security_common import ReminderSecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.contact.preference": ("rwc-", "rwc-", ALL),
    "customer.reminder.rule.step": (READ, READ, ALL),
    "customer.reminder.step": (READ, READ, READ),
    "customer.category.cycle": (READ, READ, READ),
    "customer.purchase.rhythm": (READ, READ, READ),
    "customer.purchase.demand": (READ, READ, READ),
    "customer.product.affinity": (READ, READ, READ),
    "customer.product.suggest": ("rwc-", "rwc-", "rwc-"),
    "customer.product.suggest.line": ("rwcu", "rwcu", "rwcu"),
    "customer.reminder.contact": ("rwc-", "rwc-", "rwc-"),
    "customer.reminder.effect": (NOTHING, NOTHING, READ),
    "customer.reminder.report": (NOTHING, NOTHING, READ),
}
SHARED = {
    # Rows of other companies are not there, rather than refused; see ``TestSecurity``.
    "customer.purchase.demand",
    "customer.product.suggest",
    "customer.product.suggest.line",
    "customer.reminder.contact",
}
PRIVATE_FIELDS = {
    "res.partner": (
        "customer_has_rhythm",
        "customer_rhythm_ids",
        "customer_rhythm_picture",
        "customer_lost_text",
        "customer_has_suggestions",
        "customer_suggestion_html",
    ),
    "sale.order": (),
}


class ReorderSecurityCase(ReminderSecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_reorder"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        for create in (cls._create_rhythm, cls._create_offers, cls._create_contacts):
            records |= {record._name: record for record in create(records, company)}
        return records

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
    def _create_offers(cls, records, company):
        partner = records["customer.tier.standing"].partner_id
        affinity = cls.env["customer.product.affinity"].create(
            {
                "company_id": company.id,
                "product_id": cls.product.id,
                "other_id": cls.product.id,
                "score": 0.5,
                "customer_count": 7,
            }
        )
        order = cls._create_order(partner, 10, company=company, state="draft")
        suggest = cls.env["customer.product.suggest"].create({"order_id": order.id})
        line = cls.env["customer.product.suggest.line"].create(
            {"suggest_id": suggest.id, "product_id": cls.product.id, "reason": "Often"}
        )
        # Of core, with a button of ours.
        activity = partner.activity_schedule("mail.mail_activity_data_todo")
        return affinity, suggest, line, activity

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
        change = cls.env["customer.reminder.contact"].create(
            {"reminder_id": reminder.id, "partner_id": partner.id}
        )
        own = [("company_id", "=", company.id), ("rule_id", "=", reminder.rule_id.id)]
        report, effect = (cls.env[f"customer.reminder.{name}"] for name in ("report", "effect"))
        return rule_step, step, preference, change, report.search(own), effect.search(own)
