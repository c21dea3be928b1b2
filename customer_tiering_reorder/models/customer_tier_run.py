from odoo import api, models
from odoo.addons.customer_tiering.tools import commercial_ids


class CustomerTierRun(models.Model):
    """Customers who are graded because they ordered have another rhythm, too."""

    _inherit = "customer.tier.run"

    @api.model
    def _grade_partners(self, partners, company=None):
        # Afterwards it would be read again.
        ids = commercial_ids(partners)
        changed = super()._grade_partners(partners, company)
        rhythms = self.sudo().env["customer.purchase.rhythm"]
        rhythms._follow_grading(ids, company or self.env.company)
        return changed

    def _follow_up(self):
        """The cases whose time is over have just been measured."""
        result = super()._follow_up()
        self.env["customer.reminder.rule"]._end_test_phases(self.company_id)
        return result
