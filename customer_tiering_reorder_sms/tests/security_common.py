from odoo.addons.customer_tiering.tests.security_common import NOTHING
from odoo.addons.customer_tiering_reminder.tests.security_common import ReminderSecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {"customer.reminder.link": (NOTHING, NOTHING, NOTHING)}


class SmsSecurityCase(ReminderSecurityCase):
    """The core addon's tests of rights and companies, for the model of this one."""

    addon = "customer_tiering_reorder_sms"
    rights = RIGHTS
    # Nobody's to read, in one's own company either.
    shared_models = frozenset(RIGHTS)
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        now = "2026-01-05 12:00:00"
        step = cls.env["customer.reminder.step"].create(
            {
                "reminder_id": records["customer.reminder"].id,
                "company_id": company.id,
                "channel": "sms",
                "to": "customer",
                "partner_id": records["customer.tier.standing"].partner_id.id,
                "due_at": now,
                "send_at": now,
            }
        )
        Link = cls.env["customer.reminder.link"]
        Link._make(step)
        link = Link.search([("step_id", "=", step.id)])
        return {**records, "customer.reminder.step": step, "customer.reminder.link": link}
