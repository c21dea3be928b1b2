"""Tiers that rest on facts which are gone: a table of cases, and grading as if they had never been.

A row is ``(order day, amount[, gone on[, there on]])``: no grading knows it from the day on which
it is gone, nor before the one on which it is there, which is its own where none is given.
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from builders import day, examples, facts
from grading import correction, metrics
from grading.pipeline import grade
from grading.policy import (
    GIVEN,
    Bands,
    Condition,
    Entry,
    Indicator,
    Metric,
    Movement,
    Program,
    Review,
    Tier,
    Veto,
)
from grading.replay import Nights, replay
from grading.settle import settle
from hypothesis import given
from hypothesis import strategies as st

BASIC, SILVER, GOLD, DIAMOND = 1, 2, 3, 4
ENTRY = {SILVER: 5000, GOLD: 20000, DIAMOND: 50000}
HOLD = Movement(hold_months=12, review=Review("month"))
LONG = replace(HOLD, hold_months=24)
STEP = replace(HOLD, hold_months=0, one_level=True)
NOTICE = replace(HOLD, hold_months=0, notice_days=30)
TWICE = replace(HOLD, hold_months=0, misses=2)
WINDOW = replace(HOLD, promotion="after", promotion_days=14)
QUARTER = replace(HOLD, promotion="review", review=Review("quarter"))
START = date(2024, 1, 1)


def program(movement=HOLD, keep=None, months=12, period="rolling", **rest):
    """A ladder of Basic, Silver (5,000 in a year), Gold (20,000) and Diamond (50,000)."""
    keep = keep or {}
    tiers = [
        Tier(id_, conditions=(Condition("amount", ">=", entry, keep.get(id_)),))
        for id_, entry in ENTRY.items()
    ]
    amount = Metric("amount", "amount", months)
    return Program(
        1, (amount,), tiers=(Tier(BASIC), *tiers), movement=movement, period=period, **rest
    )


def known(rows, night):
    """Facts of customer 1 as a night knows them."""
    now, there = metrics.day_number(night), []
    for bought, amount, gone, since in ((*row, None, None)[:4] for row in rows):
        if day(since or bought) <= now and (not gone or day(gone) > now):
            there.append((1, bought, amount, amount > 0))
    return facts(there, customers=[1])


def live(rows, until, rules, since=START, every=None):
    """Grade on all nights on which anything may happen, or every so many nights.

    :return: (the last frame's row; the nights)
    """
    first, last = metrics.day_number(since), day(until)
    named = {day(text) for row in rows for text in (row[0], *row[2:]) if text}
    days = {first, last - 1, last} | {d + more for d in named for more in (0, 1, 14, 15)}
    if every:
        days = {last, *range(first, last, every)}
    months = pd.date_range(since, until, freq="MS")
    days |= {metrics.day_number(month.date()) for month in months}
    nights = Nights(rules)
    for number in sorted(d for d in days if first <= d <= last):
        night = metrics.as_date(number)
        frame = nights.grade(known(rows, night), night)
    return frame.loc[1], nights


def never(rows):
    """What would have been bought without what is gone."""
    return [row for row in rows if len(row) == 2 or not row[2]]


# Movement, rows, night → tier, since when, whether it is a correction of that night.
CASES = {
    "cancelled, deleted or moved to another customer the next day": (
        HOLD,
        [("2024-03-01", 96000, "2024-03-02")],
        ("2024-03-02", BASIC, "2024-01-01", True),
    ),
    "the day before it is still there": (
        HOLD,
        [("2024-03-01", 96000, "2024-03-03")],
        ("2024-03-02", DIAMOND, "2024-03-01", False),
    ),
    "months later": (
        HOLD,
        [("2024-03-01", 96000, "2024-11-20")],
        ("2024-11-20", BASIC, "2024-01-01", True),
    ),
    "a day later the correction is over": (
        HOLD,
        [("2024-03-01", 96000, "2024-03-02")],
        ("2024-03-03", BASIC, "2024-01-01", False),
    ),
    "back to the tier before, with its own guarantee": (
        HOLD,
        [("2024-02-01", 6000), ("2024-03-01", 96000, "2024-03-10")],
        ("2024-03-10", SILVER, "2024-02-01", True),
    ),
    "the tier before is held although its figures faded meanwhile": (
        LONG,
        [("2024-02-01", 6000), ("2024-03-01", 96000, "2025-03-10")],
        ("2025-03-10", SILVER, "2024-02-01", True),
    ),
    "the tier before is no longer held": (
        HOLD,
        [("2024-02-01", 6000), ("2025-01-20", 96000, "2025-03-01")],
        ("2025-03-01", BASIC, "2025-03-01", True),
    ),
    "several orders led up, one is gone": (
        HOLD,
        [("2024-02-01", 15000), ("2024-03-01", 40000, "2024-04-02")],
        ("2024-04-02", SILVER, "2024-02-01", True),
    ),
    "what is left is enough": (
        HOLD,
        [("2024-02-01", 55000), ("2024-03-01", 40000, "2024-04-02")],
        ("2024-04-02", DIAMOND, "2024-02-01", False),
    ),
    "a step in the middle is gone": (
        HOLD,
        [("2024-02-01", 6000), ("2024-03-01", 20000, "2024-05-02"), ("2024-04-01", 30000)],
        ("2024-05-02", GOLD, "2024-04-01", True),
    ),
    "the first step is gone, the others bear": (
        HOLD,
        [("2024-02-01", 6000, "2024-05-02"), ("2024-03-01", 20000), ("2024-04-01", 30000)],
        ("2024-05-02", DIAMOND, "2024-04-01", False),
    ),
    "all steps are gone": (
        HOLD,
        [
            ("2024-02-01", 6000, "2024-05-02"),
            ("2024-03-01", 20000, "2024-05-02"),
            ("2024-04-01", 30000, "2024-05-02"),
        ],
        ("2024-05-02", BASIC, "2024-01-01", True),
    ),
    "one step a night, each a correction": (
        HOLD,
        [("2024-03-01", 20000, "2024-05-02"), ("2024-04-01", 30000, "2024-05-01")],
        ("2024-05-02", BASIC, "2024-01-01", True),
    ),
    "dated later, within the window": (
        HOLD,
        [("2024-03-01", 25000, "2024-04-02"), ("2024-03-20", 25000, None, "2024-04-02")],
        ("2024-04-02", GOLD, "2024-03-01", False),
    ),
    "dated out of the window": (
        HOLD,
        [("2024-03-01", 25000, "2024-04-02"), ("2022-03-20", 25000, None, "2024-04-02")],
        ("2024-04-02", BASIC, "2024-01-01", True),
    ),
    "lines edited to less": (
        HOLD,
        [("2024-03-01", 25000, "2024-04-02"), ("2024-03-01", 19999, None, "2024-04-02")],
        ("2024-04-02", SILVER, "2024-03-01", True),
    ),
    "lines edited to still enough": (
        HOLD,
        [("2024-03-01", 25000, "2024-04-02"), ("2024-03-01", 20000, None, "2024-04-02")],
        ("2024-04-02", GOLD, "2024-03-01", False),
    ),
    "lines edited to more": (
        HOLD,
        [("2024-03-01", 25000, "2024-04-02"), ("2024-03-01", 49000, None, "2024-04-02")],
        ("2024-04-02", GOLD, "2024-03-01", False),
    ),
    "sent back in full": (
        HOLD,
        [("2024-03-01", 25000), ("2024-03-05", -25000)],
        ("2024-03-05", BASIC, "2024-01-01", True),
    ),
    "sent back in part, below": (
        HOLD,
        [("2024-03-01", 25000), ("2024-03-05", -5001)],
        ("2024-03-05", SILVER, "2024-03-01", True),
    ),
    "sent back in part, exactly enough left": (
        HOLD,
        [("2024-03-01", 25000), ("2024-03-05", -5000)],
        ("2024-03-05", GOLD, "2024-03-01", False),
    ),
    "ten returns, the last of which is one too many": (
        HOLD,
        [("2024-03-01", 25000), *((f"2024-03-{n:02}", -510) for n in range(11, 21))],
        ("2024-03-20", SILVER, "2024-03-01", True),
    ),
    "ten returns, before the last": (
        HOLD,
        [("2024-03-01", 25000), *((f"2024-03-{n:02}", -510) for n in range(11, 21))],
        ("2024-03-19", GOLD, "2024-03-01", False),
    ),
    "returned on the last day of the return window": (
        WINDOW,
        [("2024-03-01", 25000), ("2024-03-15", -25000)],
        ("2024-03-31", BASIC, "2024-01-01", False),
    ),
    "returned a day after the return window": (
        WINDOW,
        [("2024-03-01", 25000), ("2024-03-16", -25000)],
        ("2024-03-16", BASIC, "2024-01-01", True),
    ),
    "the newest purchase is what comes back": (
        HOLD,
        [("2024-02-01", 21000), ("2024-03-01", 30000), ("2024-03-05", -30000)],
        ("2024-03-05", GOLD, "2024-02-01", True),
    ),
    "sent back within a long guarantee after the window has moved on": (
        LONG,
        [("2024-03-01", 25000), ("2025-06-05", -25000)],
        ("2025-06-05", BASIC, "2024-01-01", True),
    ),
    "below what enters, above what keeps": (
        "keep",
        [("2024-03-01", 25000), ("2024-03-05", -7000)],
        ("2024-03-05", SILVER, "2024-03-01", True),
    ),
    "without a hold, between reviews": (
        replace(HOLD, hold_months=0),
        [("2024-03-05", 25000, "2024-03-10")],
        ("2024-03-10", BASIC, "2024-01-01", True),
    ),
    "no notice": (
        NOTICE,
        [("2024-03-05", 25000, "2024-03-10")],
        ("2024-03-10", BASIC, "2024-01-01", True),
    ),
    "no two misses": (
        TWICE,
        [("2024-03-05", 25000, "2024-03-10")],
        ("2024-03-10", BASIC, "2024-01-01", True),
    ),
    "no single levels": (
        STEP,
        [("2024-03-05", 96000, "2024-03-10")],
        ("2024-03-10", BASIC, "2024-01-01", True),
    ),
    "promoted at a review": (
        QUARTER,
        [("2024-03-05", 25000, "2024-04-10")],
        ("2024-04-10", BASIC, "2024-01-01", True),
    ),
    "what alone would have led up later bears, from its own day on": (
        LONG,
        [("2024-03-01", 25000, "2025-06-10"), ("2024-05-01", 24000)],
        ("2025-06-10", GOLD, "2024-05-01", False),
    ),
    "what would have led up at the review bears from the review on": (
        replace(QUARTER, hold_months=24),
        [("2024-03-01", 25000, "2025-08-10"), ("2024-05-01", 24000)],
        ("2025-08-10", GOLD, "2024-07-01", False),
    ),
    "what would have led up after the window bears from its end on": (
        replace(WINDOW, hold_months=24),
        [("2024-03-01", 25000, "2025-08-10"), ("2024-05-01", 24000)],
        ("2025-08-10", GOLD, "2024-05-15", False),
    ),
    "first graded in it": (
        HOLD,
        [("2023-12-01", 25000, "2024-01-05"), ("2023-11-01", 6000)],
        ("2024-01-05", SILVER, "2024-01-01", True),
    ),
    "a demotion by one level is none afterwards": (
        STEP,
        [("2023-02-10", 96000)],
        ("2024-03-15", GOLD, "2024-03-01", False),
    ),
    "after a demotion by one level, what led up first is gone": (
        STEP,
        [("2023-02-10", 96000, "2024-03-15")],
        ("2024-03-15", BASIC, "2024-03-01", True),
    ),
    # What fades with time stays a demotion, with hold, notice and review.
    "faded within the hold": (
        LONG,
        [("2024-03-01", 25000)],
        ("2025-03-10", GOLD, "2024-03-01", False),
    ),
    "faded, at the first review after the hold": (
        HOLD,
        [("2024-03-05", 25000)],
        ("2025-04-01", BASIC, "2025-04-01", False),
    ),
    "faded, a notice first": (
        NOTICE,
        [("2024-03-05", 25000)],
        ("2025-04-15", GOLD, "2024-03-05", False),
    ),
    "faded, a first miss": (
        TWICE,
        [("2024-03-05", 25000)],
        ("2025-04-15", GOLD, "2024-03-05", False),
    ),
    "faded in part, with a return of something else": (
        LONG,
        [("2024-03-01", 25000), ("2024-08-01", 3000), ("2024-08-20", -3000)],
        ("2025-03-10", GOLD, "2024-03-01", False),
    ),
    "old returns before the promotion are part of it": (
        LONG,
        [("2024-02-01", 3000), ("2024-02-10", -3000), ("2024-03-01", 25000)],
        ("2025-03-10", GOLD, "2024-03-01", False),
    ),
}


def test_the_table_is_as_long_as_promised():
    assert len(CASES) >= 40


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    """An order of 96,000 that was a mistake and cancelled made a customer Diamond until next
    year; what faded by itself must not lose its guarantee on the way."""
    movement, rows, (night, tier, entered, corrected) = CASES[name]
    keep = {GOLD: 15000} if movement == "keep" else None
    rules = program(HOLD if movement == "keep" else movement, keep)
    row, _nights = live(rows, night, rules)
    assert (row["computed"], bool(row["corrected"])) == (tier, corrected)
    assert row["entered"] == day(entered)
    if corrected:
        assert not row["notice"] and row["target"] <= tier


def _is_gone(case):
    """Whether something is wholly gone, where what came back is a row of its own."""
    movement, rows, (_night, _tier, _entered, corrected) = case
    return corrected and movement != "keep" and all(amount > 0 for _day, amount, *_gone in rows)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if _is_gone(case)])
def test_case_as_if_it_had_never_been(name):
    """Who is put right is where the others are who never had it."""
    movement, rows, (night, tier, _entered, _corrected) = CASES[name]
    row, _nights = live(never(rows), night, program(movement))
    assert row["computed"] == tier


def test_nothing_but_the_named_line_is_undone():
    """The history says which promotion was undone: the latest that led above where they are."""
    rules, night = program(), date(2024, 5, 2)
    rows = [("2024-02-01", 6000), ("2024-03-01", 20000, "2024-05-02")]
    _row, nights = live(rows, "2024-05-01", rules)
    lines = pd.concat(nights.lines, ignore_index=True).assign(change=range(100, 103))
    nights.lines = [lines]
    frame = nights.grade(known(rows, night), night)
    assert frame["undone"].tolist() == [102]
    assert nights.grade(known(rows, night), night)["undone"].tolist() == [0]


class TestOtherRules:
    """A tier was reached by the rules and the numbers of its day."""

    NIGHT = date(2024, 5, 2)

    def _next(self, rows, then, now, lines=None, given=None, given_then=None):
        """Grade by some rules until May, and by others once more."""
        nights = Nights(then)
        for night in (START, date(2024, 3, 1), date(2024, 5, 1)):
            nights.grade(replace(known(rows, night), given=given_then), night)
        nights.program = now
        today = replace(known(rows, self.NIGHT), given=given)
        graded = grade(today, now, self.NIGHT)
        doubted = correction.doubtful(graded, nights.previous, now, self.NIGHT)
        arguments = (today, now, graded)
        doubted = correction.unsupported(*arguments, doubted, self.NIGHT)
        history = pd.concat(nights.lines, ignore_index=True).assign(rules=0)
        if given_then is not None:
            for code in given_then:
                history[f"metric:{code}"] = given_then[code].iloc[0]
        footing = correction.footing(*arguments, doubted, history, [then], self.NIGHT)
        row = settle(graded, nights.previous, now, self.NIGHT, True, footing).loc[1]
        return row["computed"], bool(row["corrected"])

    def test_harder_rules_are_no_correction(self):
        """Gold asks for 30,000 from May on: everybody in between lost the guarantee at once."""
        harder = program()
        tiers = list(harder.tiers)
        tiers[2] = Tier(GOLD, conditions=(Condition("amount", ">=", 30000),))
        harder = replace(harder, tiers=tuple(tiers))
        rows = [("2024-03-01", 25000)]
        assert self._next(rows, program(), harder) == (GOLD, False)
        rows = [("2024-03-01", 25000, "2024-05-02")]
        assert self._next(rows, program(), harder) == (BASIC, True)

    def test_a_tier_that_is_gone(self):
        """Diamond is given up: who was in it and is in Gold now must not be taken for wrong."""
        without = replace(program(), tiers=program().tiers[:3])
        assert self._next([("2024-03-01", 60000)], program(), without) == (GOLD, False)

    def test_lower_numbers_of_other_records_are_no_correction(self):
        """A judgement by hand went down: that is news of today, not a mistake of March."""
        judged = Metric("judged", GIVEN)
        rules = program()
        tiers = (*rules.tiers[:2], Tier(GOLD, conditions=(Condition("judged", ">=", 5),)))
        rules = replace(rules, metrics=(*rules.metrics, judged), tiers=tiers)
        high, low = (pd.DataFrame({"judged": [value]}, index=[1]) for value in (7.0, 2.0))
        rows = [("2024-03-01", 6000)]
        assert self._next(rows, rules, rules, given=low, given_then=high) == (GOLD, False)

    def test_veto_of_today_is_no_correction(self):
        """Overdue since yesterday caps at Silver: a demotion by the calendar of the programme."""
        overdue = Metric("overdue", GIVEN)
        rules = program()
        veto = Veto(9, Condition("overdue", ">", 0), SILVER)
        rules = replace(rules, metrics=(*rules.metrics, overdue), vetoes=(veto,))
        none, some = (pd.DataFrame({"overdue": [value]}, index=[1]) for value in (0.0, 50.0))
        rows = [("2024-03-01", 25000)]
        assert self._next(rows, rules, rules, given=some, given_then=none) == (GOLD, False)

    def test_entered_by_a_rule(self):
        """A prospect who entered in Silver by a rule and bought for 100 keeps Silver while it is
        guaranteed."""
        rules = replace(program(), entries=(Entry(5, SILVER),))
        nights = Nights(rules)
        prospect = replace(facts(customers=[1]), entry=np.array([5]))
        frame = nights.grade(prospect, START)
        assert frame["computed"].tolist() == [SILVER]
        buyer = replace(facts([(1, "2024-01-10", 100.0)]), entry=np.array([5]))
        frame = nights.grade(buyer, date(2024, 1, 10))
        assert frame["computed"].tolist() == [SILVER] and not frame["corrected"].any()


class TestLocked:
    """Set by hand."""

    def _night(self, **previous):
        rules = program()
        rows = [("2024-03-01", 96000, "2024-03-02")]
        _row, nights = live(rows, "2024-03-01", rules)
        for name, value in previous.items():
            nights.previous[name] = value
        return nights.grade(known(rows, date(2024, 3, 2)), date(2024, 3, 2)).loc[1]

    def test_locked_down_stays(self):
        """Somebody decided that the customer does not fall, whatever happens."""
        row = self._night(lock=2)
        assert (row["computed"], row["corrected"]) == (DIAMOND, 0)
        assert self._night(lock=3)["computed"] == DIAMOND

    def test_locked_up_is_put_right(self):
        assert self._night(lock=1)["computed"] == BASIC

    def test_a_lock_that_is_over(self):
        row = self._night(lock=3, manual_until=float(day("2024-03-01")))
        assert (row["computed"], row["corrected"], row["expired"]) == (BASIC, 1, 1)

    def test_set_by_hand_stays_and_what_is_behind_it_is_put_right(self):
        """When the promise ends, the wrong tier must not come back from behind it."""
        row = self._night(manual=GOLD)
        assert (row["tier"], row["computed"], row["corrected"]) == (GOLD, BASIC, 1)


class TestApproval:
    def test_nobody_is_asked_about_a_correction(self):
        """It is no demotion that somebody has to agree to."""
        rules = program(replace(HOLD, approval="down"))
        row, _nights = live([("2024-03-01", 96000, "2024-03-02")], "2024-03-02", rules)
        assert (row["computed"], row["corrected"], row["waiting"]) == (BASIC, 1, 0)

    def test_the_question_of_an_undone_promotion_is_over(self):
        """Somebody would agree to a tier that nothing speaks for."""
        rules = program(replace(HOLD, approval="up"))
        rows = [("2024-03-01", 96000, "2024-03-04")]
        row, _nights = live(rows, "2024-03-03", rules)
        assert (row["computed"], row["proposed"]) == (BASIC, DIAMOND)
        row, _nights = live(rows, "2024-03-04", rules)
        assert (row["computed"], row["proposed"], row["waiting"]) == (BASIC, 0, 0)


class TestYears:
    def test_calendar_years(self):
        """Reached in one year and held through the next by its figures: gone, it is gone."""
        rules = program(period="calendar")
        rows = [("2024-03-01", 25000, "2025-02-03"), ("2024-04-01", 6000)]
        row, _nights = live(rows, "2025-02-02", rules)
        assert row["computed"] == GOLD
        row, _nights = live(rows, "2025-02-03", rules)
        assert (row["computed"], row["corrected"]) == (SILVER, 1)

    def test_faded_with_the_year(self):
        rules = program(LONG, period="anniversary")
        row, _nights = live([("2024-03-01", 25000)], "2026-02-20", rules, every=30)
        assert (row["computed"], row["corrected"]) == (GOLD, 0)


class TestScore:
    def test_points(self):
        """Tiers by points rest on facts like those by thresholds."""
        scale = Bands((0.0, 5000.0, 20000.0), (10.0, 50.0, 90.0))
        rules = Program(
            1,
            (Metric("amount", "amount", 12),),
            (Indicator(1, "amount", 1.0, scale),),
            (Tier(BASIC), Tier(SILVER, 40.0), Tier(GOLD, 80.0)),
            movement=HOLD,
        )
        rows = [("2024-02-01", 6000), ("2024-03-01", 25000, "2024-03-02")]
        row, _nights = live(rows, "2024-03-02", rules)
        assert (row["computed"], row["corrected"]) == (SILVER, 1)


def test_replay_corrects_what_came_back():
    """A replay that knows what came back later tells of a promotion and a correction, as the
    gradings of these nights did."""
    rows = [("2024-03-01", 25000), ("2024-03-05", -25000)]
    days = [date(2024, 2, 25) + timedelta(days=n) for n in range(20)]
    facts_ = facts(
        [(1, day_, amount, amount > 0) for day_, amount in rows] + [(1, "2023-01-01", 1)]
    )
    moves = replay(facts_, program(), days)
    assert moves["reason"].tolist() == ["first", "up", "correction"]
    assert moves["after"].tolist() == [BASIC, GOLD, BASIC]


# Whatever was bought and taken back

_amounts = st.integers(1, 40).map(lambda number: 1000.0 * number)
_rows = st.lists(
    st.tuples(st.integers(0, 150), _amounts, st.one_of(st.none(), st.integers(1, 150))),
    max_size=8,
)
_movements = st.builds(
    Movement,
    promotion=st.sampled_from(["at_once", "review", "after"]),
    promotion_days=st.sampled_from([0, 14]),
    hold_months=st.sampled_from([0, 2, 12]),
    review=st.sampled_from([Review(), Review("month")]),
)


def _story(drawn):
    """Rows in days from the start; gone at least a day after they were there."""
    rows = []
    for bought, amount, later in drawn:
        gone = None if later is None else str(START + timedelta(days=bought + later))
        rows.append((str(START + timedelta(days=bought)), amount, gone))
    return rows


@examples(0.1)
@given(_rows, _movements, st.integers(10, 300))
def test_all_taken_back_is_as_if_it_had_never_been(drawn, movement, last):
    """Nothing is left of what was a mistake: no tier, no guarantee, no notice."""
    rows = [(day_, amount, "2024-06-01") for day_, amount, _gone in _story(drawn)]
    rules = program(movement, months=3)
    until = str(date(2024, 6, 1) + timedelta(days=last))
    row, _nights = live(rows, until, rules, every=20)
    there, _nights = live([], until, rules, every=20)
    assert (row["computed"], row["entered"]) == (BASIC, there["entered"])
    assert row["waiting"] == there["waiting"] and np.isnan(row["noticed"])


@examples(0.1)
@given(_rows, st.sampled_from([0, 2, 12]), st.sampled_from(["at_once", "after"]))
def test_never_better_off_by_what_was_taken_back(drawn, hold, promotion):
    """Who had an order that was a mistake has no higher tier than who never had it, once it is
    gone."""
    movement = Movement(hold_months=hold, promotion=promotion, promotion_days=10)
    rules, rows = program(movement, months=3), _story(drawn)
    until = str(START + timedelta(days=320))
    row, _nights = live(rows, until, rules, every=12)
    without, _nights = live(never(rows), until, rules, every=12)
    assert row["computed"] <= without["computed"]


@examples(0.1)
@given(_rows, _movements)
def test_what_nobody_took_back_is_never_corrected(drawn, movement):
    """A guarantee was lost although nothing was wrong with what it rests on."""
    rules = program(movement, months=2)
    rows = [row[:2] for row in _story(drawn)]
    nights, night = Nights(rules), START
    for _night in range(24):
        frame = nights.grade(known(rows, night), night)
        assert not frame["corrected"].any()
        night += timedelta(days=12)
