from odoo import fields, models
from odoo.addons.customer_tiering.explain.words import series

# So many products are named to customers.
NAMED_PRODUCTS = 3


class CustomerTierBenefit(models.Model):
    """Early access to new products among the benefits: what is said of it are the products that
    only these tiers may order at present."""

    _inherit = "customer.tier.benefit"

    early_ids = fields.One2many("customer.tier.early", "benefit_id", string="New Products")

    def _early_tiers(self):
        return self.program_id.tier_ids.filtered(self._is_given_by)

    def _fact(self, known, tier, customer, order):
        known = super()._fact(known, tier, customer, order)
        if self.kind != "early" or known == "":
            return known
        names = self.env["customer.tier.early"]._now_of(self, self.env.lang)
        more = len(names) - NAMED_PRODUCTS
        if more > 0:
            names = [*names[:NAMED_PRODUCTS], self.env._("and %s more", more)]
        # Between two new products it is still a benefit.
        return series(self.env, names) or known

    def action_price_early(self):
        """Rules of the pricelists of the tiers that give this, for the days before everybody."""
        self.ensure_one()
        self.check_access("read")
        tiers = self._early_tiers()
        lists = tiers.pricelist_id | tiers.other_pricelist_ids | tiers.own_pricelist_ids
        latest = self.early_ids[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Price for the First Days"),
            "res_model": "product.pricelist.item",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("pricelist_id", "in", lists.ids),
                ("product_tmpl_id", "in", self.early_ids.product_tmpl_id.ids),
            ],
            "context": {
                "default_pricelist_id": lists[:1].id,
                "default_applied_on": "1_product",
                "default_product_tmpl_id": latest.product_tmpl_id.id,
                "default_compute_price": "percentage",
                "default_date_start": latest.date_from,
                "default_date_end": latest.date_public,
            },
        }
