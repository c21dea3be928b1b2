from odoo import models
from odoo.addons.customer_tiering.explain.words import series


class CustomerTier(models.Model):
    """Tiers at tills: what these keep of them, and where their prices do not apply."""

    _inherit = "customer.tier"

    def _update_discount_pricelist(self):
        result = super()._update_discount_pricelist()
        self.env["pos.config"]._customer_tier_load_anew(self.company_id)
        return result

    def _pricelist_warnings(self):
        said = super()._pricelist_warnings()
        if not (self.discount or self.pricelist_id) or not self.gives_prices:
            return said
        tills = self.env["pos.config"].sudo().search([("company_id", "=", self.company_id.id)])
        without = tills.filtered(lambda till: not till.use_pricelist)
        if without:
            said.append(
                self.env._(
                    "No tier prices at %s: switch on “Flexible Pricelists” there (Point of Sale › "
                    "Configuration › Settings).",
                    series(self.env, without.mapped("name")),
                )
            )
        return said
