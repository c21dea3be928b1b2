from odoo.addons.customer_tiering.tests.security_common import NOTHING, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.tier.ahp": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.ahp.pair": (NOTHING, NOTHING, "rwc-"),
}


class PairsSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_ahp"
    rights = RIGHTS
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        program = records["customer.tier.program"]
        weighing = cls.env["customer.tier.ahp"].browse(program.action_weigh_pairs()["res_id"])
        ours = (weighing, weighing.pair_ids)
        return {**records, **{record._name: record for record in ours}}
