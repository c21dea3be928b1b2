from odoo.addons.customer_tiering.tests.security_common import ALL, READ, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.stage.playbook": (READ, READ, ALL),
    "customer.stage.playbook.start": (READ, "rw--", "rw--"),
    "customer.loss.reason": (READ, READ, ALL),
    "customer.win.back": ("rwc-", "rwc-", ALL),
    "customer.win.back.ask": ("rwc-", "rwc-", "rwc-"),
}
SHARED = {"customer.loss.reason", "customer.win.back.ask"}
PRIVATE_FIELDS = {
    "res.partner": (
        "customer_is_lapsed",
        "customer_playbook_start_ids",
        "customer_win_back_ids",
    ),
    "sale.order": (),
}


class PlaybookSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_playbook"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = PRIVATE_FIELDS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        standing = records["customer.tier.standing"]
        plan = cls.env.ref("customer_tiering_playbook.plan_dormant")
        own = {"company_id": standing.company_id.id}
        playbook = cls.env["customer.stage.playbook"].create(
            {"stage": "dormant", "plan_id": plan.id, **own}
        )
        start = {"standing_id": standing.id, "playbook_id": playbook.id, "stage": "dormant"}
        ours = (
            playbook,
            cls.env["customer.stage.playbook.start"].create(start),
            cls.env.ref("customer_tiering_playbook.loss_reason_price"),
            cls.env["customer.win.back"].create({"partner_id": standing.partner_id.id, **own}),
            cls.env["customer.win.back.ask"].create({}),
        )
        return {**records, **{record._name: record for record in ours}}
