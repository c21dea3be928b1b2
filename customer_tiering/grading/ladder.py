"""Which tier a customer has earned, and why."""

import operator
from dataclasses import replace

import numpy as np

from .policy import SCORE, volatile

_COMPARE = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


def direction(before, after, program_before, program_after):
    """Which way customers go, as words: ``first``, ``up``, ``down``, ``switch`` (to a tier of
    another programme), ``out`` (of all tiers) or ``stay``.

    :param before, after: ranks of tiers among all of them, 0 for none
    :param program_before, program_after: ids of the programmes of these tiers
    """
    before, after = np.asarray(before), np.asarray(after)
    switched = np.asarray(program_before) != np.asarray(program_after)
    return np.select(
        [before == after, after == 0, before == 0, switched, after > before],
        ["stay", "out", "first", "switch", "up"],
        "down",
    )


def _subject(condition, values, score):
    known = score if condition.metric == SCORE else values[condition.metric]
    return np.asarray(known, dtype=float)


def holds(condition, values, score):
    """Boolean array: for whom a condition holds. Comparisons with an unknown value are False."""
    return _COMPARE[condition.operator](_subject(condition, values, score), condition.value)


def _requirements_met(tier, values, score, staying=False):
    """Boolean array (customers × requirements of the tier).

    :param staying: whether what is enough to stay in the tier is asked for
    """
    conditions = [c.kept if staying else c for c in tier.requirements]
    columns = [holds(condition, values, score) for condition in conditions]
    return np.column_stack(columns) if columns else np.ones((len(score), 0), dtype=bool)


def _reaches(tier, met):
    """Who meets enough of the requirements."""
    if not met.shape[1]:
        return np.ones(len(met), dtype=bool)
    return met.any(axis=1) if tier.match_any else met.all(axis=1)


def meets(tier, values, score):
    """Boolean array: who meets the requirements of a tier."""
    return _reaches(tier, _requirements_met(tier, values, score))


def highest(tiers, values, score, below=None):
    """Position of the highest tier whose requirements are met, -1 for none.

    :param tiers: ``policy.Tier`` from the lowest to the highest
    :param below: array of the highest position that each customer may have
    """
    result = np.full(len(score), -1)
    for position, tier in enumerate(tiers):
        reached = meets(tier, values, score)
        if below is not None:
            reached &= position <= below
        result[reached] = position
    return result


def nearly(program, values, score, share):
    """Position of the tier next above the figures, for whom not more than a share is lacking to
    each bound that must still be reached; -1 for the others, and where a veto is in the way.

    :param share: of the bound, 0–1; bounds from above are to be kept as they are
    """
    reached, limit = highest(program.tiers, values, score), limits(program, values, score)[0]
    result = np.full(len(score), -1)
    for position, tier in enumerate(program.tiers):
        bounds = [_eased(condition, share) for condition in tier.requirements]
        met = [holds(condition, values, score) for condition in bounds]
        met = np.column_stack(met) if met else np.ones((len(score), 0), dtype=bool)
        here = (reached == position - 1) & (position <= limit) & _reaches(tier, met)
        result[here] = position
    return result


def _eased(condition, share):
    if condition.operator in (">=", ">") and condition.value > 0:
        return replace(condition, value=condition.value * (1 - share))
    return condition


def limits(program, values, score):
    """Highest position that the vetoes leave, and the id of the veto that sets it (0: none)."""
    positions = {tier.id: position for position, tier in enumerate(program.tiers)}
    limit = np.full(len(score), len(program.tiers))
    veto_id = np.zeros(len(score), dtype=np.int64)
    for veto in program.vetoes:
        stricter = holds(veto.condition, values, score) & (positions[veto.tier_id] < limit)
        limit[stricter] = positions[veto.tier_id]
        veto_id[stricter] = veto.id
    return limit, veto_id


def bits(flags):
    """Boolean rows as one integer each, the first column being the lowest bit."""
    return flags @ (1 << np.arange(flags.shape[1], dtype=np.int64))


def _placed(program, values, score, entered, by_rule, caps):
    """Position that is reached, the one that vetoes leave of it, and the id of the veto (0: none)
    that takes the difference."""
    limit, veto_id = caps
    reached = highest(program.tiers, values, score)
    position = highest(program.tiers, values, score, limit)
    if by_rule.any():
        reached = np.where(by_rule, entered, reached)
        position = np.where(by_rule, np.minimum(entered, limit), position)
    return reached, position, np.where(reached > limit, veto_id, 0)


def target(program, values, score, entered, caps=None):
    """Positions that the figures ask for, -1 for none; the arguments are as for :func:`climb`."""
    caps = limits(program, values, score) if caps is None else caps
    return _placed(program, values, score, entered, entered >= 0, caps)[1]


def climb(program, values, score, entered=None, caps=None):
    """Everybody's tier with the reason for it and the distance to the next one.

    :param values: frame of metric values
    :param score: float array, NaN for unknown
    :param entered: int array, position of the tier that an entry rule gives instead of what the
        figures would, -1 for none
    :param caps: :func:`limits`, where vetoes look at other values
    :return: dict of arrays. ``tier``: id of the tier, 0 for none; ``reached``: id of the one that
        vetoes took away, else the same; ``veto``: id of the veto that did, else 0; ``next``: id of
        the tier above ``reached``, 0 where nothing is missing to it and at the top; ``met``:
        which requirements of ``tier`` are met, none of which where an entry rule gives the tier,
        and ``missing``: which of ``next`` are not, as bits in the order of
        ``Tier.requirements``; ``gap:<n>``: how much is missing to the n-th requirement of
        ``next``, signed, NaN where it is met, unknown, or grows by itself every day, as it does
        for a share of the best
    """
    tiers, size = program.tiers, len(score)
    by_rule = np.zeros(size, dtype=bool) if entered is None else entered >= 0
    caps = limits(program, values, score) if caps is None else caps
    reached, position, veto_id = _placed(program, values, score, entered, by_rule, caps)
    ids = np.array([tier.id for tier in tiers] + [0], dtype=np.int64)
    met = [_requirements_met(tier, values, score) for tier in tiers]
    known = np.zeros(size, dtype=np.int64)
    for index in range(len(tiers)):
        here = (position == index) & ~by_rule
        known[here] = bits(met[index][here])
    distance = _ahead(program, values, score, reached, met)
    return {
        "tier": ids[position],
        "reached": ids[reached],
        "veto": veto_id,
        "next": distance.pop("next"),
        "met": known,
        **distance,
    }


def ahead(program, values, score, reached):
    """The distance to the tier above the one that is reached, by whatever figures that was.

    :param reached: int array of positions, -1 for none
    :return: dict of the arrays ``next``, ``missing`` and ``gap:<n>`` of :func:`climb`
    """
    met = [_requirements_met(tier, values, score) for tier in program.tiers]
    return _ahead(program, values, score, reached, met)


def _ahead(program, values, score, reached, met):
    tiers, size = program.tiers, len(score)
    ids = np.array([tier.id for tier in tiers] + [0], dtype=np.int64)
    result = {
        "next": ids[np.minimum(reached + 1, len(tiers))],
        "missing": np.zeros(size, dtype=np.int64),
    }
    for index in range(max((len(tier.requirements) for tier in tiers), default=0)):
        result[f"gap:{index}"] = np.full(size, np.nan)
    changing = volatile(program.metrics)
    for index, tier in enumerate(tiers):
        # An entry rule may stand below what the figures would reach.
        below = (reached == index - 1) & ~_reaches(tier, met[index])
        result["missing"][below] = bits(~met[index][below])
        for number, condition in enumerate(tier.requirements):
            # Where the best begin moves with everybody's figures.
            if condition.metric not in changing and condition is not tier.top:
                short = below & ~met[index][:, number]
                gap = condition.value - _subject(condition, values, score)[short]
                # Sums and differences of floats carry noise in the last digits.
                result[f"gap:{number}"][short] = np.round(gap, 6)
    result["next"][result["missing"] == 0] = 0
    return result


def kept(program, values, score, positions):
    """Highest position up to the present one that is kept, -1 for none.

    A tier is kept by whoever meets its keep thresholds, within what the vetoes leave.

    :param positions: int array, the tier each customer is in, -1 for none
    """
    return highest_kept(stays(program, values, score), positions)


def stays(program, values, score, caps=None):
    """Boolean array (customers × tiers): who would keep which tier.

    :param caps: as for :func:`climb`
    """
    limit, _veto_id = limits(program, values, score) if caps is None else caps
    result = np.zeros((len(score), len(program.tiers)), dtype=bool)
    for position, tier in enumerate(program.tiers):
        kept_up = _reaches(tier, _requirements_met(tier, values, score, staying=True))
        result[:, position] = kept_up & (position <= limit)
    return result


def highest_kept(staying, positions):
    """As :func:`kept`, from what :func:`stays` gives."""
    result = np.full(len(positions), -1)
    for position in range(staying.shape[1]):
        result[staying[:, position] & (position <= positions)] = position
    return result


def target_score(program, climbed):
    """The minimum score of the next tier where it is not reached yet, else NaN."""
    target = np.full(len(climbed["next"]), np.nan)
    for tier in program.tiers:
        for number, condition in enumerate(tier.requirements):
            if condition.metric == SCORE and condition is not tier.top:
                short = (climbed["next"] == tier.id) & (climbed["missing"] >> number & 1 == 1)
                target[short] = np.fmax(target[short], condition.value)
    return target


def cut_of_share(values, percent):
    """The value from which a customer is among the best ``percent`` of those with a value.

    Whoever equals the last one of them is among them: equal values are never split.

    :return: float, or None when nobody has a value
    """
    known = np.asarray(values, dtype=float)
    known = np.sort(known[~np.isnan(known)])
    if not len(known):
        return None
    best = max(1, int(len(known) * percent / 100 + 1e-9))
    return float(known[-best])
