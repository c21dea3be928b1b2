"""What is done to confirmed orders in one go, seen from before its first step to after its last."""

from contextlib import contextmanager
from weakref import WeakKeyDictionary


class CreditWatch:
    """What orders added to the debts of customers before somebody changed them.

    A form or a call writes lines one by one; one of them may cost more while the whole costs less.
    Whatever is written meanwhile, also by automations and to other orders, is part of it.
    """

    # Per cursor, so that no context can bring a watch about, nor keep one from beginning.
    _under_way = WeakKeyDictionary()

    def __init__(self):
        self.before = {}  # id of the order → debt then, None for one that was not confirmed
        self.may_refuse = True

    @classmethod
    @contextmanager
    def over(cls, orders, may_refuse=True):
        """What is done to these orders inside is one: the limit is looked at once, at its end, of
        whoever owes more then for any order that was touched.

        :param orders: of a model with ``_customer_credit_debt()`` and
            ``_customer_credit_check_limit(watch)``
        :param may_refuse: False for what has happened already, and is only noted
        """
        cursor = orders.env.cr
        if watch := cls._under_way.get(cursor):
            watch.note(orders)
            yield watch
            return
        cls._under_way[cursor] = watch = cls()
        watch.may_refuse = may_refuse
        try:
            watch.note(orders)
            yield watch
            grown = watch.grown(orders)
            released = watch.released(orders)
            hidden = watch.hidden(orders)
        finally:
            cls._under_way.pop(cursor, None)
        if grown:
            grown._customer_credit_check_limit(watch)
        if released:
            released._customer_credit_check_released(watch)
        if hidden:
            hidden._customer_credit_check_hidden(watch)

    @classmethod
    def is_under_way(cls, cursor):
        """Whether orders are being changed there."""
        return cursor in cls._under_way

    def note(self, orders):
        """Remember what these orders come to, unless that is known from an earlier step."""
        for order in orders:
            if order.id not in self.before:
                self.before[order.id] = order._customer_credit_debt()

    def note_new(self, orders):
        """Of these nothing was owed before."""
        self.before |= dict.fromkeys(orders.ids)

    def grown(self, orders):
        """Those orders by which somebody owes more than before, in companies that look at it.

        :param orders: any records of the model
        """
        # An automation may have touched orders that the user cannot read.
        orders = orders.sudo().browse(self.before).exists()
        grown = [
            order.id
            for order in orders
            if order.company_id._customer_credit_looks()
            and (debt := order._customer_credit_debt())
            and debt.exceeds(self.before[order.id])
        ]
        return orders.browse(grown)

    def released(self, orders):
        """Those orders whose debt was within somebody's limit, and is now somebody's who has none,
        or in a company that does not look.

        :param orders: any records of the model
        """
        orders = orders.sudo().browse(self.before).exists()
        released = []
        for order in orders:
            before, debt = self.before[order.id], order._customer_credit_debt()
            if not before or before.amount <= 0 or not before.company._customer_credit_looks():
                continue
            if not debt or (debt.debtor, debt.company) == (before.debtor, before.company):
                continue
            had, has = (one.debtor.sudo().with_company(one.company) for one in (before, debt))
            limited = has.credit_limit and debt.company._customer_credit_looks()
            if had.exists().credit_limit and not limited and order._customer_credit_needed() > 0:
                released.append(order.id)
        return orders.browse(released)

    def hidden(self, orders):
        """Those orders of customers with a limit that count no more, or never did, though somebody
        still owes them: dated back, or cancelled after the delivery.

        :param orders: any records of the model
        """
        orders = orders.sudo().browse(self.before).exists()
        return orders.filtered(
            lambda order: (
                order.company_id._customer_credit_looks()
                and order._customer_credit_is_hidden(self.before[order.id])
            )
        )
