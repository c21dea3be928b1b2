"""Copies of programmes: rules of a copy speak of its own tiers."""

from odoo.fields import Command


def copy_rules(program, new, given):
    """Copy what speaks of tiers, unless they are gone.

    :param new: the copy
    :param given: what the copy was given instead, by name of the field
    """
    tiers = {}
    # Those given instead are others than the rules speak of.
    if "tier_ids" not in given:
        # Lines are copied in the order of their ids, whatever their rank.
        lines = (record.tier_ids.sorted("id") for record in (program, new))
        tiers = dict(zip(*lines, strict=True))
    for name in program._rule_fields():
        for rule in program[name] if name not in given else ():
            if not rule.tier_id or rule.tier_id in tiers:
                tier = tiers.get(rule.tier_id, rule.tier_id)
                rule.copy({"program_id": new.id, "tier_id": tier.id})
    if "event_rule_ids" not in given:
        for rule in program.with_context(active_test=False).event_rule_ids:
            named = [tiers[tier].id for tier in rule.tier_ids if tier in tiers]
            if named or not rule.tier_ids:
                rule.copy({"program_id": new.id, "tier_ids": [Command.set(named)]})
    if "benefit_ids" not in given:
        for benefit in program.with_context(active_test=False).benefit_ids:
            _copy_benefit(benefit, new, tiers)


def _copy_benefit(benefit, new, tiers):
    """
    :param tiers: dict tier → the tier of the copy
    """
    first = benefit.from_tier_id
    named = [tiers[tier].id for tier in benefit.tier_ids if tier in tiers]
    if (first and first not in tiers) or (benefit.tier_ids and not named):
        return
    tier = tiers.get(first, first)
    benefit.copy({"program_id": new.id, "from_tier_id": tier.id, "tier_ids": [Command.set(named)]})
