from odoo import models


class CustomerTierRun(models.Model):
    """After a grading, the months that are due are counted."""

    _inherit = "customer.tier.run"

    def _follow_up(self):
        result = super()._follow_up()
        if self.env["customer.tier.snapshot"]._due_companies():
            self.env.ref("customer_tiering_overview.ir_cron_take")._trigger()
        return result
