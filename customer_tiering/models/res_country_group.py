from odoo import api, fields, models


class ResCountryGroup(models.Model):
    """Regions that customers are grouped by; and groups whose pricelists a tier's discount is on
    top of."""

    _inherit = "res.country.group"

    customer_is_region = fields.Boolean(
        string="Sales Region",
        help="Customers are grouped by the sales region of their country. A country should be in "
        "one of them; of several, the first one counts.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        if groups.pricelist_ids:
            self.env["customer.tier"]._follow_bases()
        return groups

    def write(self, vals):
        result = super().write(vals)
        if "pricelist_ids" in vals:
            self.env["customer.tier"]._follow_bases()
        return result

    def unlink(self):
        had_lists = bool(self.pricelist_ids)
        result = super().unlink()
        if had_lists:
            self.env["customer.tier"]._follow_bases()
        return result
