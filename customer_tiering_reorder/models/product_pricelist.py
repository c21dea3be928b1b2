from odoo import models
from odoo.addons.customer_tiering.switches import PrivateSwitch


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
        if not RULES_AT_ONCE.is_on(self.env) or products._name != "product.product":
            return super()._get_applicable_rules(products, date, **kwargs)
        known = self.env.context[RULES_AT_ONCE.key]
        if not set(products.ids) <= set(known.products.ids):
            return super()._get_applicable_rules(products, date, **kwargs)
        # Which of them is for which product is asked rule by rule, in their order.
        found = known.rules.get((self.id, date))
        if found is None:
            rules = super()._get_applicable_rules(known.products, date, **kwargs)
            known.rules[self.id, date] = found = rules
        return found.with_env(self.env)
