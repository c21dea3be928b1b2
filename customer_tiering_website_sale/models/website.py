from odoo import models
from odoo.addons.website_sale.models.website import (
    PRICELIST_SELECTED_SESSION_CACHE_KEY,
    PRICELIST_SESSION_CACHE_KEY,
)
from odoo.http import request


class Website(models.Model):
    """The list of a visitor's session, which follows the visitor's tier."""

    _inherit = "website"

    def _get_and_cache_current_pricelist(self):
        """Core keeps the first list of a session. A tier may come and go meanwhile, and whoever
        logs in has one at once; what the visitor chose is what the tier's discount is on top of."""
        if not self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            return super()._get_and_cache_current_pricelist()
        chosen = self._customer_tier_chosen_list()
        if not chosen:
            self._customer_tier_forget_list()
            chosen = super()._get_and_cache_current_pricelist()
        request.session[PRICELIST_SESSION_CACHE_KEY] = chosen.id
        self._customer_tier_follow_cart(chosen)
        return chosen.sudo()

    def _customer_tier_of_visitor(self):
        """The tier of who is logged in, or none (sudo: prices must not depend on who may read
        tiers)."""
        partner = self.env.user.partner_id.sudo().with_company(self.company_id)
        if self.env.user._is_public():
            return self.env["customer.tier"]
        return partner._customer_tiers().get(partner, self.env["customer.tier"])

    def _customer_tier_chosen_list(self):
        """The tier's list on top of the one that the visitor picked in the shop, or none."""
        lists = self.env["product.pricelist"].sudo()
        picked = lists.browse(request.session.get(PRICELIST_SELECTED_SESSION_CACHE_KEY)).exists()
        tier = picked and self._customer_tier_of_visitor()
        if (
            not tier
            or picked.customer_tier_only
            or not picked._is_available_on_website(self)
            or not picked._is_available_in_country(self._get_geoip_country_code())
        ):
            return lists
        return tier._pricelist_for(picked).sudo()

    def _customer_tier_forget_list(self):
        """Forget the session's list where it is, or should be, a tier's and is not the one that
        the visitor would get now."""
        lists = self.env["product.pricelist"].sudo()
        known = lists.browse(request.session.get(PRICELIST_SESSION_CACHE_KEY)).exists()
        if (
            not known
            or PRICELIST_SELECTED_SESSION_CACHE_KEY in request.session
            and (not known.customer_tier_only)
        ):
            return
        current = lists
        if not self.env.user._is_public():
            country = self._get_geoip_country_code()
            partner = self.env.user.partner_id.sudo().with_company(self.company_id)
            if country:
                partner = partner.with_context(country_code=country)
            current = partner.property_product_pricelist
        if known != current and (known.customer_tier_only or current.customer_tier_only):
            request.session.pop(PRICELIST_SESSION_CACHE_KEY, None)

    def _customer_tier_follow_cart(self, pricelist):
        """Have a cart that was begun at other prices follow."""
        cart = request.cart
        if (
            cart
            and not request.env.cr.readonly
            and cart.pricelist_id != pricelist
            and (pricelist.customer_tier_only or cart.pricelist_id.customer_tier_only)
            and cart.state == "draft"
        ):
            cart.pricelist_id = pricelist
            cart._recompute_prices()
