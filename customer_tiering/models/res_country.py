from odoo import api, fields, models


class ResCountry(models.Model):
    """The region that customers of a country are grouped by."""

    _inherit = "res.country"

    customer_region_id = fields.Many2one(
        "res.country.group",
        string="Sales Region",
        compute="_compute_customer_region_id",
        store=True,
        export_string_translation=False,
    )

    @api.depends("country_group_ids.customer_is_region")
    def _compute_customer_region_id(self):
        for country in self:
            regions = country.country_group_ids.filtered("customer_is_region")
            country.customer_region_id = regions.sorted("id")[:1]
