from odoo import api, models
from odoo.addons.website_sale.models.website import (
    PRICELIST_SELECTED_SESSION_CACHE_KEY,
    PRICELIST_SESSION_CACHE_KEY,
)
from odoo.http import request


class Website(models.Model):
    """The pricelist of a visitor's session and cart, which follows the visitor's tier."""

    _inherit = "website"

    @api.model_create_multi
    def create(self, vals_list):
        websites = super().create(vals_list)
        self.env["customer.tier"]._follow_bases(websites.company_id)
        return websites

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        if "company_id" in vals:
            self.env["customer.tier"]._follow_bases(companies | self.company_id)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self.env["customer.tier"]._follow_bases(companies)
        return result

    def _get_and_cache_current_pricelist(self):
        """Core keeps the first list of a session. A tier may come and go meanwhile, and whoever
        logs in has one at once; what the visitor picked is what the tier's discount is on top
        of."""
        known = self._customer_tier_session_list()
        wanted = self._customer_tier_visitor_list()
        if wanted.customer_tier_only:
            request.session[PRICELIST_SESSION_CACHE_KEY] = wanted.id
            return wanted
        if known.customer_tier_only:
            request.session.pop(PRICELIST_SESSION_CACHE_KEY, None)
        return super()._get_and_cache_current_pricelist()

    def _get_and_cache_current_cart(self):
        """A cart that was begun at other prices follows the visitor's tier."""
        cart = super()._get_and_cache_current_cart()
        if cart and not self.env.user._is_public():
            cart._customer_tier_follow_list(self._customer_tier_visitor_list())
        return cart

    def _customer_tier_session_list(self):
        lists = self.env["product.pricelist"].sudo()
        return lists.browse(request.session.get(PRICELIST_SESSION_CACHE_KEY)).exists()

    def _customer_tier_visitor_list(self):
        """The list that who is logged in would get now: the tier's on top of the one picked in the
        shop, else the customer's; none for visitors.

        :return: ``product.pricelist``, sudo
        """
        lists = self.env["product.pricelist"].sudo()
        feature = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        if not feature or self.env.user._is_public():
            return lists
        # Prices must not depend on who may read tiers and their lists.
        partner = self.env.user.partner_id.sudo().with_company(self.company_id)
        country = self._get_geoip_country_code()
        if country:
            partner = partner.with_context(country_code=country)
        picked = lists.browse(request.session.get(PRICELIST_SELECTED_SESSION_CACHE_KEY)).exists()
        if (
            not picked
            or picked.customer_tier_only
            or not picked._is_available_on_website(self)
            or not picked._is_available_in_country(country)
        ):
            return partner.property_product_pricelist
        tier = partner._customer_tiers().get(partner)
        return (tier and tier._pricelist_for(picked)) or picked

    def _customer_tier_visitors_list(self):
        """The list of somebody who is not logged in.

        :return: ``product.pricelist``, sudo
        """
        visitor = self.with_user(self.user_id).with_company(self.company_id)
        # What visitors pay is told to visitors.
        usual = visitor.env.user.sudo().partner_id.property_product_pricelist
        available = visitor.get_pricelist_available().sudo()
        return usual if usual in available or not available else available[0]
