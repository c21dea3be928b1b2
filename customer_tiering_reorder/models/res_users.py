from odoo import api, models


class ResUsers(models.Model):
    """Who leaves hands over the to-dos of steps, too."""

    _inherit = "res.users"

    @api.model
    def _customer_tier_task_sources(self):
        return [
            *super()._customer_tier_task_sources(),
            ("customer.reminder.step", "activity_id"),
        ]
