from odoo import models


class CustomerTierProgram(models.Model):
    """A programme whose indicators are weighed by comparing them in pairs."""

    _inherit = "customer.tier.program"

    def action_weigh_pairs(self):
        """Ask for the weights of the indicators by comparing them in pairs."""
        self.ensure_one()
        return self.env["customer.tier.ahp"]._open(self)
