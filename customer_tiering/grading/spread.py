"""How graded customers spread over the tiers and points of a programme, in a few numbers."""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from .policy import COUNTS, YEAR

# Below so many customers it is chance how they spread.
ENOUGH = 10
# A tier that holds less of those who bought tells hardly anybody apart.
LEAST_SHARE = 0.05


def lopsided(counts):
    """Whether tiers tell customers too little apart: fewer than two of them have a share of 5 %.

    :param counts: of those who bought, for each tier
    """
    total = sum(counts)
    if len(counts) < 2 or total < ENOUGH:
        return False
    return sum(count >= LEAST_SHARE * total for count in counts) < 2


def misfits(counts):
    """Whether tiers tell customers too little apart, or one of those that ask for something is
    empty.

    :param counts: as for :func:`lopsided`, from the lowest tier on
    """
    return lopsided(counts) or (sum(counts) >= ENOUGH and 0 in counts[1:])


@dataclass(frozen=True)
class Spread:
    """Counts that add up over chunks of customers.

    :param customers: how many were graded
    :param tiers: tier id → customers in it; tiers without any are listed too
    :param points: indicator id → (customers with points, lowest, highest points; None without)
    :param differing: :func:`pair_key` of two indicators → customers to whom they give different
        points; unknown differs from any number, and not from unknown
    :param buyers: tier id → customers in it who ordered within a year, as far as orders of a year
        are counted; else who ever ordered. Empty in what was kept before there were any
    """

    customers: int = 0
    tiers: dict = field(default_factory=dict)
    points: dict = field(default_factory=dict)
    differing: dict = field(default_factory=dict)
    buyers: dict = field(default_factory=dict)

    @classmethod
    def of(cls, frame, program):
        """The spread of customers as ``pipeline.grade`` returns them.

        :param program: the ``policy.Program`` that graded them
        """
        tier = frame["tier"].to_numpy()
        columns = {i.id: frame[f"points:{i.id}"].to_numpy() for i in program.indicators}
        unknown = {id_: np.isnan(column) for id_, column in columns.items()}
        bought = _bought(frame, program)
        return cls(
            len(frame),
            {t.id: int((tier == t.id).sum()) for t in program.tiers},
            {id_: _range(column[~unknown[id_]]) for id_, column in columns.items()},
            {
                # Unknown values are unequal to themselves.
                pair_key(a, b): int(np.sum((columns[a] != columns[b]) & ~(unknown[a] & unknown[b])))
                for a, b in combinations(columns, 2)
            },
            {t.id: int(((tier == t.id) & bought).sum()) for t in program.tiers},
        )

    def merge(self, other):
        """The spread of both together; they must have no customer in common."""
        return Spread(
            self.customers + other.customers,
            _joined(self.tiers, other.tiers, int.__add__),
            _joined(self.points, other.points, _wider),
            _joined(self.differing, other.differing, int.__add__),
            _joined(self.buyers, other.buyers, int.__add__),
        )

    def to_json(self):
        """As plain values whose keys are text."""
        return {
            "customers": self.customers,
            "tiers": {str(id_): count for id_, count in self.tiers.items()},
            "points": {str(id_): list(known) for id_, known in self.points.items()},
            "differing": {f"{a}:{b}": count for (a, b), count in self.differing.items()},
            "buyers": {str(id_): count for id_, count in self.buyers.items()},
        }

    @classmethod
    def from_json(cls, values):
        """What :meth:`to_json` wrote; nothing at all is a spread of nobody."""
        if not values:
            return cls()
        return cls(
            values["customers"],
            {int(id_): count for id_, count in values["tiers"].items()},
            {int(id_): tuple(known) for id_, known in values["points"].items()},
            {tuple(map(int, k.split(":"))): count for k, count in values["differing"].items()},
            {int(id_): count for id_, count in values.get("buyers", {}).items()},
        )


def merged(known, spreads):
    """What is kept of spreads so far, together with those of more customers.

    :param known: dict text of a programme's id → as :meth:`Spread.to_json` gives it, or nothing
    :param spreads: dict id of a programme → :class:`Spread`
    :return: as ``known``, the same where there is nothing to add
    """
    if not spreads:
        return known
    found = dict(known or {})
    for id_, spread in spreads.items():
        found[str(id_)] = Spread.from_json(found.get(str(id_))).merge(spread).to_json()
    return found


def pair_key(one, other):
    """The key of two indicators in ``Spread.differing``, whatever their order."""
    return min(one, other), max(one, other)


def _bought(frame, program):
    counts = [metric for metric in program.metrics if metric.measure in COUNTS]
    if not counts:
        return frame["last_day"].notna().to_numpy()
    year = max(counts, key=lambda metric: (metric.months == YEAR, metric.months))
    return frame[f"metric:{year.code}"].to_numpy() > 0


def _range(known):
    if not len(known):
        return 0, None, None
    return len(known), float(known.min()), float(known.max())


def _wider(one, other):
    if not (one[0] and other[0]):
        return one if one[0] else other
    return one[0] + other[0], min(one[1], other[1]), max(one[2], other[2])


def _joined(one, other, join):
    both = {key: join(one[key], other[key]) for key in one.keys() & other.keys()}
    return one | other | both
