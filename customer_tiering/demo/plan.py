"""Plans who orders what on which day. No odoo import; the same day gives the same orders.

Every customer draws from a generator of its own, seeded by its key: editing one row of the table
leaves the orders of all others as they were.
"""

import datetime
import random
from dataclasses import dataclass, replace

from .rhythm import order_days, weight

SEED = 2019
YEAR = 365
FIRST_HOUR, LAST_HOUR = 7, 16
SHARE_BY_CONTACT = 0.4
RETURN_EVERY = 8
FAVOURITES = 6
BOUNDARY_UNITS = 50


@dataclass(frozen=True)
class Line:
    product: str
    quantity: int
    price: float


@dataclass(frozen=True)
class Order:
    """``buyer`` is the key of the company or of one of its contacts; ``placed_at`` is UTC."""

    company: str
    buyer: str
    placed_at: datetime.datetime
    state: str
    lines: tuple

    @property
    def amount(self):
        return round(sum(line.quantity * line.price for line in self.lines), 2)


def plan_orders(companies, products, today):
    """All orders of all ``companies`` by date; the latest possible day is yesterday."""
    orders = [order for company in companies for order in _Buyer(company, products, today).orders()]
    return sorted(orders, key=lambda order: (order.placed_at, order.company))


class _Buyer:
    """One customer with its random generator and its favourite products."""

    def __init__(self, company, products, today):
        self.company = company
        self.today = today
        self.random = random.Random(f"{SEED}/{company.key}")
        self.favourites = self.random.sample(products, FAVOURITES)

    def orders(self):
        days = order_days(self.company, self.today, self.random)
        planned = [self._order(day, self._lines(amount)) for day, amount in self._amounts(days)]
        if "returns" in self.company.extras:
            planned = self._with_returns(planned)
        if "sample" in self.company.extras:
            planned.append(self._sample(max(days)))
        for extra, state in (("draft", "draft"), ("sent", "sent")):
            if extra in self.company.extras:
                planned.append(self._quotation(state))
        return planned

    def _amounts(self, days):
        """Ages and values of the orders; those of the year make ``yearly_amount``."""
        weights = [weight(self.company, day, self.today, self.random) for day in days]
        newest = self.company.silent_days if self.company.silent_days > YEAR else 0
        measured = sum(
            value for day, value in zip(days, weights, strict=True) if day <= newest + YEAR
        )
        scale = self.company.yearly_amount / measured if measured else 0
        return [(day, value * scale) for day, value in zip(days, weights, strict=True)]

    def _lines(self, amount):
        """One to four products whose value comes as near to ``amount`` as whole units allow."""
        if self.company.archetype == "boundary":
            return (self._boundary_line(amount),)
        affordable = [product for product in self.favourites if product.list_price * 3 <= amount]
        chosen = self.random.sample(affordable, min(len(affordable), self.random.randint(1, 4)))
        if not chosen:
            chosen = [min(self.favourites, key=lambda product: product.list_price)]
        # The cheapest product comes last: its units are the finest to hit the amount with.
        chosen.sort(key=lambda product: -product.list_price)
        lines, open_amount = [], amount
        for position, product in enumerate(chosen):
            share = open_amount / (len(chosen) - position)
            quantity = max(1, round(share / product.list_price))
            lines.append(Line(product.key, quantity, product.list_price))
            open_amount -= quantity * product.list_price
        return tuple(lines)

    def _boundary_line(self, amount):
        """To the cent, for the customer who stands exactly on a threshold."""
        return Line(self.favourites[0].key, BOUNDARY_UNITS, round(amount / BOUNDARY_UNITS, 2))

    def _with_returns(self, orders):
        """Some orders carry a credited line; half-way, one order is only goods sent back."""
        orders = list(orders)
        for position in range(2, len(orders), RETURN_EVERY):
            order = orders[position]
            credit = _credited(order.lines[0], 0.15)
            orders[position] = replace(order, lines=(*order.lines, credit))
        middle = orders[len(orders) // 2]
        sent_back = tuple(_credited(line, 0.4) for line in middle.lines if line.quantity > 0)
        placed_at = middle.placed_at + datetime.timedelta(days=5)
        return [*orders, replace(middle, placed_at=placed_at, lines=sent_back)]

    def _sample(self, first_day):
        """Goods free of charge a few days before the first order."""
        lines = tuple(Line(product.key, 1, 0.0) for product in self.favourites[:2])
        return self._order(first_day + 4, lines)

    def _quotation(self, state):
        amount = self.company.yearly_amount / 10 or 1500
        return self._order(self.random.randint(1, 12), self._lines(amount), state)

    def _order(self, days_ago, lines, state="sale"):
        day = _business_day(self.today - datetime.timedelta(days=days_ago))
        hour = self.random.randint(FIRST_HOUR, LAST_HOUR)
        placed_at = datetime.datetime.combine(day, datetime.time(hour, self.random.randrange(60)))
        return Order(self.company.key, self._buyer_key(), placed_at, state, lines)

    def _buyer_key(self):
        contacts = self.company.contacts
        if contacts and self.random.random() < SHARE_BY_CONTACT:
            return self.random.choice(contacts).key
        return self.company.key


def _credited(line, share):
    return Line(line.product, -max(1, round(line.quantity * share)), line.price)


def _business_day(day):
    """``day``, or the Friday before when it falls on a weekend."""
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))
