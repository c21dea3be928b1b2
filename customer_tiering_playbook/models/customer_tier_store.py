from odoo import models


class CustomerTierStore(models.AbstractModel):
    """Changes of stage are queued where a playbook may answer them."""

    _inherit = "customer.tier.store"

    def _wants_stages(self, company):
        playbooks = self.env["customer.stage.playbook"].sudo()
        ours = [("company_id", "in", (False, company.id))]
        return bool(playbooks.search_count(ours, limit=1)) or super()._wants_stages(company)
