from odoo import api, fields, models
from odoo.fields import Command


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        string="Made for Tier",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="This list carries the discount typed on that customer tier.",
    )

    @api.constrains("company_id")
    def _check_tier_company(self):
        """A list that a tier uses must not move to a company where the tier does not count."""
        tiers = self.env["customer.tier"].sudo().with_context(active_test=False)
        tiers.search(
            ["|", ("pricelist_id", "in", self.ids), ("other_pricelist_ids", "in", self.ids)]
        )._check_pricelist_company()

    def _general_rule(self):
        """The percentage rule for all products, whatever the quantity and the date."""
        return self.item_ids.filtered(
            lambda item: (
                item.applied_on == "3_global"
                and item.compute_price == "percentage"
                and not (item.min_quantity or item.date_start or item.date_end)
            )
        )[:1]

    def _set_general_discount(self, percent):
        """Keep one rule for all products at so many percent; other rules stay as they are."""
        self.ensure_one()
        rule = self._general_rule()
        if rule:
            rule.percent_price = percent
        else:
            self.item_ids = [
                Command.create(
                    {
                        "applied_on": "3_global",
                        "compute_price": "percentage",
                        "percent_price": percent,
                    }
                )
            ]

    def _get_partner_pricelist_multi_search_domain_hook(self, company_id):
        # A tier's own list must never become the standard list of everybody else, also where
        # it happens to be the only list of the company.
        domain = super()._get_partner_pricelist_multi_search_domain_hook(company_id)
        return [*domain, ("customer_tier_id", "=", False)]

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Insert the tier's list between the customer's own choice and the standard list."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        if not self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            return result
        partners = self.env["res.partner"].with_context(active_test=False).browse(partner_ids)
        undecided = partners.filtered(
            lambda p: (
                not p.specific_property_product_pricelist._get_partner_pricelist_multi_filter_hook()
            )
        )
        for partner, tier in undecided._customer_tiers().items():
            pricelist = tier._pricelist_for(result[partner.id].currency_id)
            if pricelist:
                result[partner.id] = pricelist
        return result
