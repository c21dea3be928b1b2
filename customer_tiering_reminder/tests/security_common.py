from odoo.addons.customer_tiering.tests.security_common import ALL, NOTHING, READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.contact.freeze": (READ, READ, ALL),
    "customer.holiday.fill": (NOTHING, NOTHING, ALL),
    "customer.reminder.rule": (READ, READ, ALL),
    "customer.reminder": (READ, READ, READ),
    # A salesperson reads rows of its own, see the tests of this list.
    "customer.agenda": (READ, READ, READ),
    "customer.agenda.done": (NOTHING, NOTHING, READ),
}
SHARED = {"customer.holiday.fill"}


class ReminderSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_reminder"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        partner = records["customer.tier.standing"].partner_id
        rule = cls.env["customer.reminder.rule"].create({"name": "Rule", "company_id": company.id})
        done = {"kind": "promoted", "res_id": company.id, "company_id": company.id}
        ours = (
            rule,
            cls.env["customer.contact.freeze"].create(
                {
                    "name": "Stock-taking",
                    "company_id": company.id,
                    "date_from": cls._days_ago(0),
                    "date_to": cls._days_ago(0),
                }
            ),
            cls.env["customer.holiday.fill"].create({"company_id": company.id}),
            cls.env["customer.reminder"].create(
                {
                    "rule_id": rule.id,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "date": cls._days_ago(0),
                }
            ),
            cls.env["customer.agenda"].search(
                [("company_id", "=", company.id), ("kind", "=", "proposal")]
            ),
            cls.env["customer.agenda.done"].create({**done, "date": cls._days_ago(0)}),
        )
        return {**records, **{record._name: record for record in ours}}

    @classmethod
    def _more_records(cls, records, user):
        """For attacks: a reminder with a tier, and news for *My Customers Today*, as the proposal
        of before has ended with what was set by hand."""
        found = super()._more_records(records, user)
        records["customer.reminder"].sudo().tier_id = records["customer.tier"][0]
        news = [("company_id", "=", user.company_id.id), ("kind", "=", "promoted")]
        return {**found, "customer.agenda": cls.env["customer.agenda"].search(news)}
