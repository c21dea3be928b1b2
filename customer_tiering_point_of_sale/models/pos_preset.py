from odoo import api, models
from odoo.exceptions import ValidationError


class PosPreset(models.Model):
    """Ways of ordering, such as take-away, sell to everybody by their list."""

    _inherit = "pos.preset"

    @api.constrains("pricelist_id")
    def _check_customer_tier_pricelist(self):
        for preset in self:
            if preset.pricelist_id.sudo().customer_tier_only:
                raise ValidationError(
                    self.env._(
                        "Pricelist “%(pricelist)s” is for the customers of a tier, and with preset "
                        "“%(preset)s” everybody would pay its prices. Choose another list, or copy "
                        "it and switch off “For Customer Tiers Only” on the copy.",
                        pricelist=preset.pricelist_id.name,
                        preset=preset.name,
                    )
                )
