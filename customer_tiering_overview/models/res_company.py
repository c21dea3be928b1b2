from odoo import fields, models


class ResCompany(models.Model):
    """How far the months of a company are counted."""

    _inherit = "res.company"

    customer_tier_month_kept = fields.Date(
        string="Last Month Kept",
        readonly=True,
        copy=False,
        help="First day of the latest month whose figures of customer tiers are final.",
    )
    customer_tier_month_on = fields.Date(
        string="Present Month Counted On", readonly=True, copy=False
    )
