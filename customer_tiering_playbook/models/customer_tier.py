from odoo import models


class CustomerTier(models.Model):
    """Playbooks that name a tier keep it from being deleted."""

    _inherit = "customer.tier"

    def _naming_records(self, going):
        named = [("tier_ids", "in", self.ids), ("program_id", "not in", going)]
        return [*super()._naming_records(going), ("customer.stage.playbook", named)]
