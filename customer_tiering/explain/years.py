"""Explanations where a programme looks at years of their own, and of gradings of the past."""

from dataclasses import dataclass
from datetime import date, timedelta

from ..grading.policy import YEAR, of_a_year
from .reason import Explained


@dataclass(frozen=True)
class Year:
    """The year whose figures decided: first and last day, the last day on which it counts, and
    whether it was over."""

    first: date
    last: date
    counts: date
    back: bool

    @classmethod
    def of(cls, numbers):
        """From the numbers of a grading by their names; None where there are no such years."""
        if numbers.get("year:first") is None:
            return None
        days = (numbers[f"year:{name}"] for name in ("first", "last", "counts"))
        first, last, counts = (date(1970, 1, 1) + timedelta(days=int(day)) for day in days)
        return cls(first, last, counts, bool(numbers["year:back"]))

    @property
    def running(self):
        """First and last day of the year that was running."""
        return (
            (self.last + timedelta(days=1), self.counts) if self.back else (self.first, self.last)
        )


def is_calendar_year(first, last):
    return (first.month, first.day, last.year) == (1, 1, first.year)


def days_behind(policy, numbers, as_of):
    """The last and the first day of what a grading looked at as of a day: None as the first one
    where that is up to the metric alone."""
    year = policy and Year.of(policy._values(numbers))
    if not year:
        return as_of, None
    return min(as_of, year.last), year.first


class ExplainedYears(Explained):
    """Says which year it was where a programme looks at years of their own."""

    def _know(self, standing, numbers):
        result = super()._know(standing, numbers)
        self.year = Year.of(numbers)
        self.back = bool(self.year and self.year.back)
        return result

    def _named(self, first, last):
        """A year as people call it."""
        if is_calendar_year(first, last):
            return self.env._("%(calendar_year)s", calendar_year=first.year)
        return f"{self._day(first)} – {self._day(last)}"

    @property
    def _decided(self):
        return self._named(self.year.first, self.year.last)

    # Values

    def value(self, code, kind="metric"):
        if self.back and kind == "metric" and code:
            # It is over, so nothing in it grows any more.
            return self.numbers.get(f"metric:{code}")
        return super().value(code, kind)

    def present(self, code):
        if not self.back:
            return super().present(code)
        return self.value(code, "running") if code else self.numbers.get("running:")

    def _recency(self, months):
        last = self.standing.last_order_date
        if not self.year or months != YEAR or not last:
            return super()._recency(months)
        return self.standing.recency_days if last >= self.year.running[0] else None

    def _vetoed(self, code):
        return super()._vetoed(code) if code in self._of_a_year() else self.present(code)

    def _of_a_year(self):
        """Codes of the metrics whose values belong to a year."""
        return of_a_year(self.program.metrics)

    # Sentences

    def sentences(self):
        for sentence in super().sentences():
            yield sentence
            if sentence["kind"] == "why":
                yield {"kind": "year", "text": self.counts()}

    def counts(self):
        """How long a year that is over still counts."""
        if not self.back or self.standing.manual_tier_id or not self.numbers.get("met"):
            return ""
        return self.env._(
            "What was reached in %(year)s counts until %(day)s.",
            year=self._decided,
            day=self._day(self.year.counts),
        )

    def _because(self, tier, facts):
        if not self.year:
            return super()._because(tier, facts)
        return self.env._(
            "%(tier)s by the figures of %(year)s because %(facts)s.",
            tier=tier,
            year=self._decided,
            facts=facts,
        )

    def _asked(self, tier, facts):
        if not self.year:
            return super()._asked(tier, facts)
        return self.env._(
            "The figures of %(year)s ask for %(tier)s: %(facts)s.",
            year=self._decided,
            tier=tier,
            facts=facts,
        )

    def _kept_by(self, condition):
        text = super()._kept_by(condition)
        value = self.present(condition.metric)
        if not self.back or value is None:
            return text
        value = self._bound(condition.metric, value)
        return self.env._("%(bound)s (so far %(value)s)", bound=text, value=value)

    def _guarantee(self):
        day = super()._guarantee()
        # What was reached in a year may count longer than any guarantee.
        return day if day and not (self.year and self.year.counts >= day) else None

    def _keeps(self, **names):
        if not self.year:
            return super()._keeps(**names)
        names["day"] = self._day(self.year.counts)
        names["year"] = self._named(*self.year.running)
        by_hand = self.standing.manual_tier_id
        if self.back and by_hand:
            return self.env._(
                "Computed, it stays %(tier)s after %(day)s if in %(year)s %(bounds)s.", **names
            )
        if self.back:
            return self.env._("Keeps %(tier)s after %(day)s if in %(year)s %(bounds)s.", **names)
        if by_hand:
            return self.env._(
                "Computed, it stays %(tier)s until %(day)s while %(bounds)s.", **names
            )
        return self.env._("Keeps %(tier)s until %(day)s while %(bounds)s.", **names)

    def _deadline(self, codes):
        day = self._deadline_day(codes)
        if not self.year or not day or not self._with_indicators(codes) & self._of_a_year():
            return super()._deadline(codes)
        return self.env._(" by %s", self._day(day))

    # Table

    def _row(self, code, indicator):
        row = super()._row(code, indicator)
        if self.back:
            row["beside"] = self._beside(code, self.text(code, self.present(code)))
        return row

    def _beside(self, code, value):
        """How far the running year has come, below the value that decided."""
        if code not in self._of_a_year():
            return self.env._("at the grading: %s", value)
        first, last = self.year.running
        if is_calendar_year(first, last):
            return self.env._("%(year)s so far: %(value)s", year=str(first.year), value=value)
        return self.env._("since %(day)s: %(value)s", day=self._day(first), value=value)


class ExplainedThen(ExplainedYears):
    """A grading of the past, about which nothing can be done any more."""

    def _to_keep(self):
        return ""

    def _next_of_held(self):
        return ""

    def _asked(self, tier, facts):
        if self.year:
            return super()._asked(tier, facts)
        return self.env._(
            "The figures of that day ask for %(tier)s: %(facts)s.", tier=tier, facts=facts
        )
