from odoo.addons.customer_tiering.tests.security_common import ALL, NOTHING, READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.contact.preference": ("rwc-", "rwc-", ALL),
    "customer.reminder.effect": (NOTHING, NOTHING, READ),
    "customer.reminder.report": (NOTHING, NOTHING, READ),
    "customer.reminder.rule.step": (READ, READ, ALL),
    "customer.reminder.step": (READ, READ, READ),
}
SHARED = set()
PRIVATE_FIELDS = {"res.partner": (), "sale.order": ()}


class ReorderSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_reorder"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        return {**records, **{r._name: r for r in cls._create_contacts(records, company)}}

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
        own = [("company_id", "=", company.id), ("rule_id", "=", reminder.rule_id.id)]
        report, effect = (cls.env[f"customer.reminder.{name}"] for name in ("report", "effect"))
        return rule_step, step, preference, report.search(own), effect.search(own)
