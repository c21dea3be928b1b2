from odoo import api, models


class ResPartner(models.Model):
    """Tags and the country tell where a prospect came from, so a new one is graded at once."""

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
        elif "country_id" in vals:
            self._mark_way_changed([("country_group_id", "!=", False)])
        return result

    def _mark_way_changed(self, rules=()):
        """Have the customers of these contacts graded anew, wherever entry rules count.

        :param rules: domain of the entry rules that may count
        """
        if not self:
            return
        companies = self.env["customer.tier.entry.rule"].sudo()._companies(rules)
        self.env["customer.tier.stale"]._mark(
            {
                (customer, company)
                for customer in self.sudo().commercial_partner_id
                for company in companies
                if not customer.company_id or customer.company_id in company.parent_ids
            }
        )
