from odoo import models


class CustomerTierProgram(models.Model):
    """A programme that is deleted takes its rules on dedicated people along."""

    _inherit = "customer.tier.program"

    def unlink(self):
        # The database would drop them, and leave whom they had given to customers. sudo: it asks
        # nobody either, and who may delete a programme may do so with all of it.
        self.check_access("unlink")
        everything = self.env["customer.tier.service"].sudo().with_context(active_test=False)
        everything.search([("program_id", "in", self.ids)]).unlink()
        return super().unlink()
