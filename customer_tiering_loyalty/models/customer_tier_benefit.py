from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.tools import ormcache


class CustomerTierBenefit(models.Model):
    """Member days and gifts among the benefits: what is said of them is what promotions give."""

    _inherit = "customer.tier.benefit"

    kind = fields.Selection(
        selection_add=[("day", "Member day"), ("text",)], ondelete={"day": "cascade"}
    )
    gift_program_ids = fields.One2many(
        "loyalty.program",
        "customer_benefit_id",
        string="Gifts",
        help="Promotions that give it. What customers read is what is given at present: between "
        "two gifts they read nothing of it.",
    )

    @api.model
    def _icons(self):
        return {**super()._icons(), "day": "☼"}

    def _fact(self, known, tier, customer, order):
        known = super()._fact(known, tier, customer, order)
        if self.kind != "gift" or known == "":
            return known
        gifts = self._gifts(self.env.lang)
        if not gifts:
            return known
        today = self.env["customer.tier.day"]._today(self.company_id)
        return series(
            self.env,
            (
                words
                for active, begin, end, told in gifts
                if active and (not begin or begin <= today) and (not end or end >= today)
                for words in told
            ),
        )

    @ormcache("self.id", "lang")
    def _gifts(self, lang):
        """The promotions that give it, remembered by the process: every quotation asks.

        :return: tuple of whether one is active, its first and last day, and what it gives as
            customers read it
        """
        # Archived ones, too: with one of them it is not said by hand what there is.
        benefit = self.sudo().with_context(active_test=False, lang=lang)
        return tuple(
            (
                gift.active,
                gift.date_from or None,
                gift.date_to or None,
                tuple(reward._customer_words() for reward in gift.reward_ids if reward.active),
            )
            for gift in benefit.gift_program_ids
        )

    def action_make_gift(self):
        """A new promotion for the tiers that give this, to be completed and saved."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Gift"),
            "res_model": "loyalty.program",
            "views": [(False, "form")],
            "context": {
                "default_name": self.name,
                "default_program_type": "promotion",
                "default_company_id": self.company_id.id,
                "default_customer_benefit_id": self.id,
                "default_customer_tier_ids": self._giving_tiers().ids,
                "default_reward_ids": [(0, 0, {"reward_type": "product"})],
                "default_rule_ids": [(0, 0, {})],
            },
        }

    def write(self, vals):
        result = super().write(vals)
        if {"tier_ids", "from_tier_id", "kind"} & vals.keys():
            # What is promised to some tiers is given to them. Whoever may say so of the benefit
            # need not manage promotions.
            for benefit in self.filtered(lambda benefit: benefit.kind == "gift").sudo():
                benefit.gift_program_ids.customer_tier_ids = benefit._giving_tiers()
        return result

    def _giving_tiers(self):
        tiers = self.program_id.tier_ids
        return tiers.filtered(self._is_given_by)
