from odoo import api, models


class CustomerTierEarly(models.Model):
    """Open tills learn at once of what is put on a benefit's list, or taken off it."""

    _inherit = "customer.tier.early"

    @api.model_create_multi
    def create(self, vals_list):
        early = super().create(vals_list)
        self.env["pos.config"]._customer_early_tell(early.company_id)
        return early

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        self.env["pos.config"]._customer_early_tell(companies | self.company_id)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self.env["pos.config"]._customer_early_tell(companies)
        return result
