from odoo import models
from odoo.addons.customer_tiering.explain.words import series


class CustomerTier(models.Model):
    """Payment terms of the tier among its benefits."""

    _inherit = "customer.tier"

    def _benefit_fact(self, kind, customer, order, personal):
        if kind != "term":
            return super()._benefit_fact(kind, customer, order, personal)
        rules = self.env["customer.tier.service"].sudo()
        rules = rules.browse(rules._with_terms(self.program_id.id))
        if not rules:
            return super()._benefit_fact(kind, customer, order, personal)
        if order:
            return (order.payment_term_id & rules.payment_term_id).name or ""
        if customer:
            return "" if personal["own_term"] else personal["term"] or ""
        terms = rules.filtered(lambda rule: not rule.tier_ids or self in rule.tier_ids)
        return series(self.env, terms.payment_term_id.mapped("name"))
