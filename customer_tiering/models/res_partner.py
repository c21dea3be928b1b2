from odoo import api, fields, models
from odoo.tools import SQL

from .customer_tier_mixin import SALESPEOPLE


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.tier.mixin"]

    customer_standing_id = fields.Many2one(
        "customer.tier.standing",
        string="Grading",
        compute="_compute_customer_grading",
        groups=SALESPEOPLE,
    )
    customer_tier_since = fields.Date(
        string="In Tier Since", compute="_compute_customer_grading", groups=SALESPEOPLE
    )
    customer_last_order_date = fields.Date(
        string="Last Order", compute="_compute_customer_grading", groups=SALESPEOPLE
    )
    customer_stage_since = fields.Date(
        string="In Stage Since", compute="_compute_customer_grading", groups=SALESPEOPLE
    )
    customer_next_order_text = fields.Char(
        compute="_compute_customer_grading", exportable=False, groups=SALESPEOPLE
    )
    customer_next_order_open = fields.Boolean(
        compute="_compute_customer_grading",
        exportable=False,
        groups=SALESPEOPLE,
        help="The customer orders too irregularly to be expected on a certain day.",
    )
    customer_tier_explanation = fields.Json(
        compute="_compute_customer_tier_explanation", exportable=False, groups=SALESPEOPLE
    )
    customer_tier_change_ids = fields.One2many(
        "customer.tier.change",
        string="Tier History",
        compute="_compute_customer_grading",
        groups=SALESPEOPLE,
    )

    def _standing_keys(self):
        return self.commercial_partner_id._origin, self.env.company

    def _standing_key_sql(self, alias, query):
        return SQL.identifier(alias, "commercial_partner_id"), SQL("%s", self.env.company.id)

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_standing(self):
        return super()._compute_customer_standing()

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_customer_grading(self):
        for partner, standing in self._standings().items():
            partner.customer_standing_id = standing.sudo(False)
            partner.customer_tier_since = standing.tier_since
            partner.customer_last_order_date = standing.last_order_date
            partner.customer_stage_since = standing.stage_since
            partner.customer_next_order_text = standing.next_order_text
            partner.customer_next_order_open = bool(standing.next_order_from)
            partner.customer_tier_change_ids = standing.sudo(False).change_ids

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_customer_tier_explanation(self):
        # By itself: it is worked out for one customer at a time, and nobody exports it.
        for partner in self:
            partner.customer_tier_explanation = partner.customer_standing_id.explanation

    @api.depends("commercial_partner_id")
    def _compute_product_pricelist(self):
        # A new contact below a company follows that company's tier at once.
        return super()._compute_product_pricelist()

    def _inverse_product_pricelist(self):
        """Keep a standard list that was chosen on purpose for a customer with a tier list.

        Core stores nothing when the chosen list is the standard one, and the tier's list would
        come back. Choosing the tier's list, or none, means to follow the tier again.
        """
        tier_lists = self._tier_pricelists()
        chosen = {partner: partner.property_product_pricelist for partner in tier_lists}
        # Core would store the tier's list, and from a contact it would climb to the company.
        others = self.filtered(lambda p: p not in tier_lists)
        result = super(ResPartner, others)._inverse_product_pricelist()
        for partner, tier_list in tier_lists.items():
            if chosen[partner] and chosen[partner] != tier_list:
                partner.specific_property_product_pricelist = chosen[partner]
            elif partner.specific_property_product_pricelist:
                # Emptying a contact's list alone would leave the company's.
                family = partner | partner.commercial_partner_id
                family.specific_property_product_pricelist = False
        return result

    def _tier_pricelists(self):
        """The tier's list per partner in the current company, only for those who have one.

        :return: dict ``res.partner`` → ``product.pricelist``
        """
        tiers = self._get_customer_tiers()
        if not tiers:
            return {}
        standard = self.env["product.pricelist"]._get_country_pricelist_multi(self.country_id.ids)
        lists = {}
        for partner, tier in tiers.items():
            default = standard.get(partner.country_id.id, standard[False])
            if pricelist := tier._pricelist_for(default):
                lists[partner] = pricelist
        return lists

    def _get_customer_tiers(self):
        """Tier per partner in the current company, only for those who have one.

        :return: dict ``res.partner`` → ``customer.tier`` (sudo: prices must not depend on who
            may read tiers)
        """
        return {
            partner: standing.tier_id
            for partner, standing in self._standings().items()
            if standing.tier_id
        }

    def action_open_customer_standing(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.tier.standing",
            "res_id": self.customer_standing_id.id,
            "view_mode": "form",
        }
