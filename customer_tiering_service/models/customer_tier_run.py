from odoo import models


class CustomerTierRun(models.Model):
    """Each finished grading gives customers whom their tier dedicates, before reminders ask who
    looks after them."""

    _inherit = "customer.tier.run"

    def _follow_up(self):
        self.env["customer.tier.care"].sudo()._assign_changed(self.company_id)
        return super()._follow_up()
