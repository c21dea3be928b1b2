from odoo import fields, models


class CustomerTierRun(models.Model):
    _inherit = "customer.tier.run"

    scenario_id = fields.Many2one(
        "customer.tier.scenario",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The scenario whose rules were applied before this grading.",
    )
