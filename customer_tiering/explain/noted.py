"""What notes and activities say about a grading: reasons by their names. They are mailed, quoted
and kept where nobody asks for rights any more, so figures are not in them."""

from .needed import Needed
from .reason import Explained


class Noted(Explained):
    """Why a customer has its tier, without figures."""

    def _because(self, tier, facts):
        return self.env._("%(tier)s because of %(facts)s.", tier=tier, facts=facts)

    def _fact(self, condition, value=None):
        return self.metric_name(condition.metric)

    def _best(self, condition):
        return self._fact(condition)


class NotedNeeds(Needed):
    """What a customer lacks to keep its tier, without figures."""

    def _gap(self, condition):
        return self.metric_name(condition.metric)
