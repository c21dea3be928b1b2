"""Where a prospect enters the ladder: the first rule that fits where it came from.

Plain Python without arrays, so that a web worker may ask for a handful of people.
"""

from dataclasses import dataclass, field


@dataclass
class Origins:
    """What is known about where some people came from. ``who`` is any id.

    :param ways: rows ``(who, medium id, source id)``, 0 for none; one row for each inquiry
    :param tags: rows ``(who, tag id)``
    :param countries: rows ``(who, country id)``
    :param values: rows ``(who, value)`` per metric code
    """

    ways: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    countries: list = field(default_factory=list)
    values: dict = field(default_factory=dict)

    @property
    def people(self):
        """Who showed interest; a country does not."""
        rows = [self.ways, self.tags, *self.values.values()]
        return {row[0] for some in rows for row in some}

    def first_fit(self, entries, people):
        """The first rule that fits each of some people.

        All criteria of a rule must hold; one without criteria fits everybody. Medium and source
        must be those of one inquiry.

        :param entries: ``policy.Entry``, in order
        :return: dict who → ``policy.Entry``; people whom no rule fits are missing
        """
        left, result = set(people), {}
        for entry in entries:
            fitting = self._fitting(entry, left)
            result.update(dict.fromkeys(fitting, entry))
            left -= fitting
        return result

    def _fitting(self, entry, people):
        fitting = set(people)
        if entry.medium or entry.source:
            fitting &= {
                who
                for who, medium, source in self.ways
                if entry.medium in (0, medium) and entry.source in (0, source)
            }
        if entry.tags:
            fitting &= {who for who, tag in self.tags if tag in entry.tags}
        if entry.countries is not None:
            fitting &= {who for who, country in self.countries if country in entry.countries}
        if entry.metric:
            known = self.values.get(entry.metric, ())
            fitting &= {who for who, value in known if value >= entry.value}
        return fitting
