from odoo import fields, models


class CustomerTierStanding(models.Model):
    _inherit = "customer.tier.standing"

    entry_rule_id = fields.Many2one(
        "customer.tier.entry.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The rule by which a customer who has not ordered yet got the tier.",
    )
    next_follow_up_date = fields.Date(
        string="Next Follow-Up",
        readonly=True,
        help="For customers who have not ordered yet: every so many days from entering the tier, "
        "as the entry rule says.",
    )
    region_id = fields.Many2one(
        "res.country.group", string="Region", related="partner_id.country_id.customer_region_id"
    )
