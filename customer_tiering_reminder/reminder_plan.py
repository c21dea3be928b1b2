"""What a rule of reminders would do on a day: whom it reminds of, and who waits for what."""

from dataclasses import dataclass, field


@dataclass
class Plan:
    """
    :param made: dict id of a standing → id of the user who is reminded
    :param waiting: dict id of a standing → the one reason why it has to wait
    """

    made: dict = field(default_factory=dict)
    waiting: dict = field(default_factory=dict)

    def add(self, standing, user, reason):
        if reason:
            self.waiting[standing] = reason
        else:
            self.made[standing] = user

    def due(self, env):
        """:return: dict ``customer.tier.standing`` → ``res.users``"""
        # One prefetch for all, or each of thousands would be read alone.
        standings = env["customer.tier.standing"].browse(self.made)
        users = env["res.users"]
        return {s: users.browse(self.made[s.id]) for s in standings}

    def waiting_for(self, reason):
        """Ids of the standings that wait for one reason."""
        return [standing for standing, why in self.waiting.items() if why == reason]

    def waiting_for_others(self):
        """Ids of those that wait for anything but their turn."""
        return [standing for standing, why in self.waiting.items() if why != "cap"]
