from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {
    "crm.lead": rows(
        empty="customer_entry_tier_color customer_entry_tier_id",
        leaks=(
            "customer_credit_band customer_credit_score customer_lifecycle_stage "
            "customer_next_order_date customer_next_order_late customer_score "
            "customer_segment_id customer_tier_color customer_tier_id"
        ),
    ),
}
SILENT = {
    "crm.lead": {"customer_entry_tier_color", "customer_entry_tier_id"},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_crm"
    computed = COMPUTED
    silent = SILENT

    @classmethod
    def _more_records(cls, records, user):
        records = super()._more_records(records, user)
        lead = {"name": "Inquiry", "partner_id": records["res.partner"].id, "user_id": False}
        lead = cls.env["crm.lead"].create({**lead, "company_id": user.company_id.id})
        return {**records, "crm.lead": lead}
