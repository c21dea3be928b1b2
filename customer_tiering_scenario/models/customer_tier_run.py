from odoo import fields, models


class CustomerTierRun(models.Model):
    """Gradings know the scenario whose rules they follow, and let the advice be looked at again."""

    _inherit = "customer.tier.run"

    scenario_id = fields.Many2one(
        "customer.tier.scenario",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The scenario whose rules were applied before this grading.",
    )

    def _follow_up(self):
        result = super()._follow_up()
        if self.env["customer.tier.advice"]._due_programs():
            self.env.ref("customer_tiering_scenario.ir_cron_advise")._trigger()
        return result
