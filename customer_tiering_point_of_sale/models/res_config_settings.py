from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of a till: no list of a tier as its default, and the warning where a till's
    pricelists are off."""

    _inherit = "res.config.settings"

    pos_customer_tier_warning = fields.Char(related="pos_config_id.customer_tier_warning")

    def _compute_pos_pricelist_id(self):
        """Core proposes every list in the till's currency, and the first of them as the default of
        whoever has none."""
        result = super()._compute_pos_pricelist_id()
        for settings in self:
            proposed = settings.pos_available_pricelist_ids.sudo()
            public = proposed.filtered(lambda one: not one.customer_tier_only)
            if settings.pos_pricelist_id.sudo().customer_tier_only:
                settings.pos_pricelist_id = public[:1]
            if proposed - public - settings.pos_config_id.available_pricelist_ids:
                settings.pos_available_pricelist_ids = public
        return result
