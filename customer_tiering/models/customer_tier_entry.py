from odoo import fields, models
from odoo.exceptions import UserError

from .customer_tier_preset import ENTRY_RULES


class CustomerTierProgram(models.Model):
    """Where prospects enter the programme."""

    _inherit = "customer.tier.program"

    entry_rule_ids = fields.One2many("customer.tier.entry.rule", "program_id", string="Entry Rules")

    def action_add_entry_rules(self):
        """Add the usual rules that are not there yet."""
        self.check_access("write")
        if not self._add_usual_entry_rules():
            raise UserError(self.env._("The usual rules are all here already."))

    def _add_usual_entry_rules(self):
        """Add a rule for each usual way to come that no rule asks for yet.

        :return: the new rules
        """
        vals_list, names = [], []
        for program in self:
            tiers = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
            # Where tiers are few, the lower ways share the lowest one.
            shift = max(0, 3 - len(tiers))
            for number, (name, code, position, days) in enumerate(ENTRY_RULES, start=1):
                tag = self.env.ref(f"customer_tiering.tag_{code}", raise_if_not_found=False)
                if not tag or not tiers or tag in program.entry_rule_ids.tag_id:
                    continue
                names.append(name)
                vals_list.append(
                    {
                        "program_id": program.id,
                        "sequence": 10 * (len(program.entry_rule_ids) + number),
                        "name": str(name),
                        "tag_id": tag.id,
                        "tier_id": tiers[max(0, position - shift)].id,
                        "follow_up_days": days,
                    }
                )
        rules = self.env["customer.tier.entry.rule"].create(vals_list)
        for code, _name in self.env["res.lang"].get_installed():
            for rule, name in zip(rules.with_context(lang=code), names, strict=True):
                rule.name = rule.env._(name)
        return rules

    def _rule_fields(self):
        return [*super()._rule_fields(), "entry_rule_ids"]
