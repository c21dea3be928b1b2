from odoo import models
from odoo.addons.customer_tiering.explain.words import series


class CustomerTier(models.Model):
    """Lists of tiers belong to no website: they are for customers, wherever these buy."""

    _inherit = "customer.tier"

    def _pricelist_warnings(self):
        said = super()._pricelist_warnings()
        websites = self.env["website"].sudo().search([("company_id", "=", self.company_id.id)])
        # Lists for tiers alone are everywhere; others only where the shop offers them.
        for pricelist in self.pricelist_id | self.other_pricelist_ids:
            without = websites.filtered(
                lambda website, pricelist=pricelist: (
                    self.gives_prices
                    and not pricelist.customer_tier_only
                    and not pricelist.sudo()._is_available_on_website(website)
                )
            )
            if without:
                said.append(
                    self.env._(
                        "“%(pricelist)s” is not offered on %(websites)s, so customers of this "
                        "tier have other prices there. Choose a website on the list, make it "
                        "selectable, or copy it for the tier alone.",
                        pricelist=pricelist.name,
                        websites=series(self.env, without.mapped("name")),
                    )
                )
        return said

    def _discount_pricelist_vals(self, base):
        # Core would put it on the company's first website, where it may be the only list.
        return {**super()._discount_pricelist_vals(base), "website_id": False}
