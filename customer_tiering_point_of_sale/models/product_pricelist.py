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
        public = super()._customer_tier_is_public(company)
        return public or self in self._customer_tier_defaults_of_tills(company)

    @api.model
    def _customer_tier_defaults_of_tills(self, company):
        """What whoever has no list that a till knows pays by there: the till's default list, or the
        catalogue's prices where it has none; and the lists of its presets.

        :return: list of ``product.pricelist``, sudo, each one record or none
        """
        tills = self.env["pos.config"].sudo()
        tills = tills.search([("company_id", "=", company.id), ("use_pricelist", "=", True)])
        usable = [till.pricelist_id for till in tills if not till.pricelist_id.customer_tier_only]
        usable += tills._customer_tier_bases_of_presets()
        return [used for used in usable if used.active or not used]

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
