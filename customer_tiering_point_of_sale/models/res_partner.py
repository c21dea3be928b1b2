from odoo import api, fields, models


class ResPartner(models.Model):
    """The tier beside the customer's name at the till."""

    _inherit = "res.partner"

    pos_customer_tier = fields.Char(
        string="Customer Tier at the Till",
        compute="_compute_pos_customer_tier",
        groups="point_of_sale.group_pos_user,sales_team.group_sale_salesman",
        exportable=False,
        help="Name of the tier, for who sells at the till.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_pos_customer_tier(self):
        for partner, standing in self._customer_standings().items():
            partner.pos_customer_tier = standing.tier_id.display_name

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "pos_customer_tier"]
