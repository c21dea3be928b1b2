from odoo import models


class CustomerTierRun(models.Model):
    """Each finished grading makes the reminders that are due."""

    _inherit = "customer.tier.run"

    def _follow_up(self):
        result = super()._follow_up()
        self.env["customer.reminder.rule"]._remind(self.company_id, self.as_of)
        return result
