"""When grading customers again could give anything else, although nothing new has happened.

A grading follows from facts, rules and the day. Between two gradings with the same facts and rules
only the day differs, and it matters on few days alone: a window loses an order, the last order is
so many days ago that it counts otherwise, a threshold of a stage, a review, the end of a guarantee,
a debt falls due. The first of these days after the day graded is the *next look*: until then, all
that is kept of a grading is the same.

A day may be named too early, never too late: what is found out is an upper bound of what can
change. What moves by itself every day makes the next look tomorrow.
"""

from datetime import date

import numpy as np

from .dates import day_before_window, day_number, next_year
from .debts import LOST
from .metrics import LINE_MEASURES, MEASURES, PAYMENT_MEASURES, leaving_day
from .movement import REASONS, asked_again, guaranteed_until
from .policy import SCORE, VOLATILE_MEASURES, YEAR, Linear, volatile
from .settle import lookup, places

# Why a customer is looked at again; codes are positions, and of two reasons for one day the first
# is told.
CAUSES = (
    "none",
    # Something moves every day.
    "line",
    "overdue",
    "movement",
    # On a certain day.
    "hand",
    "review",
    "guarantee",
    "wait",
    "leaves",
    "later",
    "year",
    "recency",
    "stage",
    "debt",
    "follow_up",
    # Nothing is foreseen.
    "latest",
)
# The last code of what moves every day.
DAILY = CAUSES.index("movement")
NEVER = np.inf


def next_looks(facts, program, frame, previous, as_of, footing=None):
    """The next look of each customer.

    :param facts: ``metrics.Facts`` that were graded; rows dated later say when they begin to count
    :param program: ``policy.Program``
    :param frame: result of ``settle.settle``
    :param previous, footing: as given to it
    :param as_of: ``datetime.date``
    :return: dict of arrays along the frame: ``look`` (day number, after the as-of day) and
        ``look_cause`` (code of ``CAUSES``)
    """
    found = _Looks(facts, program, frame, as_of)
    found.of_facts()
    found.of_recency()
    found.of_payments()
    found.of_stages()
    found.of_movement(previous, footing)
    found.of_calendar()
    return {"look": found.day, "look_cause": found.cause}


def kept(looks):
    """What is kept of next looks: of what moves every day the cause alone, as its day would be
    another one every night.

    :param looks: see :func:`next_looks`
    :return: the same, with ``look`` NaN there
    """
    daily = looks["look_cause"] <= DAILY
    return {**looks, "look": np.where(daily, np.nan, looks["look"])}


def pays_apart(program):
    """Whether how customers pay shows in nothing but itself, as no metric looks at it.

    What is overdue is later every day. Of such a programme, each night works out
    ``payment.standings`` anew for who owes anything past due, and nothing else; of any other, they
    are looked at every day.

    :param program: ``policy.Program``
    """
    return not any(metric.measure in PAYMENT_MEASURES for metric in program.metrics)


class _Looks:
    """The earliest of the days that are named for each customer, and why.

    ``day`` and ``cause`` go along the frame, whose customers are among those of the facts.
    """

    def __init__(self, facts, program, frame, as_of):
        self.facts, self.program, self.frame, self.as_of = facts, program, frame, as_of
        self.today = day_number(as_of)
        self.size = len(facts.customers)
        self.rows = np.searchsorted(facts.customers, frame.index.to_numpy())
        self.day = np.full(len(frame), NEVER)
        self.cause = np.zeros(len(frame), dtype=np.int64)

    def add(self, days, cause):
        """Name a day for each customer of the frame; those up to today and NaN are none."""
        code = CAUSES.index(cause)
        days = np.asarray(days, dtype=float)
        days = np.where(days > self.today, days, NEVER)
        sooner = (days < self.day) | ((days == self.day) & (days < NEVER) & (code < self.cause))
        self.day = np.where(sooner, days, self.day)
        self.cause = np.where(sooner, code, self.cause)

    def add_of_facts(self, days, cause):
        """The same along the customers of the facts."""
        self.add(np.asarray(days)[self.rows], cause)

    def tomorrow(self, who, cause):
        self.add(np.where(who, self.today + 1.0, NEVER), cause)

    def column(self, name):
        return self.frame[name].to_numpy()

    def first(self, owners, days):
        """The earliest of some days of each customer of the facts, ``NEVER`` without any."""
        result = np.full(self.size, NEVER)
        np.minimum.at(result, owners, np.asarray(days, dtype=float))
        return result

    def first_after(self, owners, days):
        """The same of those after today; NaN is none."""
        later = days > self.today
        return self.first(owners[later], days[later])

    # Orders and products

    def of_facts(self):
        """Rows that leave windows, and those that are dated later."""
        metrics = [m for m in self.program.metrics if m.measure in MEASURES]
        months = {m.months for m in metrics if m.months}
        orders, owners = self.facts.orders, self.facts.order_owners
        days = orders["day"].to_numpy()
        self._leave(owners, days, months)
        self.add_of_facts(self.first_after(owners, days), "later")
        if "void" in orders:
            void = orders["void"].to_numpy()
            lasting = np.isfinite(void)
            self.add_of_facts(self.first_after(owners[lasting], void[lasting]), "later")
        grown = {m.months for m in metrics if m.measure == "growth"}
        self._leave_the_period_before(owners, days, grown)
        if self.facts.lines is not None:
            owners, days = self.facts.line_owners, self.facts.lines["day"].to_numpy()
            of_lines = {m.months for m in metrics if m.months and m.measure in LINE_MEASURES}
            self._leave(owners, days, of_lines)
            self.add_of_facts(self.first_after(owners, days), "later")

    def _rolling(self, months):
        """Those of some windows that end with each day, without years of their own."""
        own_year = self.program.period != "rolling"
        return {number for number in months if not (own_year and number == YEAR)}

    def _leave(self, owners, days, months):
        for number in self._rolling(months):
            inside = (days > day_before_window(self.as_of, number)) & (days <= self.today)
            oldest = self.first(owners[inside], days[inside])
            self.add_of_facts(_later(leaving_day, oldest, number), "leaves")

    def _leave_the_period_before(self, owners, days, months):
        """Growth compares with the window before, which loses orders, too; of a year of its own,
        with as much of the year before, which grows by the day."""
        for number in self._rolling(months):
            gone = leaving_day(leaving_day(days, number), number)
            self.add_of_facts(self.first_after(owners, gone), "leaves")
        if months - self._rolling(months):
            self.add_of_facts(self.first_after(owners, leaving_day(days + 1.0, YEAR) - 1), "leaves")

    # Days since the last order

    def of_recency(self):
        """Numbers of days since the last order at which anything is decided otherwise."""
        codes = volatile(self.program.metrics)
        measured = {m.code for m in self.program.metrics if m.measure in VOLATILE_MEASURES}
        last_day = self.column("last_day")
        silent = self.today - last_day
        for code, scale in self._scales(codes):
            if code not in measured:
                self.tomorrow(~np.isnan(last_day), "line")
            elif isinstance(scale, Linear):
                low, high = sorted((scale.zero, scale.full))
                self.tomorrow((silent >= low - 1) & (silent <= high), "line")
                self.add(last_day + np.floor(low), "recency")
            else:
                # Whoever is exactly on a bound belongs to the higher band.
                for bound in scale.bounds[1:]:
                    self.add(last_day + np.ceil(bound), "recency")
        for condition in self._conditions(codes):
            if condition.metric not in measured:
                self.tomorrow(~np.isnan(last_day), "line")
                continue
            for bound in {condition.value, condition.kept.value}:
                self._crosses(last_day, condition.operator, bound)

    def _crosses(self, last_day, operator, bound):
        """The day on which the number of days is compared otherwise with a bound."""
        upwards = operator in (">=", "<")
        days = np.ceil(bound) if upwards else np.floor(bound) + 1
        self.add(last_day + days, "recency")

    def _scales(self, codes):
        return [(i.metric, i.scale) for i in self.program.indicators if i.metric in codes]

    def _conditions(self, codes):
        conditions = [c for tier in self.program.tiers for c in tier.requirements]
        conditions += [veto.condition for veto in self.program.vetoes]
        return [c for c in conditions if c.metric != SCORE and c.metric in codes]

    # Debts

    def of_payments(self):
        """Days on which debts begin, fall due and are paid, and on which a payment is too long ago;
        what is overdue is later every day, see :func:`pays_apart`."""
        rows = self.facts.payments
        if rows is None or rows.empty:
            return
        owners = np.searchsorted(self.facts.customers, rows["customer"].to_numpy())
        begun, due, paid = (rows[name].to_numpy() for name in ("begun", "due", "paid"))
        window = self.program.credit.window_days
        settled = np.where(paid <= self.today, paid, np.nan)
        # An entry without a debt may yet be set against one, whose own beginning counts then.
        ends = np.where(begun <= self.today, np.fmax(settled, begun), settled) + window
        for days in (begun, paid, due + 1, ends):
            self.add_of_facts(self.first_after(owners, days), "debt")
        lost = (rows["kind"].to_numpy() == LOST) & (due < self.today) & (ends > self.today)
        # What is set against no debt of its own counts by the days of those that it is set against.
        loose = (rows["debt"].to_numpy() == 0) | (begun > self.today)
        lost |= (rows["kind"].to_numpy() == LOST) & loose
        still = np.zeros(self.size, dtype=bool)
        still[owners[lost & (paid <= self.today)]] = True
        daily = still[self.rows]
        if not pays_apart(self.program):
            daily = daily | (self.column("overdue_amount") > 0)
        self.tomorrow(daily, "overdue")

    # Stages of life

    def of_stages(self):
        if "stage_look" not in self.frame:
            return
        self.add(self.column("stage_look"), "stage")
        if self.facts.since is not None:
            # Until then, who never ordered is as old as the day.
            since = self.facts.since[self.rows]
            self.tomorrow(np.isnan(self.column("last_day")) & (since > self.today), "stage")

    # Movement

    def of_movement(self, previous, footing):
        policy = self.program.movement
        entered, reviewed = self.column("entered"), self.column("reviewed")
        waiting = self.column("waiting")
        self._of_hand(previous)
        # Whoever is where the figures ask has nothing to win or to lose by a review.
        asked_away = np.where(waiting > 0, 0.0, np.nan)
        review = self.column("review") + asked_away
        self.add(review, "review")
        # The last protected day is the first one on which the notice of a daily review is due.
        protected = guaranteed_until(policy, entered) + asked_away
        self.add(protected, "guarantee")
        self.add(protected + 1, "guarantee")
        self.add(self.column("above") + policy.promotion_days, "wait")
        self.add(asked_again(policy, self.column("refused"), entered), "wait")
        if policy.notice_days:
            self.add(review - policy.notice_days, "wait")
            self.add(self.column("noticed") + policy.notice_days, "wait")
        # Why somebody waits is told otherwise on the day of a review or of the entry.
        fresh = (entered == self.today) | (reviewed == self.today)
        self.tomorrow(fresh & (waiting > 0), "movement")
        if policy.review.every == "day":
            # Reviews that are missed are counted.
            where = places(self.program)
            target, position = (lookup(self.column(n), where, -1) for n in ("target", "computed"))
            falls = (target < position) & (waiting > 0) & (waiting != REASONS["hold"])
            self.tomorrow(falls, "movement")
        if footing is not None and len(footing):
            self.tomorrow(self.frame.index.isin(footing.index), "movement")
        self.add(self.column("follow_up") + 1, "follow_up")

    def _of_hand(self, previous):
        """The day after the last one on which what was set by hand counts."""
        where = previous.index.get_indexer(self.frame.index)
        until = np.full(len(self.frame), np.nan)
        by_hand = (previous["manual"] > 0) | (previous["lock"] > 0)
        until[where >= 0] = previous["manual_until"].where(by_hand).to_numpy()[where[where >= 0]]
        self.add(until + 1, "hand")

    # Years, and the latest day

    def of_calendar(self):
        if self.program.period != "rolling":
            since = np.zeros(self.size)
            if self.program.period == "anniversary":
                since = self._first_days()
            ends = next_year(np.full(self.size, float(self.today)), since)
            # On its last day, a year is compared with all of the year before.
            self.add_of_facts(ends - 1, "year")
            self.add_of_facts(ends, "year")
        self.add(np.full(len(self.day), day_number(date(self.as_of.year + 2, 1, 1))), "latest")

    def _first_days(self):
        """Day of each customer's first purchase that counts, 0 without one."""
        orders = self.facts.orders
        days = orders["day"].to_numpy()
        counted = orders["frequent"].to_numpy() & (days <= self.today)
        if "void" in orders:
            counted &= orders["void"].to_numpy() > self.today
        first = self.first(self.facts.order_owners[counted], days[counted])
        return np.where(np.isinf(first), 0.0, first)


def _later(function, days, months):
    """A function of days where they are known, ``NEVER`` elsewhere."""
    known = np.isfinite(days)
    return np.where(known, function(np.where(known, days, np.nan), months), NEVER)
