from odoo import api, fields, models

from .customer_stage_playbook import SHARE


class ResCompany(models.Model):
    """How the effect of calling again customers who stay away is measured."""

    _inherit = "res.company"

    customer_win_back_control_share = fields.Integer(
        string="Win-Backs Held Back (%)",
        default=SHARE,
        help="So many of a hundred open win-backs, drawn by chance for a half-year, do not come "
        "back in the list of the day: only by comparison with them can be said how many orders "
        "came because customers were called again. 0 holds nobody back, and then it is not "
        "measured; 20 is a good share to measure by.",
    )

    @api.constrains("customer_win_back_control_share")
    def _check_customer_win_back_control_share(self):
        for company in self:
            self.env["customer.win.back"]._check_share(company.customer_win_back_control_share)
