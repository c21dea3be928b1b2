"""Whether what a programme asks for fits the customers of its company, what would, and taking it.

``grading.thresholds`` finds them; here they are read from the records of a programme, told, written
to them and put back.
"""

import logging
from dataclasses import replace

from odoo.exceptions import UserError
from odoo.fields import Command, Date

from .explain.words import clauses, comparison_text, measured, readable
from .grading.policy import SAMPLE_SIZE

_logger = logging.getLogger(__name__)


class ThresholdFit:
    """A programme that may not be saved yet, against today's customers.

    Ids in its thresholds are those of the records, or counted from 1 while there are none.

    :param as_of: customers of that day instead of today's
    """

    def __init__(self, program, as_of=None):
        from .grading.thresholds import Fit, Thresholds

        gather = program.env["customer.tier.gather"]
        today = as_of or gather._today(program.company_id)
        metrics = program._metrics()
        facts = gather._sample(program, today, SAMPLE_SIZE, metrics)
        self.tiers = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id or 0))
        self.indicators = program.indicator_ids
        policy = program._policy() if program.id else self._counted(program)
        money = metrics.filtered(lambda metric: metric.unit == "money").mapped("code")
        typed = self._ids(lambda i: i.scale == "bands" and not i.frozen_on)
        if not program.id:
            # They are cut when the programme is saved.
            cut = Fit(facts, policy, today, self._ids(lambda i: i.scale == "quantile"))
            policy = Thresholds(bands=cut.bands("quantile", metrics.mapped("code"))).of(policy)
        self.fit = Fit(facts, policy, today, typed, money)
        self.counts = self.fit.buyers()

    @property
    def misfits(self):
        """Whether the tiers tell customers too little apart, or some are empty."""
        from .grading.spread import misfits

        return misfits(self.counts)

    def proposed(self):
        """Thresholds that would fit, as plain values, with the number of those who bought in each
        tier by them; None where these fit or none would."""
        found = self.fit.proposed() if self.misfits else None
        return found and {
            "conditions": [list(row) for row in found.conditions],
            "scores": [list(row) for row in found.scores],
            "bands": [
                [id_, list(bands.bounds), list(bands.points), list(bands.numbers)]
                for id_, bands in found.bands
            ],
            "counts": self.fit.buyers(found),
        }

    def _ids(self, chosen):
        return [
            indicator.id or number
            for number, indicator in enumerate(self.indicators, start=1)
            if chosen(indicator)
        ]

    def _counted(self, program):
        """The rules of a programme that is not saved yet."""
        policy = program._policy()
        tiers = enumerate((tier._rule() for tier in self.tiers), start=1)
        indicators = enumerate(self.indicators._policy(), start=1)
        return replace(
            policy,
            tiers=tuple(replace(tier, id=number) for number, tier in tiers),
            indicators=tuple(replace(indicator, id=number) for number, indicator in indicators),
            segments=(),
        )


def proposed(program, spread, as_of):
    """What is proposed to a programme after its customers were graded, see
    ``ThresholdFit.proposed``; nothing where its tiers tell customers apart.

    :param spread: ``Spread`` as plain values, of that day
    """
    from .grading.spread import Spread, misfits

    buyers = Spread.from_json(spread).buyers
    tiers = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
    if not misfits([buyers.get(tier.id, 0) for tier in tiers]):
        return False
    try:
        with program.env.cr.savepoint():
            return ThresholdFit(program, as_of).proposed() or False
    except Exception:
        # A grading does not fail because nothing can be proposed.
        _logger.exception("No thresholds proposed for programme %s", program.id)
        return False


# In words


def words(program, thresholds):
    """Thresholds in a sentence's worth of words; empty without any.

    :param program: saved or not, with the tiers and indicators that the ids are of
    """
    if not thresholds:
        return ""
    env, currency = program.env, program.company_id.currency_id
    tiers = program.tier_ids.sorted(lambda tier: (tier.sequence, tier.id or 0))
    tiers = {tier.id or number: tier for number, tier in enumerate(tiers, start=1)}
    indicators = enumerate(program.indicator_ids, start=1)
    indicators = {indicator.id or number: indicator for number, indicator in indicators}
    parts = []
    for id_, position, value, _keep in thresholds["conditions"]:
        conditions = tiers[id_].condition_ids if id_ in tiers else ()
        for condition in conditions[position : position + 1]:
            metric, operator = condition.metric_id, condition.operator
            text = comparison_text(env, metric, operator, value, currency)
            parts.append((tiers[id_].name, text))
    for id_, score, _keep in thresholds["scores"]:
        if id_ in tiers:
            name = env._("Score")
            text = f"{name} ≥ {readable(env, score)}"
            parts.append((tiers[id_].name, text))
    for id_, bounds, *_rest in thresholds["bands"]:
        if id_ in indicators:
            metric = indicators[id_].metric_id
            cuts = (measured(env, metric.unit, bound, currency) for bound in bounds[1:])
            parts.append((metric.name, env._("bands from %s", " · ".join(cuts))))
    return clauses(
        env, (env._("“%(name)s”: %(text)s", name=name, text=text) for name, text in parts)
    )


# Taking them, and putting back what was there


def take(program):
    """Write what is proposed to a programme, and keep what it replaces.

    :raise UserError: where the rules are no longer those that it was proposed for
    """
    proposed = program.proposed_thresholds
    if not proposed or not _still_fits(program, proposed):
        raise UserError(
            program.env._(
                "The rules of “%s” have changed since these thresholds were proposed. Grade "
                "again to have others proposed.",
                program.name,
            )
        )
    replaced = _present(program, proposed)
    _write(program, proposed, Date.context_today(program))
    program.write({"replaced_thresholds": replaced, "proposed_thresholds": False, "spread": False})


def undo(program):
    """Write back what was there before :func:`take`, as far as it is still there."""
    replaced = program.replaced_thresholds
    if not replaced or not _still_fits(program, replaced):
        raise UserError(
            program.env._(
                "Tiers or indicators of “%s” were changed since, so the thresholds from before "
                "cannot be put back. Type them from the line above.",
                program.name,
            )
        )
    _write(program, replaced, False)
    program.write({"replaced_thresholds": False, "spread": False})


def _still_fits(program, thresholds):
    tiers = {tier.id: tier for tier in program.tier_ids}
    places = [(id_, position + 1) for id_, position, *_rest in thresholds["conditions"]]
    places += [(id_, 0) for id_, *_rest in thresholds["scores"]]
    known = all(id_ in tiers and len(tiers[id_].condition_ids) >= n for id_, n in places)
    indicators = {row[0] for row in thresholds["bands"]}
    return known and indicators <= set(program.indicator_ids.ids)


def _present(program, thresholds):
    """What stands where thresholds are to be written, in the same form."""
    tiers = {tier.id: tier for tier in program.tier_ids}
    conditions = [
        (id_, position, tiers[id_].condition_ids[position])
        for id_, position, *_rest in thresholds["conditions"]
    ]
    scores = [tiers[id_] for id_, *_rest in thresholds["scores"]]
    bands = []
    for id_, *_rest in thresholds["bands"]:
        scale = program.indicator_ids.filtered(lambda i, id_=id_: i.id == id_)._bands_policy()
        bands.append([id_, scale.bounds, scale.points, scale.numbers])
    return {
        "conditions": [[id_, n, c.value, c.keep_value or None] for id_, n, c in conditions],
        "scores": [[tier.id, tier.min_score, tier.keep_score or None] for tier in scores],
        "bands": bands,
    }


def _write(program, thresholds, frozen_on):
    """Write thresholds in one save, for half-way they may contradict each other."""
    tiers = {}
    for id_, position, value, keep in thresholds["conditions"]:
        condition = program.tier_ids.browse(id_).condition_ids[position]
        vals = {"value": value, "keep_value": keep or 0}
        tiers.setdefault(id_, {}).setdefault("condition_ids", []).append(
            Command.update(condition.id, vals)
        )
    for id_, score, keep in thresholds["scores"]:
        tiers.setdefault(id_, {}).update(min_score=score, keep_score=keep or 0)
    indicators = []
    for id_, bounds, points, numbers in thresholds["bands"]:
        rows = zip(bounds, points, numbers or [0] * len(bounds), strict=True)
        bands = [
            Command.create({"value_from": bound, "points": earned, "number": number})
            for bound, earned, number in rows
        ]
        vals = {"band_ids": [Command.clear(), *bands], "frozen_on": frozen_on}
        if frozen_on:
            vals["cut_method"] = "round"
        indicators.append(Command.update(id_, vals))
    program.write(
        {
            "tier_ids": [Command.update(id_, vals) for id_, vals in tiers.items()],
            "indicator_ids": indicators,
        }
    )
