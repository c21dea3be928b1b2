from odoo import api, fields, models
from odoo.addons.website.models import ir_http
from odoo.fields import Domain


class ProductPricelist(models.Model):
    """Lists of tiers in the shop: on every website of their company, for their customers alone."""

    _inherit = "product.pricelist"

    customer_tier_is_mine = fields.Boolean(
        compute="_compute_customer_tier_is_mine",
        search="_search_customer_tier_is_mine",
        export_string_translation=False,
        help="Whether the list is one that the reader, as a customer, gets prices from.",
    )

    @api.depends_context("uid", "company")
    def _compute_customer_tier_is_mine(self):
        mine = self._customer_tier_mine()
        for pricelist in self:
            pricelist.customer_tier_is_mine = pricelist in mine

    @api.model
    def _search_customer_tier_is_mine(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain("id", "in", self._customer_tier_mine().ids)

    @api.model
    def _customer_tier_mine(self):
        """The lists of the reader's tiers, and the one that the reader has in this company."""
        # Which lists they get is all that customers learn of their grading here.
        partner = self.env.user.partner_id.sudo()
        tiers = self.env["customer.tier"]
        if not self.env.user._is_public():
            standings = self.env["customer.tier.standing"].sudo()
            own = [("partner_id", "=", partner.commercial_partner_id.id)]
            tiers = standings.search([*own, ("tier_id", "!=", False)]).tier_id
        lists = tiers.pricelist_id | tiers.other_pricelist_ids | tiers.own_pricelist_ids
        return lists | partner.specific_property_product_pricelist

    # Where they are enumerated

    def _customer_tier_base_fields(self):
        return super()._customer_tier_base_fields() | {"website_id", "selectable", "code"}

    @api.model
    def _customer_tier_bases(self, company):
        bases = super()._customer_tier_bases(company)
        for website in self.env["website"].sudo().search([("company_id", "=", company.id)]):
            # Where a website has no list at all, its visitors pay the catalogue's prices.
            lists = self.sudo().search(self._get_website_pricelists_domain(website))
            bases += [self.browse(), *lists]
        return bases

    def _customer_tier_is_public(self, company):
        # Core puts every new list on a website; only who may choose it there was asked by somebody.
        return super()._customer_tier_is_public(company) or self.selectable or bool(self.code)

    def _get_website_pricelists_domain(self, website):
        return [
            *super()._get_website_pricelists_domain(website),
            ("customer_tier_only", "=", False),
        ]

    def _is_available_on_website(self, website):
        """A tier's list is there for whom it is, on every website of its company."""
        if not self.sudo().customer_tier_only:
            return super()._is_available_on_website(website)
        return self._customer_tier_fits(website) and self.customer_tier_is_mine

    def _customer_tier_fits(self, website):
        """Whether lists of tiers may be used on a website at all."""
        pricelist = self.sudo()
        return pricelist.active and pricelist.company_id in (
            website.company_id,
            self.env["res.company"],
        )

    def _get_partner_pricelist_multi_filter_hook(self):
        """The list was found for the customer already: only the website's company is asked."""
        of_tiers = self.filtered(lambda pricelist: pricelist.sudo().customer_tier_only)
        found = super(ProductPricelist, self - of_tiers)._get_partner_pricelist_multi_filter_hook()
        website = ir_http.get_request_website()
        return found | of_tiers.filtered(
            lambda pricelist: (
                pricelist._customer_tier_fits(website) if website else pricelist.active
            )
        )
