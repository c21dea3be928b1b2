from odoo import api, models
from odoo.exceptions import ValidationError


class PosPreset(models.Model):
    """Ways of ordering, such as take-away, sell to everybody by their list; to customers of a tier
    by its discount on top of that."""

    _inherit = "pos.preset"

    @api.model_create_multi
    def create(self, vals_list):
        presets = super().create(vals_list)
        presets._customer_tier_follow_tills()
        return presets

    def write(self, vals):
        result = super().write(vals)
        if "pricelist_id" in vals:
            self._customer_tier_follow_tills()
        return result

    def unlink(self):
        companies = self._customer_tier_tills().company_id
        result = super().unlink()
        self.env["customer.tier"]._follow_bases(companies)
        return result

    def _customer_tier_tills(self):
        # Presets are of all companies.
        tills = self.env["pos.config"].sudo()
        return tills.search(
            ["|", ("available_preset_ids", "in", self.ids), ("default_preset_id", "in", self.ids)]
        )

    def _customer_tier_follow_tills(self):
        self.env["customer.tier"]._follow_bases(self._customer_tier_tills().company_id)

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
