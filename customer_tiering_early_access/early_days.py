"""From when on products may be ordered, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class EarlyDays:
    """A product that the tiers of a benefit may order first.

    :param template: id of the product
    :param benefit: id of the benefit that says so
    :param begin: the first day for these tiers; None: from now on
    :param public: the first day for everybody
    :param tiers: ids of the tiers
    """

    template: int
    benefit: int
    begin: date | None
    public: date
    tiers: frozenset

    def is_on(self, today):
        """Whether the tiers may order it, and others may not yet."""
        return (self.begin is None or self.begin <= today) and today < self.public
