from odoo import api, models
from odoo.fields import Domain


class ProductPricelist(models.Model):
    """Lists that tills sell by to whoever is nobody: typed discounts are on top of these, too."""

    _inherit = "product.pricelist"

    @api.model
    def _customer_tier_bases(self, company):
        bases = super()._customer_tier_bases(company)
        return [*bases, *self._customer_tier_defaults_of_tills(company)]

    def _customer_tier_is_public(self, company):
        return super()._customer_tier_is_public(
            company
        ) or self in self._customer_tier_defaults_of_tills(company)

    @api.model
    def _customer_tier_defaults_of_tills(self, company):
        """The lists of who has none that the till knows, by till.

        :return: ``product.pricelist``, sudo
        """
        tills = self.env["pos.config"].sudo()
        tills = tills.search([("company_id", "=", company.id), ("use_pricelist", "=", True)])
        return tills.pricelist_id.filtered(lambda used: used.active and not used.customer_tier_only)

    @api.model
    def _load_pos_self_data_domain(self, data, config):
        """Whoever orders at a kiosk or on a phone is nobody: only the till's own lists are told.

        Core's self ordering calls this; where it is not installed, nobody does.
        """
        domain = super()._load_pos_self_data_domain(data, config)
        presets = [preset["pricelist_id"] for preset in data["pos.preset"]]
        own = config._customer_tier_own_pricelists().ids + presets
        return Domain.AND([domain, [("id", "in", own), ("customer_tier_only", "=", False)]])

    def _customer_tier_put_away(self):
        result = super()._customer_tier_put_away()
        self.env["pos.config"]._customer_tier_load_anew(self.company_id)
        return result
