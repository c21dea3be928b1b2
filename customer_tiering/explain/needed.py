"""What a customer lacks to keep its tier, for notices of a possible demotion."""

from .reason import Explained


class Needed(Explained):
    """What is missing to stay in a tier, from a grading that asks for a lower one."""

    def to_stay(self, tier_id):
        """Bounds that today's figures do not keep, each with its value.

        :return: list of lines, one where any of them is enough; empty where something else than
            the requirements is in the way, or the rules no longer know the tier
        """
        missed = self._missed(tier_id)
        if missed and self.tiers[tier_id].match_any:
            return self.unkept(tier_id)
        return [self._gap(condition) for condition in missed]
