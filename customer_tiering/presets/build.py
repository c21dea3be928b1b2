"""Makes the values of records, and their names in every language, from the data of the presets."""

from odoo.exceptions import UserError
from odoo.fields import Command

from .data import BENEFITS, ENTRY_RULES, PRESETS, SEGMENTS, preset_terms

# Kind, note, and days until an activity is due (None: no activity) of the usual rules about who
# hears of a change.
EVENT_RULES = (
    ("up", True, None),
    ("down", True, 0),
    ("notice", True, 0),
    ("correction", True, None),
)
# Models whose records are made with names of a preset.
NAMED_MODELS = (
    "customer.tier.program",
    "customer.tier",
    "customer.tier.segment",
    "customer.tier.entry.rule",
    "customer.tier.benefit",
)


def program_vals(env, preset):
    """Values to create a programme with its lines, but without rules, company and rank."""
    return {
        "name": env._(preset["name"]),
        "tier_ids": tiers(env, preset),
        "indicator_ids": indicators(env, preset),
        "segment_ids": segments(env, preset),
        "rfm_mode": preset.get("rfm_mode", "three"),
        "min_coverage": preset["min_coverage"],
    }


def create_program(programs, code, company):
    """Make a programme from a preset.

    :param programs: ``customer.tier.program``, empty
    :param code: a key of ``PRESETS``
    :raise UserError: for an unknown code, and where a metric that it is made of is gone
    """
    env, preset = programs.env, PRESETS.get(code)
    if not preset:
        raise UserError(
            env._(
                "There is no preset “%(code)s”. Choose one of: %(known)s.",
                code=code,
                known=", ".join(PRESETS),
            )
        )
    above = programs.search_count([("company_id", "=", company.id)])
    vals = {"company_id": company.id, "sequence": 10 * (above + 1)}
    program = programs.create({**program_vals(env, preset), **vals})
    program._add_usual_entry_rules()
    program.event_rule_ids = event_rules(env)
    env["customer.tier.benefit"]._add_usual(program)
    translate_program(program, preset)
    # Where customers have ordered already; the preset's own bounds serve until then.
    quantile = program.indicator_ids.filtered(lambda i: i.scale == "quantile")
    (quantile - quantile._propose_bands()).scale = "bands"
    program._after_create_preset(code)
    return program


def tiers(env, preset):
    """The preset's tiers from the lowest to the highest, as commands to create them."""
    metrics = _metric_ids(env, preset)
    commands = []
    for sequence, tier in enumerate(preset["tiers"], start=1):
        vals = {key: tier[key] for key in ("color", "discount", "min_score") if key in tier}
        conditions = [
            Command.create({"metric_id": metrics[code], "operator": op, "value": value})
            for code, op, value in tier.get("conditions", ())
        ]
        name = tier["name"]
        vals |= {"name": env._(name), "sequence": 10 * sequence, "condition_ids": conditions}
        commands.append(Command.create(vals))
    return commands


def indicators(env, preset):
    """The preset's indicators with their bands, as commands to create them."""
    metrics = _metric_ids(env, preset)
    commands = []
    for sequence, (code, weight, direction, cuts, role) in enumerate(preset["indicators"]):
        size = len(cuts) + 1
        points = [round(100 * number / size, 2) for number in range(1, size + 1)]
        if direction == "low":
            points.reverse()
        bands = zip((0, *cuts), points, strict=True)
        commands.append(
            Command.create(
                {
                    "sequence": 10 * sequence,
                    "metric_id": metrics[code],
                    "weight": weight,
                    "direction": direction,
                    "scale": "quantile" if preset.get("quantile") else "bands",
                    "quantile_count": size,
                    "rfm_role": role or False,
                    "band_ids": [
                        Command.create({"value_from": value, "points": point})
                        for value, point in bands
                    ],
                }
            )
        )
    return commands


def segments(env, preset):
    """The preset's RFM segments, as commands to create them."""
    commands = []
    for sequence, (name, color, *box) in enumerate(preset.get("segments", SEGMENTS)):
        vals = {"name": env._(name), "sequence": 10 * sequence, "color": color}
        # A grid of two axes has no bounds of M.
        for part, (low, high) in zip("rfm", box, strict=False):
            vals |= {f"{part}_min": low, f"{part}_max": high}
        commands.append(Command.create(vals))
    return commands


def _metric_ids(env, preset):
    """Id per code of the metrics that a preset uses; an archived one is hidden, not gone."""
    codes = {indicator[0] for indicator in preset["indicators"]}
    conditions = (c for tier in preset["tiers"] for c in tier.get("conditions", ()))
    codes |= {code for code, _operator, _value in conditions}
    Metric = env["customer.tier.metric"].with_context(active_test=False)
    found = {metric.code: metric.id for metric in Metric.search([("code", "in", list(codes))])}
    if gone := codes - found.keys():
        raise UserError(
            env._(
                "Preset “%(preset)s” is made of metrics that were deleted: %(codes)s. Make "
                "metrics with these codes under Metrics, or choose another preset.",
                preset=env._(preset["name"]),
                codes=", ".join(sorted(gone)),
            )
        )
    return found


# Rules that every preset comes with


def event_rules(env):
    """Notes for colleagues, and work for the salesperson where a customer is being lost, as
    commands; customers themselves hear nothing before somebody chose an e-mail."""
    todo = env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
    return [
        Command.create(
            {
                "sequence": 10 * number,
                "kind": kind,
                "chatter": note,
                "activity_type_id": days is not None and todo and todo.id,
                "activity_days": days or 0,
            }
        )
        for number, (kind, note, days) in enumerate(EVENT_RULES, start=1)
    ]


def entry_rules(program):
    """A rule for each usual way to come that no rule of a programme asks for yet.

    :return: pairs of the name, lazily translated, and the values of a rule
    """
    tiers_up = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
    # Where tiers are few, the lower ways share the lowest one.
    shift = max(0, 3 - len(tiers_up))
    rules = []
    for number, (name, code, position, days) in enumerate(ENTRY_RULES, start=1):
        tag = program.env.ref(f"customer_tiering.tag_{code}", raise_if_not_found=False)
        if not tag or not tiers_up or tag in program.entry_rule_ids.tag_id:
            continue
        vals = {
            "program_id": program.id,
            "sequence": 10 * (len(program.entry_rule_ids) + number),
            "name": program.env._(name),
            "tag_id": tag.id,
            "tier_id": tiers_up[max(0, position - shift)].id,
            "follow_up_days": days,
        }
        rules.append((name, vals))
    return rules


def benefits(program):
    """What companies usually give, of kinds that a programme has no benefit of yet.

    :return: pairs of the name, lazily translated, and the values of a benefit
    """
    tiers_up = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
    there = set(program.with_context(active_test=False).benefit_ids.mapped("kind"))
    found = []
    for number, (name, kind, from_top, told) in enumerate(BENEFITS, start=1):
        if kind in there or not tiers_up:
            continue
        first = tiers_up[max(0, len(tiers_up) - from_top)] if from_top else tiers_up.browse()
        vals = {
            "program_id": program.id,
            "sequence": 10 * number,
            "name": program.env._(name),
            "kind": kind,
            "from_tier_id": first.id,
            "on_quotation": told,
            "on_portal": told,
        }
        found.append((name, vals))
    return found


# Names in every language


def translate_program(program, preset):
    """Name a programme made from a preset, and its lines, in every installed language, so that
    each colleague reads their own."""
    lines = preset.get("segments", SEGMENTS)
    translate(program, [preset["name"]])
    translate(program.tier_ids, [tier["name"] for tier in preset["tiers"]])
    translate(program.segment_ids, [segment[0] for segment in lines])


def translate(records, names):
    """Name records in every installed language.

    :param names: lazily translated, one for each record
    """
    for code, _name in records.env["res.lang"].get_installed():
        for record, name in zip(records.with_context(lang=code), names, strict=True):
            record.name = record.env._(name)


def translate_names(env, codes, models=NAMED_MODELS, terms=None):
    """Name what was made from a preset in languages that came later; names that people gave stay.

    :param codes: language codes
    :param models: names of models, of addons that give names of their own
    :param terms: these names, lazily translated; without, those of presets
    """
    terms = list(terms or preset_terms())
    for model in models:
        records = env[model].with_context(active_test=False, lang="en_US")
        found = records.search([("name", "in", [records.env._(term) for term in terms])])
        translate_later(found, codes, terms)


def translate_later(records, codes, terms):
    """Name records in languages that came later; names that people gave stay.

    :param codes: language codes
    :param terms: names that the records may have, lazily translated
    """
    english = records.with_context(lang="en_US")
    terms = {english.env._(term): term for term in terms}
    for record in english:
        for code in codes:
            translated = record.with_context(lang=code)
            if record.name in terms and translated.name == record.name:
                translated.name = translated.env._(terms[record.name])
