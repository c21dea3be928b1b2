from odoo import models
from odoo.fields import Domain


class CustomerTier(models.Model):
    """A tier that a reminder rule is for alone is not deleted, or the rule would be for all."""

    _inherit = "customer.tier"

    def _naming_records(self, going):
        named = Domain("tier_ids", "in", self.ids)
        return [("customer.reminder.rule", named), *super()._naming_records(going)]
