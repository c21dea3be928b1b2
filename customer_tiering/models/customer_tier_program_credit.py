from odoo import fields, models


class CustomerTierProgram(models.Model):
    """The credit table of a programme."""

    _inherit = "customer.tier.program"

    credit_rule_ids = fields.One2many("customer.credit.rule", "program_id", string="Credit Rules")

    def copy(self, default=None):
        """Rules of the copy speak of its own tiers."""
        copies = super().copy(default)
        if "tier_ids" in (default or {}):
            return copies
        for program, new in zip(self, copies, strict=True):
            # Lines are copied in the order of their ids, whatever their rank.
            pairs = zip(program.tier_ids.sorted("id"), new.tier_ids.sorted("id"), strict=True)
            tiers = dict(pairs)
            for rule in program.credit_rule_ids:
                if not rule.tier_id or rule.tier_id in tiers:
                    tier = tiers.get(rule.tier_id, rule.tier_id)
                    rule.copy({"program_id": new.id, "tier_id": tier.id})
        return copies
