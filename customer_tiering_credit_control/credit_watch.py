"""What is done to confirmed orders in one go, seen from before its first step to after its last."""

from weakref import WeakKeyDictionary

# Per cursor, so that no context can bring a watch about, nor keep one from beginning.
_UNDER_WAY = WeakKeyDictionary()


class CreditWatch:
    """What orders added to the debts of customers before somebody changed them.

    A form or a call writes lines one by one; one of them may cost more while the whole costs less.
    Whatever is written meanwhile, also by automations and to other orders, is part of it.
    """

    def __init__(self):
        self.before = {}  # id of the order → debt then, None for one that was not confirmed
        self.may_refuse = True

    @classmethod
    def current(cls, env):
        """The watch under way in this transaction, or none."""
        return _UNDER_WAY.get(env.cr)

    @classmethod
    def begin(cls, env):
        _UNDER_WAY[env.cr] = watch = cls()
        return watch

    @classmethod
    def end(cls, env):
        _UNDER_WAY.pop(env.cr, None)

    def note(self, orders):
        """Remember what these orders come to, unless that is known from an earlier step."""
        for order in orders:
            if order.id not in self.before:
                self.before[order.id] = order._customer_credit_debt()

    def note_new(self, orders):
        """Of these nothing was owed before."""
        self.before |= dict.fromkeys(orders.ids)
