from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import works_in


class PosConfig(models.Model):
    """Tills have the lists of all tiers of their company, without anybody adding them to each."""

    _inherit = "pos.config"

    customer_tier_warning = fields.Char(compute="_compute_customer_tier_warning")

    @api.depends("use_pricelist", "company_id")
    @api.depends_context("lang", "uid")
    def _compute_customer_tier_warning(self):
        for till in self:
            # A company that somebody typed is no right to know of its tiers; the settings, which
            # show this, read tills with all rights.
            known = works_in(self.sudo(False).env, till.company_id)
            till.customer_tier_warning = (
                bool(known)
                and not till.use_pricelist
                and till._customer_tiers_with_prices()
                and self.env._(
                    "Customer tiers have prices of their own, which this till does not know. "
                    "Switch on “Flexible Pricelists” to have them here."
                )
            )

    def _customer_tiers_with_prices(self):
        # Whoever sells at the till need not read tiers to sell by their prices.
        tiers = self.env["customer.tier"].sudo()
        return tiers.search(
            [("company_id", "=", self.company_id.id), ("pricelist_id", "!=", False)]
        )

    def _customer_tier_pricelists(self):
        """Lists of tiers that a customer of this till may have, and what these build on.

        Each in the currency of the till, as the core asks of its lists.
        """
        tiers = self._customer_tiers_with_prices()
        lists = tiers.pricelist_id | tiers.other_pricelist_ids | tiers.own_pricelist_ids
        lists = lists.filtered(lambda one: one.active and one.currency_id == self.currency_id)
        bases = lists
        while bases := bases.item_ids.base_pricelist_id - lists:
            lists |= bases
        return lists

    def _get_available_pricelists(self):
        lists = super()._get_available_pricelists()
        return lists | self._customer_tier_pricelists() if self.use_pricelist else lists
