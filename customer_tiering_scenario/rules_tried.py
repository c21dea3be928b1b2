"""The rules of a programme that can be tried with other values: which there are, what trying them
means for the grading core, whether they contradict each other, and writing them to the programme.
"""

import hashlib
import re
from dataclasses import dataclass, field

from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.grading.policy import SCORE, Condition, Review, without_cuts
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

# Of the movement, as the fields of programme and scenario are called.
MOVEMENT = ("hold_months", "review_every", "one_level")
# What each kind of line changes: the field of its record, and the least and greatest value.
FIELDS = {
    "threshold": ("condition_id", "value", -1e15, 1e15),
    "keep": ("condition_id", "keep_value", -1e15, 1e15),
    "score": ("tier_id", "min_score", 0, 100),
    "keep_score": ("tier_id", "keep_score", 0, 100),
    "top": ("tier_id", "top_share", 0, 100),
    "weight": ("indicator_id", "weight", 0, 1e9),
    "veto": ("veto_id", "value", -1e15, 1e15),
    "discount": ("tier_id", "discount", 0, 100),
}
MONTHS = 1200


def settings(program):
    """Values for the lines of a scenario: one for each rule that can be tried, tier by tier from
    the lowest."""
    rows = []
    for tier in program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id)):
        of_tier = {"tier_id": tier.id}
        if tier.min_score:
            rows += [{"kind": "score", **of_tier}, {"kind": "keep_score", **of_tier}]
        if tier.top_share:
            rows.append({"kind": "top", **of_tier})
        for condition in tier.condition_ids:
            of_condition = {**of_tier, "condition_id": condition.id}
            rows += [{"kind": "threshold", **of_condition}, {"kind": "keep", **of_condition}]
        rows.append({"kind": "discount", **of_tier})
    if len(program.indicator_ids) > 1:
        indicators = program.indicator_ids.ids
        rows += [{"kind": "weight", "indicator_id": id_} for id_ in indicators]
    rows += [{"kind": "veto", "veto_id": id_} for id_ in program.veto_ids.ids]
    return [{**row, "sequence": number} for number, row in enumerate(rows, 1)]


def digest(program):
    """What tells whether anything in the rules of a programme has changed."""
    kept = repr((without_cuts(program._policy()), program.domain, program.approval))
    discounts = [(tier.id, tier.discount, tier.top_share) for tier in program.tier_ids]
    return hashlib.sha256(repr((kept, discounts)).encode()).hexdigest()


def parts(program):
    """What of a programme a scenario tries nothing of, in words: pairs of kind and name, to text.
    What differs between two of them is what somebody has changed."""
    # In the language of the source, whoever asks.
    program = program.with_context(lang=None)
    found = {
        "filter": program.domain or "[]",
        "approval": program.approval or "",
        "tiers": {str(tier.id): tier.name for tier in program.tier_ids},
        "vetoes": {
            str(v.id): f"{v.metric_id.name} {v.operator}, {v.tier_id.name}"
            for v in program.veto_ids
        },
        "entries": {str(rule.id): rule.name for rule in program.entry_rule_ids},
        "indicators": {str(i.id): i.metric_id.name for i in program.indicator_ids},
    }
    scales = {i.id: repr(i.scale) for i in without_cuts(program._policy()).indicators}
    found["scales"] = {
        str(i.id): hashlib.sha256(scales.get(i.id, "").encode()).hexdigest()
        for i in program.indicator_ids
    }
    return found


def movement(record):
    """The rules of movement of a programme or scenario that can be tried."""
    return {name: record[name] for name in MOVEMENT}


@dataclass(frozen=True)
class Tried:
    """What a scenario tries, apart from records: values by (kind, id of the record).

    :param movement: by the names of :data:`MOVEMENT`
    :param keep_until: ``datetime.date`` until which whoever would fall keeps the tier, the greatest
        for no end, or None
    :param released: ids of the customers whose tier is kept no longer, as what is undone kept it
    """

    values: dict = field(default_factory=dict)
    movement: dict = field(default_factory=dict)
    keep_until: object = None
    released: tuple = ()

    def changes(self, program):
        """As changes for ``grading.whatif.variant``, but for shares of the best."""
        from odoo.addons.customer_tiering.grading.whatif import Change

        found = []
        for (kind, id_), value in self.values.items():
            if kind in ("threshold", "keep"):
                condition = program.tier_ids.condition_ids.browse(id_)
                tier = condition.tier_id
                place = tier.condition_ids.ids.index(id_)
                found.append(Change(kind, value, tier.id, place))
            elif kind in ("score", "keep_score", "weight", "veto"):
                found.append(Change(kind, value, id_))
        for name, value in self.movement.items():
            if name == "review_every":
                dates = program._review_days() if value == "dates" else ()
                found.append(Change("review", Review(value, dates)))
            else:
                found.append(Change(name, value))
        return found

    def shares(self, program):
        """Tier id → code of the metric and percent of the shares of the best."""
        shares = {}
        for tier in program.tier_ids:
            percent = self.values.get(("top", tier.id), tier.top_share)
            if percent:
                shares[tier.id] = (tier.top_metric_id.code or SCORE, percent)
        return shares

    def discounts(self, program):
        """Tier id → percent."""
        return {
            tier.id: self.values.get(("discount", tier.id), tier.discount)
            for tier in program.tier_ids
        }

    def tops(self, program, cuts):
        """Changes to where the shares of the best begin.

        :param cuts: tier id → value, as measured by these rules
        """
        from odoo.addons.customer_tiering.grading.whatif import Change

        shares = self.shares(program)
        return [
            Change(
                "top", Condition(shares[id_][0], ">=", cuts[id_]) if id_ in shares else None, id_
            )
            for id_ in {*shares, *(id_ for kind, id_ in self.values if kind == "top")}
        ]


def shares(program, typed):
    """The shares of the tiers that somebody has typed, from the lowest tier on, as parts.

    :param typed: percents, the best tier first; where the lowest one asks for nothing, its own may
        be left out
    :raise UserError: with what to do
    """
    tiers, env = program.tier_ids, program.env
    numbers = re.findall(r"\d+(?:[.,]\d+)?", (typed or "").replace("%", " "))
    percents = [float(number.replace(",", ".")) for number in numbers]
    if len(percents) == len(tiers) - 1:
        percents.append(100 - sum(percents))
    if len(percents) != len(tiers) or not tiers:
        raise UserError(
            env._(
                "Type how many percent of the customers each of the %(count)s tiers is to have, "
                "the best one first: %(tiers)s. For example %(example)s.",
                count=len(tiers),
                tiers=series(env, tiers.sorted("sequence", reverse=True).mapped("name")),
                example=" / ".join(["5", "15", "30", "50"][: max(len(tiers) - 1, 1)]),
            )
        )
    if min(percents) < 0 or sum(percents) > 100.5:
        raise UserError(
            env._(
                "Shares of %s %% are more than everybody. Type such that come to 100 at most.",
                f"{sum(percent for percent in percents if percent > 0):,.1f}".removesuffix(".0"),
            )
        )
    return tuple(percent / 100 for percent in reversed(percents))


def problem(program, tried):
    """Why a programme cannot have the rules that are tried, in words; empty when it can.

    The checks are those of the programme itself, made on a copy that is never saved.
    """
    draft = program.new(origin=program)
    try:
        _put(draft, tried)
        draft.tier_ids._check_keep_score()
        draft.tier_ids.condition_ids._check_keep_value()
        draft._check_configuration()
        draft._check_review_dates()
    except ValidationError as error:
        return error.args[0]
    if not 0 <= draft.hold_months <= MONTHS:
        return program.env._(
            "Tiers are guaranteed for 0 to %s months. Enter another number.", f"{MONTHS:,}"
        )
    return ""


def _put(draft, tried):
    """Write what is tried to an unsaved copy of the programme."""
    records = {
        "condition_id": draft.tier_ids.condition_ids,
        "tier_id": draft.tier_ids,
        "indicator_id": draft.indicator_ids,
        "veto_id": draft.veto_ids,
    }
    for (kind, id_), value in tried.values.items():
        owner, name, least, greatest = FIELDS[kind]
        record = records[owner].filtered(lambda record, id_=id_: record._origin.id == id_)
        # Also of what is no number.
        if not least <= value <= greatest:
            raise ValidationError(
                draft.env._(
                    "“%(name)s” cannot be %(value)s. Enter a number from %(least)s to "
                    "%(greatest)s.",
                    name=record._fields[name]._description_string(draft.env),
                    value=value,
                    least=f"{least:,.0f}",
                    greatest=f"{greatest:,.0f}",
                )
            )
        record[name] = value
    for name, value in tried.movement.items():
        draft[name] = value


def write(program, tried):
    """Write what is tried to a programme in one save: half-way, rules may contradict each other."""
    tiers, indicators, vetoes = {}, [], []
    for (kind, id_), value in tried.values.items():
        owner, name, *_range = FIELDS[kind]
        if owner == "indicator_id":
            indicators.append(Command.update(id_, {name: value}))
        elif owner == "veto_id":
            vetoes.append(Command.update(id_, {name: value}))
        elif owner == "tier_id":
            tiers.setdefault(id_, {})[name] = value
        else:
            condition = program.tier_ids.condition_ids.browse(id_)
            commands = tiers.setdefault(condition.tier_id.id, {}).setdefault("condition_ids", {})
            commands.setdefault(id_, {})[name] = value
    for vals in tiers.values():
        if "condition_ids" in vals:
            vals["condition_ids"] = [Command.update(*one) for one in vals["condition_ids"].items()]
    program.write(
        {
            "tier_ids": [Command.update(*one) for one in tiers.items()],
            "indicator_ids": indicators,
            "veto_ids": vetoes,
            **tried.movement,
        }
    )
