from odoo import fields, models

STAGES = [
    ("potential", "Potential"),
    ("new", "New"),
    ("mature", "Mature"),
    ("loyal", "Loyal"),
    ("dormant", "Dormant"),
    ("lost", "Lost"),
    ("won_back", "Won back"),
]


class CustomerTierStanding(models.Model):
    """Where a customer is in its life with the company, found by grading."""

    _inherit = "customer.tier.standing"

    lifecycle_stage = fields.Selection(STAGES, readonly=True)
    stage_since = fields.Date(string="In Stage Since", readonly=True)
    previous_stage = fields.Selection(STAGES, readonly=True)


class CustomerTierChange(models.Model):
    """Stages are in the history of tiers, in the same lines where both change."""

    _inherit = "customer.tier.change"

    from_stage = fields.Selection(STAGES, string="Stage Before", readonly=True)
    to_stage = fields.Selection(STAGES, string="Stage After", readonly=True)
