from odoo.addons.customer_tiering.tests.security_common import NOTHING, SecurityCase

# As in the core addon: rights of salesperson, officer and manager.
RIGHTS = {
    "customer.tier.advice": (NOTHING, "rw--", "rw--"),
    "customer.tier.scenario": (NOTHING, "rwcu", "rwcu"),
    "customer.tier.scenario.line": (NOTHING, "rw--", "rw--"),
}


class ScenarioSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the models of this one."""

    addon = "customer_tiering_scenario"
    rights = RIGHTS
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        program = records["customer.tier.program"]
        scenario = cls.env["customer.tier.scenario"].create({"program_id": program.id})
        advice = cls.env["customer.tier.advice"].create(
            {
                "program_id": program.id,
                "code": "thin",
                "subjects": program.tier_ids[-1:].ids,
                "numbers": [0.01],
                "changes": [["hold_months", 0, 3]],
            }
        )
        ours = (scenario, scenario.line_ids[0], advice)
        return {**records, **{record._name: record for record in ours}}
