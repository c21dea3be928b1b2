from odoo import api, models


class ResPartner(models.Model):
    """Tags tell where a prospect came from, so a new one is graded at once."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("category_id")._mark_way_changed()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "category_id" in vals:
            self._mark_way_changed()
        return result

    def _mark_way_changed(self):
        """Have the customers of these contacts graded anew, wherever entry rules count."""
        if not self:
            return
        companies = self.env["customer.tier.entry.rule"].sudo()._companies()
        self.env["customer.tier.stale"]._mark(
            {
                (customer, company)
                for customer in self.sudo().commercial_partner_id
                for company in companies
                if customer.company_id in (company, self.env["res.company"])
            }
        )
