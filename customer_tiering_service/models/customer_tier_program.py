from odoo import models


class CustomerTierProgram(models.Model):
    """A programme that is deleted takes its rules on dedicated people along."""

    _inherit = "customer.tier.program"

    def unlink(self):
        # The database would drop them, and leave whom they had given to customers.
        everything = self.env["customer.tier.service"].with_context(active_test=False)
        everything.search([("program_id", "in", self.ids)]).unlink()
        return super().unlink()
