from odoo import models
from odoo.addons.customer_tiering.switches import PrivateSwitch
from odoo.fields import Domain


class _RulesAtOnce(PrivateSwitch):
    """A switch to find the rules of all products of a quotation at once, which core does line by
    line."""

    def on(self, records, products):
        return records.with_context(**{self.key: _Known(self, products)})

    def is_on(self, env):
        known = env.context.get(self.key)
        return isinstance(known, _Known) and known.by is self


class _Known:
    """Rules found for some products, by pricelist and moment."""

    def __init__(self, by, products):
        self.by, self.products, self.rules = by, products, {}


RULES_AT_ONCE = _RulesAtOnce("customer_reorder_rules")


class ProductPricelist(models.Model):
    """Rules for many products of one quotation, found together."""

    _inherit = "product.pricelist"

    def _get_applicable_rules(self, products, date, **kwargs):
        if not (self and RULES_AT_ONCE.is_on(self.env)) or products._name != "product.product":
            return super()._get_applicable_rules(products, date, **kwargs)
        known = self.env.context[RULES_AT_ONCE.key]
        if not set(products.ids) <= set(known.products.ids):
            return super()._get_applicable_rules(products, date, **kwargs)
        # Which of them is for which product is asked rule by rule, in their order.
        found = known.rules.get((self.id, date))
        if found is None:
            found = self._customer_reorder_rules(known, date, **kwargs)
        return found.with_env(self.env)

    def _customer_reorder_rules(self, known, date, **kwargs):
        """Rules of a list and, where it is a tier's, of the one that it is based on: the saving
        against that one is shown, too."""
        lists = self | self.customer_tier_base_id
        domain = Domain.OR(
            one._get_applicable_rules_domain(products=known.products, date=date, **kwargs)
            for one in lists
        )
        # Like core's search for one list.
        rules = self.env["product.pricelist.item"].search_fetch(domain)
        for one in lists:
            own = rules.filtered(lambda rule, one=one: rule.pricelist_id == one)
            known.rules[one.id, date] = own
        return known.rules[self.id, date]
