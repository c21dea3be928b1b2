"""Many customers with histories of any kind, and the nights of a programme over them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
from builders import LINE_TYPES, ORDER_TYPES
from grading import correction, debts, metrics, movement, next_look, payment
from grading.pipeline import grade, lasting, reason_columns
from grading.settle import PREVIOUS, settle
from strategies import stored

AMOUNTS = (0.0, 100.0, 1000.0, -1000.0, 0.01, 2500.0, -30.0, 333.33)
# Told of the grading and not of the customer.
OF_THE_GRADING = [
    "before",
    "known",
    "expired",
    "stage_was",
    "notice",
    "corrected",
    "undone",
    "seen",
]
# Worked out and not kept.
ON_THE_WAY = ["stays", "stage_look", "review"]


def lean(rng, program, more=5):
    """The programme with the metrics that its rules name and a few others: each one more gives a
    customer more days to be looked at, and the nights take longer. Half of the time these are none
    of how customers pay, so that it may show in nothing else."""
    used = {indicator.metric for indicator in program.indicators}
    used |= {c.metric for tier in program.tiers for c in tier.requirements}
    used |= {veto.condition.metric for veto in program.vetoes}
    others = program.metrics
    if rng.random() < 0.5:
        others = [m for m in others if m.measure not in metrics.PAYMENT_MEASURES]
    used |= {others[place].code for place in rng.integers(0, len(others), more)}
    used |= {part for m in program.metrics if m.code in used for part in m.parts}
    return replace(program, metrics=tuple(m for m in program.metrics if m.code in used))


def crowd(rng, program, today, size, days=400):
    """Facts of so many customers; some of them dated in the days to come.

    :param rng: ``numpy.random.Generator``
    :param today: day number of the first night
    """
    customers = np.arange(1, size + 1) * 3
    number = 3 * size
    who = rng.choice(customers, number)
    ordered = _days(rng, today, number, days)
    orders = pd.DataFrame({"customer": who, "day": ordered, "amount": rng.choice(AMOUNTS, number)})
    orders["frequent"] = rng.random(number) < 0.8
    orders = _returned(rng, orders)
    lines = pd.DataFrame(
        {
            "customer": rng.choice(customers, size),
            "day": _days(rng, today, size, days),
            "product": rng.integers(0, 4, size),
            "category": rng.integers(0, 3, size),
            "quantity": rng.integers(-3000, 9000, size) / 1000,
            "revenue": rng.choice(AMOUNTS, size),
            "cost": rng.choice(AMOUNTS, size),
        }
    )
    judged = pd.DataFrame({"judged": rng.integers(-3, 60, size) * 2.0}, index=customers)
    rules = [0, *(entry.id for entry in program.entries)]
    since = np.where(rng.random(size) < 0.8, today - rng.integers(-20, 900, size), np.nan)
    return metrics.Facts(
        customers,
        orders.astype({**ORDER_TYPES, "origin": np.int64, "void": float}),
        lines.astype(LINE_TYPES),
        judged.sample(frac=0.7, random_state=1),
        rng.choice(rules, size),
        None,
        _debts(rng, customers, today, days),
        since,
    )


def _days(rng, today, number, days):
    """Days of three years, the last ones being to come; some of them together."""
    found = today - rng.integers(-days, 900, number)
    return np.where(rng.random(number) < 0.1, today - 365, found)


def _returned(rng, orders):
    """The orders and what came back of some of them, in part or in full."""
    orders = orders.assign(origin=orders["day"], void=np.inf)
    back = (rng.random(len(orders)) < 0.1) & (orders["amount"] > 0).to_numpy()
    full = back & (rng.random(len(orders)) < 0.5)
    returned = orders["day"] + rng.integers(0, 120, len(orders))
    orders.loc[full, "void"] = returned[full].astype(float)
    rows = orders[back].assign(
        day=returned[back],
        amount=-orders["amount"][back] * np.where(full[back], 1.0, 0.5),
        frequent=False,
        void=np.inf,
    )
    return pd.concat([orders, rows], ignore_index=True)


def _debts(rng, customers, today, days):
    size = len(customers)
    due = today - rng.integers(-days, 700, size).astype(float)
    paid = due + rng.integers(-60, 200, size)
    source = rng.choice([debts.INVOICE] * 5 + [debts.RECEIPT, debts.OTHER, debts.OUTFLOW], size)
    amount = rng.integers(1, 900_000, size) / 1000
    rows = pd.DataFrame(
        {
            "customer": rng.choice(customers, size),
            "debt": np.arange(1, size + 1),
            "invoice": rng.integers(1, 9 * size, size),
            "source": source,
            "begun": due - rng.integers(0, 60, size),
            "due": due,
            "paid": np.where(rng.random(size) < 0.1, np.nan, paid),
            "amount": amount,
            "kind": rng.choice([debts.PAID] * 8 + [debts.LOST, debts.CREDITED], size),
            "by": rng.integers(1, 99, size),
            "total": amount * rng.choice([1.0, 2.0], size),
            "counts": rng.random(size) < 0.9,
        }
    )
    # Entries that are set against no debt.
    loose = rng.random(size) < 0.1
    rows.loc[loose, ["debt", "source"]] = 0
    rows.loc[loose, "due"] = np.nan
    rows["paid"] = np.where(loose, rows["begun"], rows["paid"])
    return rows.astype(debts.TYPES)


class Nights:
    """Gradings of everybody, night after night, and of what a night that looks only at who is due
    would have kept instead.

    :param previous: what is stored before the first night
    """

    def __init__(self, facts, program, previous):
        self.facts, self.program, self.previous = facts, program, previous
        self.lines, self.kept, self.look = [], None, None
        self.looked, self.nights, self.causes = 0, 0, Counter()
        self.refreshed = 0

    def night(self, as_of):
        """Grade everybody as of a day.

        :return: (table as it is after grading everybody; as it is after grading who is due; frame
            of what the grading told of who was not)
        """
        today = metrics.day_number(as_of)
        graded = grade(self.facts, self.program, as_of)
        footing = self._footing(graded, as_of)
        frame = settle(graded, self.previous, self.program, as_of, bool(self.nights), footing)
        looks = next_look.next_looks(self.facts, self.program, frame, self.previous, as_of, footing)
        table = kept(frame, self.program)
        due = np.ones(len(frame), dtype=bool) if self.look is None else self.look <= today
        self.kept = table if self.kept is None else _merged(due, table, self.kept)
        self._refresh(due, as_of)
        self.look = looks["look"] if self.look is None else np.where(due, looks["look"], self.look)
        assert (looks["look"] > today).all()
        self._check_reviews(frame, today)
        self.looked, self.nights = self.looked + due.sum(), self.nights + 1
        self.causes.update(looks["look_cause"][due].tolist())
        self._remember(frame, as_of)
        return table, self.kept, frame[~due]

    def _check_reviews(self, frame, today):
        """The next review can be told of what is kept, whoever was looked at."""
        review = self.program.movement.review
        entered, reviewed = (self.kept[name].to_numpy() for name in ("entered", "reviewed"))
        if review.every != "day":
            told = movement.upcoming_review(review, reviewed, entered, float(today))
            assert np.array_equal(told, frame["review"], equal_nan=True)

    def _refresh(self, due, as_of):
        """Work out anew how those pay who are not due and owe anything past due, where that shows
        in nothing else."""
        overdue = ~due & (self.kept["overdue_amount"] > 0).to_numpy()
        if overdue.any() and next_look.pays_apart(self.program):
            customers = self.facts.customers[overdue]
            payments = self.facts.payments
            own = payments[payments["customer"].isin(customers)]
            figures = payment.standings(own, customers, as_of, self.program.credit)
            self.kept.loc[customers, list(figures)] = figures.astype(float)
            self.refreshed += int(overdue.sum())

    def _footing(self, graded, as_of):
        arguments = (self.facts, self.program, graded)
        doubted = correction.doubtful(graded, self.previous, self.program, as_of)
        doubted = correction.unsupported(*arguments, doubted, as_of)
        if doubted.empty:
            return None
        lines = [*self.lines, pd.DataFrame(columns=list(correction.LINES))]
        lines = pd.concat(lines, ignore_index=True).astype({"customer": np.int64})
        return correction.footing(*arguments, doubted, lines, [], as_of)

    def _remember(self, frame, as_of):
        self.previous = stored(frame, self.previous)
        moved = frame[frame["before"] != frame["tier"]]
        known = {"customer": moved.index, "tier": moved["computed"], "entry": moved["entry"]}
        day = {"day": metrics.day_number(as_of), "change": 0, "rules": correction.TODAY}
        if len(moved):
            self.lines.append(pd.DataFrame({**known, **day}))


def kept(frame, program):
    """All that is kept of a grading, as a frame of floats."""
    best = [name for name in frame if name.startswith("best:")]
    left_out = {*OF_THE_GRADING, *ON_THE_WAY, *best, *reason_columns(program)}
    columns = frame[[name for name in frame if name not in left_out]].astype(float)
    numbers = pd.DataFrame(lasting(frame, program), index=frame.index).astype(float)
    return columns.join(numbers.add_prefix("number "))


def _merged(mask, one, other):
    values = np.where(mask[:, None], one.to_numpy(), other.to_numpy())
    return pd.DataFrame(values, one.index, one.columns)


def anything_before(rng, program, customers, today):
    """What may be stored about some of the customers before the first night."""
    some = customers[rng.random(len(customers)) < 0.5]
    size = len(some)
    tiers = np.array([0, 999, *(tier.id for tier in program.tiers)])

    def ago():
        return today - rng.integers(0, 900, size).astype(float)

    def maybe(days, share=0.5):
        return np.where(rng.random(size) < share, days, np.nan)

    hand = rng.random(size) < 0.2
    columns = {
        "program": rng.choice([0, 1, 1, 1, 1, 2], size),
        "tier": rng.choice(tiers, size),
        "computed": rng.choice(tiers, size),
        "manual": np.where(hand, rng.choice(tiers, size), 0),
        "manual_until": maybe(today + rng.integers(-10, 300, size).astype(float)),
        "lock": np.where(rng.random(size) < 0.2, rng.integers(0, 4, size), 0),
        "entered": ago(),
        "reviewed": ago(),
        "above": maybe(ago()),
        "missed": rng.integers(0, 4, size),
        "noticed": maybe(ago()),
        "asked": maybe(rng.choice(tiers, size).astype(float)),
        "refused": maybe(ago()),
        "stage": rng.integers(0, 8, size),
        "seen": maybe(ago()),
    }
    index = pd.Index(some, name="customer", dtype=np.int64)
    return pd.DataFrame(columns, index=index)[list(PREVIOUS)].astype(
        {name: type(unknown) for name, unknown in PREVIOUS.items()}
    )
