"""How graded customers spread over the tiers and points of a programme, in a few numbers."""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Counts that add up over chunks of customers.

    :param customers: how many were graded
    :param tiers: tier id → customers in it; tiers without any are listed too
    :param points: indicator id → (customers with points, lowest, highest points; None without)
    :param differing: :func:`pair_key` of two indicators → customers to whom they give different
        points; unknown differs from any number, and not from unknown
    """

    customers: int = 0
    tiers: dict = field(default_factory=dict)
    points: dict = field(default_factory=dict)
    differing: dict = field(default_factory=dict)

    @classmethod
    def of(cls, frame, program):
        """The spread of customers as ``pipeline.grade`` returns them.

        :param program: the ``policy.Program`` that graded them
        """
        tier = frame["tier"].to_numpy()
        columns = {i.id: frame[f"points:{i.id}"].to_numpy() for i in program.indicators}
        unknown = {id_: np.isnan(column) for id_, column in columns.items()}
        return cls(
            len(frame),
            {t.id: int((tier == t.id).sum()) for t in program.tiers},
            {id_: _range(column[~unknown[id_]]) for id_, column in columns.items()},
            {
                # Unknown values are unequal to themselves.
                pair_key(a, b): int(np.sum((columns[a] != columns[b]) & ~(unknown[a] & unknown[b])))
                for a, b in combinations(columns, 2)
            },
        )

    def merge(self, other):
        """The spread of both together; they must have no customer in common."""
        return Spread(
            self.customers + other.customers,
            _joined(self.tiers, other.tiers, int.__add__),
            _joined(self.points, other.points, _wider),
            _joined(self.differing, other.differing, int.__add__),
        )

    def to_json(self):
        """As plain values whose keys are text."""
        return {
            "customers": self.customers,
            "tiers": {str(id_): count for id_, count in self.tiers.items()},
            "points": {str(id_): list(known) for id_, known in self.points.items()},
            "differing": {f"{a}:{b}": count for (a, b), count in self.differing.items()},
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
        )


def pair_key(one, other):
    """The key of two indicators in ``Spread.differing``, whatever their order."""
    return min(one, other), max(one, other)


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
