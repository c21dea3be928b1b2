from odoo import api, fields, models


class ProductTemplate(models.Model):
    """Tills know of which products they have to ask whether a customer may have them yet."""

    _inherit = "product.template"

    pos_customer_early = fields.Boolean(
        string="Early Access at the Till",
        compute="_compute_pos_customer_early",
        groups="point_of_sale.group_pos_user",
        exportable=False,
        help="Whether some customers may have it before others.",
    )

    @api.depends_context("company")
    def _compute_pos_customer_early(self):
        # Whom it is for is not known here: for who has no tier, all of them are to wait for.
        waiting = self.env["customer.tier.early"]._waiting(self.env.company)
        for template in self:
            template.pos_customer_early = template._origin.id in waiting

    @api.model
    def _load_pos_data_fields(self, config_id):
        return [*super()._load_pos_data_fields(config_id), "pos_customer_early"]
