"""What would be if a programme's rules were others: variants of a programme, and what they come to.

Nothing here is stored. Results are counts and sums that add up over chunks of customers, so that
any number of them can be compared without being held at once.
"""

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from math import isfinite

import numpy as np
import pandas as pd

from . import ladder, replay
from .metrics import day_number
from .movement import REASONS, WAITING
from .settle import lookup, places

# A customer is on the edge of a tier where so small a part of a threshold decides.
EDGE = 0.05
# What the columns of ``money`` are, see :func:`compare`.
MONEY = ("revenue", "margin", "listed", "guessed", "own")


@dataclass(frozen=True)
class Change:
    """One rule of a programme that is tried with another value.

    :param kind: ``threshold`` and ``keep`` of a condition, ``score``, ``keep_score`` and ``top``
        (where a share of the best begins) of a tier, ``weight`` of an indicator, ``veto`` (the
        number of one), ``hold_months``, ``review`` (a ``policy.Review``) and ``one_level`` of the
        movement
    :param value: instead of the present one; a keep of 0 or None asks for as much as to reach it
    :param id: of the tier, indicator or veto
    :param place: of the condition among those of its tier, from 0 on
    """

    kind: str
    value: object
    id: int = 0
    place: int = 0


def variant(program, changes):
    """A programme with some of its rules changed.

    :param program: ``policy.Program``
    :param changes: :class:`Change` each
    :raise ValueError: with a sentence, where a change speaks of what the programme has not, or
        nobody could be graded by the result
    """
    for change in changes:
        program = _CHANGERS[change.kind](program, change)
    _check(program)
    return program


def _of_tier(program, change, **vals):
    tiers = tuple(replace(t, **vals) if t.id == change.id else t for t in program.tiers)
    return replace(program, tiers=tiers)


def _tier(program, change):
    for tier in program.tiers:
        if tier.id == change.id:
            return tier
    raise ValueError(f"The programme has no tier {change.id}.")


def _change_condition(program, change):
    conditions = list(_tier(program, change).conditions)
    if not 0 <= change.place < len(conditions):
        raise ValueError(f"Tier {change.id} has no condition {change.place + 1}.")
    name = "value" if change.kind == "threshold" else "keep"
    value = change.value if name == "value" else change.value or None
    conditions[change.place] = replace(conditions[change.place], **{name: value})
    return _of_tier(program, change, conditions=tuple(conditions))


def _change_score(program, change):
    _tier(program, change)
    if change.kind == "score":
        return _of_tier(program, change, min_score=change.value)
    return _of_tier(program, change, keep_score=change.value or None)


def _change_top(program, change):
    """:param change: whose value is a ``policy.Condition``, or None for no share any more"""
    _tier(program, change)
    return _of_tier(program, change, top=change.value)


def _change_veto(program, change):
    if change.id not in {veto.id for veto in program.vetoes}:
        raise ValueError(f"The programme has no veto {change.id}.")
    vetoes = tuple(
        replace(v, condition=replace(v.condition, value=change.value)) if v.id == change.id else v
        for v in program.vetoes
    )
    return replace(program, vetoes=vetoes)


def _change_weight(program, change):
    if change.id not in {indicator.id for indicator in program.indicators}:
        raise ValueError(f"The programme has no indicator {change.id}.")
    indicators = tuple(
        replace(i, weight=change.value) if i.id == change.id else i for i in program.indicators
    )
    return replace(program, indicators=indicators)


def _change_movement(program, change):
    movement = replace(program.movement, **{change.kind: change.value})
    return replace(program, movement=movement)


_CHANGERS = {
    "threshold": _change_condition,
    "keep": _change_condition,
    "score": _change_score,
    "keep_score": _change_score,
    "top": _change_top,
    "weight": _change_weight,
    "veto": _change_veto,
    "hold_months": _change_movement,
    "review": _change_movement,
    "one_level": _change_movement,
}


def _check(program):
    weights = [indicator.weight for indicator in program.indicators]
    if any(not isfinite(weight) or weight < 0 for weight in weights):
        raise ValueError("A weight is a number from 0 on.")
    if weights and not any(weights):
        raise ValueError("One indicator at least must weigh something.")
    for tier in program.tiers:
        for condition in tier.requirements:
            keep = condition.value if condition.keep is None else condition.keep
            if not (isfinite(condition.value) and isfinite(keep)):
                raise ValueError("A threshold is a number.")
            sign = 1 if condition.operator[0] == ">" else -1
            if sign * keep > sign * condition.value:
                raise ValueError("A tier cannot be harder to keep than to reach.")


# What a variant comes to


@dataclass(frozen=True)
class Comparison:
    """Counts and sums of a variant that add up over chunks of customers; ids are those of tiers,
    0 for none.

    :param customers: how many were graded
    :param figures: (id that present figures ask for by the present rules, id by the variant) →
        customers: where everybody would stand without guarantees and reviews
    :param graded: (id before, id after) → customers: what a grading by the variant would do
    :param stays: code of ``movement.REASONS`` → customers in a tier above the one that they keep
        by the variant, and why
    :param asked: ``up`` and ``down`` → customers who would wait for approval
    :param edge: (``below`` or ``above``, tier id) → customers who would be in the tier if its
        thresholds were :data:`EDGE` easier, and who would not if they were so much harder
    :param now, then: (tier id, name) → sum, by the tiers of ``figures``; names are those of
        :data:`MONEY` and ``cost``, what the discounts come to
    """

    customers: int = 0
    figures: Counter = field(default_factory=Counter)
    graded: Counter = field(default_factory=Counter)
    stays: Counter = field(default_factory=Counter)
    asked: Counter = field(default_factory=Counter)
    edge: Counter = field(default_factory=Counter)
    now: Counter = field(default_factory=Counter)
    then: Counter = field(default_factory=Counter)

    def merge(self, other):
        """The comparison of both together; they must have no customer in common."""
        mine, theirs = ([getattr(one, f.name) for f in fields(self)] for one in (self, other))
        return type(self)(*map(_sum, mine, theirs))

    def to_json(self):
        """As plain values, for :meth:`from_json`."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: _plain(value) for name, value in values.items()}

    @classmethod
    def from_json(cls, kept):
        """What :meth:`to_json` made."""
        names = {f.name for f in fields(cls)}
        return cls(**{name: _counted(value) for name, value in kept.items() if name in names})

    def moved(self):
        """How many customers' figures ask for another tier by the variant."""
        return sum(count for (now, then), count in self.figures.items() if now != then)


def _plain(value):
    if not isinstance(value, Counter):
        return value
    return [[list(k) if isinstance(k, tuple) else k, number] for k, number in value.items()]


def _counted(value):
    if not isinstance(value, list):
        return value
    return Counter({tuple(k) if isinstance(k, list) else k: number for k, number in value})


def _sum(one, other):
    if not isinstance(one, Counter):
        return one + other
    both = Counter(one)
    # Unlike a sum of Counters, this keeps what is 0 or negative.
    both.update(other)
    return both


def compare(now, then, settled, program, money=None, discounts=None):
    """What a variant comes to for some customers.

    :param now, then: what ``pipeline.grade`` made of them by the present rules and by the variant
    :param settled: what ``settle.settle`` made of ``then``
    :param program: the variant as ``policy.Program``
    :param money: frame indexed by customer, in company currency over the last 12 months:
        ``revenue``; ``margin`` (NaN for unknown); ``listed``, what they bought at prices that
        follow the tier's discount, at the price before it; ``guessed``, the part of the revenue
        for which that is an estimate; ``own``, what was bought at prices that no tier changes
    :param discounts: pair of dicts tier id → percent, of the present rules and of the variant
    """
    targets = [frame["tier"].to_numpy() for frame in (now, then)]
    money_sums = [
        sums(tiers, money, of, now.index)
        for tiers, of in zip(targets, discounts or ({}, {}), strict=True)
    ]
    return Comparison(
        customers=len(then),
        figures=_pairs(*targets),
        graded=_pairs(settled["before"], settled["tier"]),
        stays=_stays(settled, program),
        asked=_asked(settled, program),
        edge=_edge(then, program),
        now=money_sums[0],
        then=money_sums[1],
    )


def _pairs(one, other):
    return Counter(zip(np.asarray(one).tolist(), np.asarray(other).tolist(), strict=True))


def falls(settled, program):
    """Who would be, now or at a review, in a lower tier than before: boolean array.

    :param settled: result of ``settle.settle``
    :param program: ``policy.Program`` that it was settled by
    """
    rank = places(program)
    before, after = (lookup(settled[name], rank, -1) for name in ("before", "tier"))
    return (after < before) | (_keeps_more(settled, program) & (before >= 0))


def _keeps_more(settled, program):
    """Who is in a tier above the one that the figures ask for, and waits to lose it."""
    rank = places(program)
    target, present = (lookup(settled[name], rank, -1) for name in ("target", "computed"))
    return (target < present) & np.isin(settled["waiting"], list(WAITING))


def _stays(settled, program):
    return Counter(settled["waiting"][_keeps_more(settled, program)].tolist())


def _asked(settled, program):
    waits = settled[settled["waiting"] == REASONS["approval"]]
    rank = places(program)
    proposed, present = (lookup(waits[name], rank, -1) for name in ("proposed", "computed"))
    up = int((proposed > present).sum())
    return Counter({"up": up, "down": len(waits) - up})


def sums(tiers, money, discounts, customers):
    """Sums by (tier id, name), see ``Comparison.now``.

    :param tiers: tier ids along the customers
    :param money, discounts: see :func:`compare`; discounts of one set of rules
    """
    found = Counter()
    known = money.reindex(customers) if money is not None else pd.DataFrame(index=customers)
    for tier in np.unique(tiers).tolist():
        inside = tiers == tier
        found[tier, "customers"] = int(inside.sum())
        for name in known:
            values = known[name].to_numpy(dtype=float)[inside]
            found[tier, name] = float(np.nansum(values))
        if "listed" in known:
            found[tier, "cost"] = found[tier, "listed"] * discounts.get(tier, 0.0) / 100
    return found


def who(now, then, settled, program, view, *key):
    """The customers whom one number of a :class:`Comparison` counts, see :func:`compare`.

    :param view: ``figures`` or ``graded``, ``stays``, ``asked`` or ``edge``
    :param key: the key of the number; for ``stays``, none for all of them; for ``figures`` and
        ``graded`` also a pair with None for a whole row or column, or ``up`` or ``down``
    :return: boolean array along ``then``
    :raise ValueError: where there is no such number
    """
    if view == "figures":
        return _of_pair(now["tier"].to_numpy(), then["tier"].to_numpy(), program, key)
    if view == "graded":
        return _of_pair(settled["before"].to_numpy(), settled["tier"].to_numpy(), program, key)
    if view == "stays":
        staying = np.asarray(_keeps_more(settled, program))
        return staying & np.isin(settled["waiting"], key) if key else staying
    if view == "asked" and key in (("up",), ("down",)):
        rank = places(program)
        proposed, present = (lookup(settled[n], rank, -1) for n in ("proposed", "computed"))
        waits = (settled["waiting"] == REASONS["approval"]).to_numpy()
        return waits & ((proposed > present) == (key == ("up",)))
    edges = dict(_edges(then, program)) if view == "edge" else {}
    if key not in edges:
        raise ValueError(f"There is no number {view} {key}.")
    return edges[key]


def _of_pair(before, after, program, key):
    """Whose tiers are those of a key, see :func:`who`."""
    if key in (("up",), ("down",)):
        # From a tier of another programme is neither.
        rank = {0: -1, **places(program)}
        here = np.isin(before, list(rank)) & np.isin(after, list(rank))
        step = lookup(after, rank, -1) - lookup(before, rank, -1)
        return here & (step > 0 if key == ("up",) else step < 0)
    if len(key) != 2:
        raise ValueError(f"A pair of tiers is asked for, not {key}.")
    found = np.ones(len(after), dtype=bool)
    for tiers, wanted in zip((before, after), key, strict=True):
        found &= wanted is None or tiers == wanted
    return found


def _edge(graded, program):
    return Counter({key: int(mask.sum()) for key, mask in _edges(graded, program)})


def _edges(graded, program):
    """Pairs of keys of ``Comparison.edge`` and boolean arrays; who came in by an entry rule is on
    no edge."""
    values = graded[[f"metric:{metric.code}" for metric in program.metrics]]
    values = values.rename(columns=lambda name: name.split(":", 1)[1])
    score = graded["score"].to_numpy()
    caps = ladder.limits(program, values, score)
    nobody = np.full(len(graded), -1)
    by_rule = graded["entry"].to_numpy() > 0

    def place(tiers):
        return ladder.target(replace(program, tiers=tiers), values, score, nobody, caps)

    at, easier, harder = (
        place(tuple(shifted(tier, part) for tier in program.tiers)) for part in (0, -EDGE, EDGE)
    )
    for position, tier in enumerate(program.tiers):
        yield ("below", tier.id), ~by_rule & (at < position) & (easier >= position)
        yield ("above", tier.id), ~by_rule & (at >= position) & (harder < position)


def shifted(tier, part):
    """A tier whose thresholds are harder by a part of them, or where that is negative easier."""

    def harder(condition):
        sign = 1 if condition.operator[0] == ">" else -1
        return replace(condition, value=condition.value + sign * part * abs(condition.value))

    return replace(
        tier,
        min_score=tier.min_score * (1 + part),
        conditions=tuple(map(harder, tier.conditions)),
        top=tier.top and harder(tier.top),
    )


def break_even(before, after, margin):
    """How much more must be bought, as a part of what is, for a discount that changes to leave as
    much margin: ``(μ − d₀) / (μ − d₁) − 1``.

    :param before, after: discounts d₀ and d₁ as parts (0–1) of the price before them
    :param margin: μ, of the same price
    :return: None where no growth makes up for it
    """
    left = margin - after
    return (margin - before) / left - 1 if left > 0 and margin > before else None


# The past played again


@dataclass(frozen=True)
class Year:
    """What rules would have done over some months, adding up over chunks of customers.

    :param customers: how many there are by the end
    :param moves: (month as ``2024-03``, reason of ``replay.REASONS``) → moves
    :param reversals: moves that were undone within ``replay.REVERSAL_DAYS``
    :param flapping: customers with such a move
    :param days: tier id (0 for none) → days that customers spent in it, all together
    :param ever: tier id → customers who were in it at some time
    """

    customers: int = 0
    moves: Counter = field(default_factory=Counter)
    reversals: int = 0
    flapping: int = 0
    days: Counter = field(default_factory=Counter)
    ever: Counter = field(default_factory=Counter)

    merge = Comparison.merge
    to_json = Comparison.to_json
    from_json = classmethod(Comparison.from_json.__func__)

    def months_in(self, tier_id):
        """How long those who were in a tier were, on average, in months of 30.44 days."""
        ever = self.ever[tier_id]
        return self.days[tier_id] / ever / 30.4375 if ever else 0.0


def year(facts, program, days):
    """Play the gradings of some days again.

    :param facts: ``metrics.Facts`` up to the last of the days
    :param program: ``policy.Program``
    :param days: rising ``datetime.date``, see ``replay.grading_days``; the last one ends the year
    :return: :class:`Year`
    """
    moves = replay.replay(facts, program, days)
    turned = replay.turned(moves)
    spent = moves.sort_values(["customer", "day"])
    until = spent.groupby("customer")["day"].shift(-1).fillna(day_number(days[-1]))
    spent = spent.assign(days=until - spent["day"])
    inside = spent[spent["after"] > 0].groupby("after")
    return Year(
        customers=len(facts.customers),
        moves=replay.by_month(moves),
        reversals=len(turned),
        flapping=int(turned["customer"].nunique()),
        days=Counter({int(k): int(v) for k, v in inside["days"].sum().items()}),
        ever=Counter({int(k): int(v) for k, v in inside["customer"].nunique().items()}),
    )


def who_in_year(facts, program, days, kind, *key):
    """The customers whom one number of a :class:`Year` counts, see :func:`year`.

    :param kind: ``moves`` with month and reason, ``flapping``, or ``ever`` with a tier id
    :return: array of customers
    """
    moves = replay.replay(facts, program, days)
    if kind == "flapping":
        moves = replay.turned(moves)
    elif kind == "ever":
        moves = moves[moves["after"] == key[0]]
    else:
        month, reason = key
        months = (
            moves["day"]
            .to_numpy(dtype=np.int64)
            .astype("datetime64[D]")
            .astype("datetime64[M]")
            .astype(str)
        )
        moves = moves[(months == month) & (moves["reason"] == reason).to_numpy()]
    return np.unique(moves["customer"].to_numpy())
