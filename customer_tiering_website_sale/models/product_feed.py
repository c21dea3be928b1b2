from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.http import request


class ProductFeed(models.Model):
    """Lists of products with prices for search engines: what these read, everybody may."""

    _inherit = "product.feed"

    @api.constrains("pricelist_id")
    def _check_customer_tier_pricelist(self):
        for feed in self:
            if feed.pricelist_id.sudo().customer_tier_only:
                raise ValidationError(
                    self.env._(
                        "Pricelist “%(pricelist)s” is for the customers of a tier, and feed "
                        "“%(feed)s” would tell its prices to everybody. Choose another list.",
                        pricelist=feed.pricelist_id.name,
                        feed=feed.name,
                    )
                )

    def _render_gmc_feed(self):
        """Core takes the prices of whoever asks first, where the feed names no list, and keeps the
        feed for everybody."""
        if not self.pricelist_id and request.pricelist.sudo().customer_tier_only:
            request.pricelist = request.website._customer_tier_visitors_list()
        return super()._render_gmc_feed()
