from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import works_in
from odoo.exceptions import ValidationError

# A change of one of these may change what a till sells by to whoever has no list there.
SOLD_BY = {
    "pricelist_id",
    "use_pricelist",
    "use_presets",
    "available_preset_ids",
    "default_preset_id",
    "company_id",
    "active",
}


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

    @api.constrains("pricelist_id", "use_pricelist")
    def _check_customer_tier_pricelist(self):
        for till in self:
            if till.use_pricelist and till.pricelist_id.sudo().customer_tier_only:
                raise ValidationError(
                    self.env._(
                        "Pricelist “%(pricelist)s” is for the customers of a tier, who get it at "
                        "the till by themselves. As the default of “%(till)s” everybody would pay "
                        "its prices: choose another default list.",
                        pricelist=till.pricelist_id.name,
                        till=till.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        tills = super().create(vals_list)
        tills._customer_tier_follow_defaults()
        return tills

    def write(self, vals):
        changed = vals.keys() & SOLD_BY
        companies = self.company_id if changed else None
        result = super().write(vals)
        if changed:
            self._customer_tier_follow_defaults(companies)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self.env["customer.tier"]._follow_bases(companies)
        return result

    def _customer_tier_follow_defaults(self, companies=None):
        """Typed discounts follow what tills sell by to whoever has no list there.

        :param companies: that these tills were of before
        """
        companies = self.company_id | (companies or self.env["res.company"])
        self.env["customer.tier"]._follow_bases(companies)

    @api.model
    def _customer_tier_load_anew(self, companies):
        """Tills keep lists and contacts of their last opening. These have changed without being
        written to."""
        if companies:
            used = [("company_id", "in", companies.ids), ("use_pricelist", "=", True)]
            self.sudo().search(used).last_data_change = self.env.cr.now()

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

    def _customer_tier_own_pricelists(self):
        """The lists that somebody chose for this till."""
        chosen = self.available_pricelist_ids if self.use_pricelist else self.pricelist_id.browse()
        return chosen | self.pricelist_id

    def _customer_tier_other_lists(self):
        """What a customer's list is replaced by at this till.

        Core gives whoever has a list that the till does not know the till's default. A list that is
        there only because a tier's builds on it is not known, either; and a tier's discount is on
        top of what its customer would pay at this till without the tier.

        :return: dict id of ``product.pricelist`` → id, or False for the till's default
        """
        if not self.use_pricelist:
            return {}
        known = self._customer_tier_own_pricelists()
        tiers = self._customer_tiers_with_prices()
        default = self.sudo().pricelist_id
        of_tiers = tiers.pricelist_id | tiers.other_pricelist_ids | tiers.own_pricelist_ids
        others = dict.fromkeys((self._customer_tier_pricelists() - of_tiers - known).ids, False)
        for tier in tiers:
            for made in tier.own_pricelist_ids - known:
                if made.customer_tier_base_id not in known:
                    others[made.id] = tier._pricelist_for(default).id
        return {of: other for of, other in others.items() if of != other}

    def _customer_tier_preset_lists(self):
        """What a preset's list, which goes before those of customers, is replaced by for customers
        of a tier: the tier's discount on top of it.

        :return: dict id of the preset's list → dict id of a list of a tier → id
        """
        found = {}
        for base in self._customer_tier_bases_of_presets():
            for tier in self._customer_tiers_with_prices():
                made = tier.own_pricelist_ids
                if on_top := made.filtered(lambda one, b=base: one.customer_tier_base_id == b):
                    replaced = found.setdefault(base.id, {})
                    replaced.update(dict.fromkeys(made.ids, on_top[:1].id))
        return found

    def _customer_tier_bases_of_presets(self):
        """The lists of presets that these tills sell by, which may be archived.

        :return: ``product.pricelist``, sudo
        """
        tills = self.sudo().filtered(lambda till: till.use_pricelist and till.use_presets)
        lists = (tills.available_preset_ids | tills.default_preset_id).pricelist_id
        companies = self.company_id
        return lists.filtered(
            lambda one: (
                not one.customer_tier_only and (not one.company_id or one.company_id in companies)
            )
        )

    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        if read:
            tiers = config._customer_tiers_with_prices()
            lists = tiers.pricelist_id | tiers.other_pricelist_ids | tiers.own_pricelist_ids
            read[0]["_customer_tier_lists"] = lists.ids if config.use_pricelist else []
            read[0]["_customer_tier_other_lists"] = config._customer_tier_other_lists()
            read[0]["_customer_tier_preset_lists"] = config._customer_tier_preset_lists()
        return read
