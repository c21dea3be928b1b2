"""How much a customer owes and may owe, as plain values and words."""

from typing import NamedTuple

from odoo import models

APPROVERS = "customer_tiering_credit_control.group_credit"


class CreditPosition(NamedTuple):
    """How much a customer owes and may owe in one company, in its currency.

    ``limit`` is the contact's, else the company's; 0 for no limit, as in the core. ``extra`` is
    what special approvals add to it today, ``allowed`` the sum, where the one cent that stands for
    no credit is none; ``requested`` are those nobody has decided on.
    ``to_invoice`` are confirmed orders without what is invoiced of them.
    """

    limit: float
    extra: float
    allowed: float
    receivable: float
    to_invoice: float
    requested: models.BaseModel

    @property
    def used(self):
        return self.receivable + self.to_invoice

    def over(self, more=0.0):
        """By how much the customer is over its limit when so much more is ordered."""
        return max(self.used + more - self.allowed, 0.0)


class OverLimit(NamedTuple):
    """An order that takes whoever owes for it over the credit limit, or that is owed by somebody
    without a limit for a customer who has one; in company currency."""

    order: models.BaseModel
    position: CreditPosition
    own: float  # what the order adds
    before: float  # what orders confirmed together with it add
    over: float
    paid_for: models.BaseModel | None = None  # the customer with a limit


def limit_text(env, limit, currency):
    """A credit limit in words. 0 is no limit in Odoo, so that one cent stands for no credit."""
    if not limit:
        return env._("No limit")
    if currency.compare_amounts(limit, currency.rounding) <= 0:
        return env._("No credit")
    return currency.format(limit)


class OrderDebt(NamedTuple):
    """What a confirmed order adds to somebody's debt: whose, in which company, in its currency, and
    whether what is still to be delivered counts by its days; what the customer has got of it; the
    customer with a limit, where somebody without any is to pay; and what of it counts at present:
    nothing more is to come of one whose transfers are all done."""

    debtor: models.BaseModel
    company: models.BaseModel
    amount: float
    recent: bool = True
    given: float = 0.0
    paid_for: models.BaseModel | None = None
    counted: float = 0.0

    def exceeds(self, before):
        """Whether somebody owes more by it than before, where it may have been another's debt.

        :param before: ``OrderDebt`` or None
        """
        if not before or (self.debtor, self.company) != (before.debtor, before.company):
            return self.amount > 0
        if self.paid_for and self.paid_for != before.paid_for:
            return self.amount > 0
        return self.more_than(before) >= self.company.sudo().currency_id.rounding / 2

    def more_than(self, before):
        """How much more is owed by it than before, by the same debtor. What is so old that it
        counts only once it is delivered grows by that, and what was all done by what is to come
        again."""
        more = self.amount - before.amount
        if self.recent:
            return max(more, self.counted - before.counted)
        return max(more, self.given - before.given)
