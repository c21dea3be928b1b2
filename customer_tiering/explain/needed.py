"""What a customer lacks to keep its tier, for notices of a possible demotion."""

from .reason import SIGNS, Explained


class Needed(Explained):
    """What is missing to stay in a tier, from a grading that asks for a lower one."""

    def to_stay(self, tier_id):
        """Bounds that today's figures do not keep, each with its value.

        :return: list of lines; empty where something else than the requirements is in the way, or
            the rules no longer know the tier
        """
        if tier_id not in self.tiers:
            return []
        lines = [
            self._gap(condition)
            for condition in self.requirements(tier_id, staying=True)
            if not self._holds(condition)
        ]
        if self.tiers[tier_id].match_any and lines:
            return [self._joined(lines, any_is_enough=True)]
        return lines

    def _holds(self, condition):
        from ..grading.ladder import holds

        code = condition.metric
        value = self.value(code)
        return value is not None and bool(holds(condition, {code: value}, value))

    def _gap(self, condition):
        value = self.value(condition.metric)
        return self.env._(
            "%(metric)s %(sign)s %(bound)s (today %(value)s)",
            metric=self.metric_name(condition.metric),
            sign=SIGNS[condition.operator],
            bound=self._bound(condition.metric, condition.value),
            value="–" if value is None else self._bound(condition.metric, value),
        )
