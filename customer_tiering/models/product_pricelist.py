from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import float_compare

from ..switches import PrivateSwitch

# Whether the lists that customers would have without their tier are asked for.
WITHOUT_TIER = PrivateSwitch("customer_tier_without")
# A change of one of these may change which list a customer has without a tier.
BASE_FIELDS = {
    "active",
    "sequence",
    "company_id",
    "currency_id",
    "country_group_ids",
    "customer_tier_only",
}


class ProductPricelist(models.Model):
    """Pricelists of tiers: who gets them, and those that are kept up from a typed discount.

    A typed discount has one list for each list that a customer could have without the tier (its
    base), in the currency of that list and with its prices less the discount.
    """

    _inherit = "product.pricelist"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        string="Made for Tier",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="This list carries the discount typed on that customer tier.",
    )
    customer_tier_base_id = fields.Many2one(
        "product.pricelist",
        string="On Top Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The list whose prices the tier's discount is taken from.",
    )
    customer_tier_only = fields.Boolean(
        string="For Customer Tiers Only",
        help="Nobody gets this list by default, not even where it is the only one: it is for the "
        "customers of a tier, and for whoever somebody chooses it for. Copies are alike.",
    )

    @api.constrains("company_id")
    def _check_customer_tier_company(self):
        """A list that a tier uses must not move to a company where the tier does not count."""
        tiers = self.env["customer.tier"].sudo().with_context(active_test=False)
        tiers.search(
            ["|", ("pricelist_id", "in", self.ids), ("other_pricelist_ids", "in", self.ids)]
        )._check_pricelist_company()

    @api.constrains("customer_tier_id", "customer_tier_only")
    def _check_customer_tier_only(self):
        for pricelist in self:
            if pricelist.customer_tier_id and not pricelist.customer_tier_only:
                raise ValidationError(
                    self.env._(
                        "“%(pricelist)s” carries the discount of tier “%(tier)s” and stays with "
                        "it. Copy the list to give such prices to others.",
                        pricelist=pricelist.name,
                        tier=pricelist.customer_tier_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        pricelists = super().create(vals_list)
        pricelists._customer_tier_follow_bases()
        return pricelists

    def write(self, vals):
        changed = self._customer_tier_base_fields() & vals.keys()
        companies = self.company_id if changed else None
        result = super().write(vals)
        if changed:
            self._customer_tier_follow_bases(companies)
        if "currency_id" in vals:
            # Of a typed discount, only a list in the currency of its base is one.
            self.sudo().customer_tier_id._update_discount_pricelist()
        return result

    def unlink(self):
        # Core refuses to delete what a rule builds on; a tier's discount finds another list.
        made = self.sudo().with_context(active_test=False)
        made = made.search([("customer_tier_base_id", "in", self.ids)]) - self
        if made:
            made._customer_tier_put_away()
            made._customer_tier_general_rule().unlink()
            made.customer_tier_base_id = False
        companies = self.company_id
        shared = any(not pricelist.company_id for pricelist in self)
        result = super().unlink()
        if made:
            self.env["customer.tier"]._follow_bases(None if shared else companies)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_customer_tier_list(self):
        tier, used = self._customer_tier_using("pricelist_id", "other_pricelist_ids")
        if tier:
            raise UserError(
                self.env._(
                    "“%(pricelist)s” holds the prices of tier “%(tier)s” and cannot be deleted. "
                    "Remove the discount or the pricelist from the tier first.",
                    pricelist=used.name,
                    tier=tier.name,
                )
            )

    def action_archive(self):
        """Says of a tier's list what to do where something else still needs it."""
        linked = ("own_pricelist_ids", "pricelist_id", "other_pricelist_ids")
        tier, used = self._customer_tier_using(*linked)
        if not tier:
            # Others are archived as ever: a savepoint would end what is tracked so far.
            return super().action_archive()
        try:
            with self.env.cr.savepoint():
                return super().action_archive()
        except UserError as refusal:
            raise UserError(
                self.env._(
                    "Pricelist “%(pricelist)s” of tier “%(tier)s” is needed elsewhere, so "
                    "nothing was changed. Take it out there first, then try again.\n"
                    "%(reason)s",
                    pricelist=used.name,
                    tier=tier.name,
                    reason=refusal,
                )
            ) from refusal

    def _customer_tier_using(self, *names):
        """A tier that has one of these lists in one of these fields, and the list; both empty if
        there is none."""
        tiers = self.env["customer.tier"].sudo().with_context(active_test=False)
        tier = tiers.search(Domain.OR(Domain(name, "in", self.ids) for name in names), limit=1)
        used = self.browse().union(*(tier[name] for name in names)) & self
        return tier, used[:1]

    # Lists that customers have without a tier

    def _customer_tier_base_fields(self):
        """Hook: fields on which depends what :meth:`_customer_tier_bases` gives."""
        return BASE_FIELDS

    @api.model
    def _customer_tier_bases(self, company):
        """Hook: lists that a customer could have in a company without a tier.

        :return: list of ``product.pricelist``, each one record or none: first the company's
            standard list, then others
        """
        lists = self.sudo().with_company(company)
        domain = lists._get_partner_pricelist_multi_search_domain_hook(company.id)
        standard = lists._get_country_pricelist_multi([])[False]
        return [standard, *lists.search([*domain, ("country_group_ids", "!=", False)])]

    def _customer_tier_is_public(self, company):
        """Hook: whether somebody means this list for customers without a tier, too."""
        self.ensure_one()
        return bool(self.country_group_ids) or self == self._customer_tier_bases(company)[0]

    def _customer_tier_follow_bases(self, companies=None):
        """Lists that could be somebody's without a tier changed: typed discounts follow.

        :param companies: that these lists were of before
        """
        public = self.filtered(lambda pricelist: not pricelist.customer_tier_id)
        if not public:
            return
        shared = any(not pricelist.company_id for pricelist in public)
        companies = public.company_id | (companies or self.env["res.company"])
        self.env["customer.tier"]._follow_bases(None if shared else companies)

    def _get_partner_pricelist_multi_search_domain_hook(self, company_id):
        domain = super()._get_partner_pricelist_multi_search_domain_hook(company_id)
        return [*domain, ("customer_tier_only", "=", False)]

    @api.model
    def _get_country_pricelist_multi(self, country_ids):
        """Core takes the default of the settings, and then any list, without asking whose it is."""
        result = super()._get_country_pricelist_multi(country_ids)
        # Prices must not depend on who may read which lists.
        if any(pricelist.sudo().customer_tier_only for pricelist in result.values()):
            domain = self._get_partner_pricelist_multi_search_domain_hook(self.env.company.id)
            public = self.search(domain, limit=1)
            for country, pricelist in result.items():
                if pricelist.sudo().customer_tier_only:
                    result[country] = public
        return result

    @api.model
    def _customer_tier_without(self, partner_ids):
        """The lists that partners would have without a tier.

        :return: dict id of ``res.partner`` → ``product.pricelist``
        """
        return WITHOUT_TIER.on(self)._get_partner_pricelist_multi(partner_ids)

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Insert the tier's list between the customer's own choice and the standard list."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        feature = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        if not feature or WITHOUT_TIER.is_on(self.env):
            return result
        partners = self.env["res.partner"].with_context(active_test=False).browse(partner_ids)
        undecided = partners.filtered(lambda p: not p._customer_tier_agreed_pricelist())
        for partner, tier in undecided._customer_tiers().items():
            pricelist = tier._pricelist_for(result[partner.id])
            if pricelist:
                result[partner.id] = pricelist
        return result

    # Lists kept up from a typed discount

    def _customer_tier_general_rule(self):
        """The percentage rule for all products, whatever the quantity and the date."""
        return self.item_ids.filtered(
            lambda item: (
                item.applied_on == "3_global"
                and item.compute_price == "percentage"
                and not (item.min_quantity or item.date_start or item.date_end)
            )
        )

    def _customer_tier_set_discount(self, percent, base):
        """Keep one rule for all products at so many percent below a list, or below the catalogue
        where that is none; other rules stay as they are."""
        self.ensure_one()
        wanted = {
            "percent_price": percent,
            "base": "pricelist" if base else "list_price",
            "base_pricelist_id": base.id,
        }
        rule = self._customer_tier_general_rule()[:1]
        if not rule:
            general = {"applied_on": "3_global", "compute_price": "percentage"}
            self.item_ids = [Command.create(general | wanted)]
        elif (rule.percent_price, rule.base_pricelist_id) != (percent, base):
            rule.write(wanted)

    def _customer_tier_check_rule(self, without=None):
        """The tier's form, quotations and mails tell the discount that was typed on the tier.

        :param without: ``product.pricelist.item`` that are about to be deleted
        """
        # sudo: whoever edits rules may not read tiers.
        for pricelist in self.sudo().filtered("active"):
            tier = pricelist.customer_tier_id
            rules = pricelist._customer_tier_general_rule()
            rules -= without.sudo() if without else rules.browse()
            base = pricelist.customer_tier_base_id
            if tier.discount and not any(
                not float_compare(rule.percent_price, tier.discount, precision_digits=2)
                and rule.base == ("pricelist" if base else "list_price")
                and rule.base_pricelist_id == base
                for rule in rules
            ):
                raise ValidationError(
                    self.env._(
                        "This rule of pricelist “%(pricelist)s” carries the discount of tier "
                        "“%(tier)s”. Change the discount on the tier; for exceptions, add rules "
                        "for products, categories or quantities.",
                        pricelist=pricelist.name,
                        tier=tier.name,
                    )
                )

    def _customer_tier_put_away(self):
        """Archive those of these lists that are not archived yet."""
        self.filtered("active").action_archive()
