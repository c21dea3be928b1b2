from odoo import fields, models


class CustomerTierAhpPair(models.TransientModel):
    """Two indicators that are compared in ``customer.tier.ahp``."""

    _name = "customer.tier.ahp.pair"
    _inherit = "customer.tier.input"
    _description = "Comparison of Two Indicators"
    _order = "id"

    ahp_id = fields.Many2one("customer.tier.ahp", required=True, ondelete="cascade", index=True)
    left_id = fields.Many2one("customer.tier.indicator", required=True, ondelete="cascade")
    right_id = fields.Many2one("customer.tier.indicator", required=True, ondelete="cascade")
    left_name = fields.Char(
        string="Left Indicator", related="left_id.display_name", related_sudo=False
    )
    right_name = fields.Char(
        string="Right Indicator", related="right_id.display_name", related_sudo=False
    )
    value = fields.Integer(
        string="Which Matters More?",
        help="0: both matter the same. k: the right one is k + 1 times as important as the left "
        "one. −k: the left one is.",
    )
    suspect = fields.Boolean(
        help="Fits the other comparisons least, of those that contradict each other."
    )

    _value_range = models.Constraint(
        "check(value between -8 and 8)", "A comparison lies between −8 and 8."
    )
