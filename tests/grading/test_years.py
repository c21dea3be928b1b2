"""Years of their own: calendar years and years from each customer's first order."""

from dataclasses import replace
from datetime import date, timedelta
from math import nan

import numpy as np
import pandas as pd
import pytest
from builders import (
    AS_OF,
    day,
    examples,
    facts,
    histories,
    until,
)
from grading import dates, metrics, pipeline
from grading.policy import (
    GIVEN,
    RATIO,
    Bands,
    Condition,
    Indicator,
    Metric,
    Movement,
    Program,
    Review,
    Tier,
    Veto,
)
from grading.replay import grading_days, replay
from grading.settle import PREVIOUS, settle
from hypothesis import given
from hypothesis import strategies as st

LOW, SILVER, GOLD = 1, 2, 3
PERIODS = st.sampled_from(["calendar", "anniversary"])
LADDER = Program(
    1,
    (Metric("amount", "amount", 12), Metric("since", "recency_days")),
    tiers=(
        Tier(LOW),
        Tier(SILVER, conditions=(Condition("amount", ">=", 1000, keep=800),)),
        Tier(GOLD, conditions=(Condition("amount", ">=", 5000),)),
    ),
    period="calendar",
)
ANNIVERSARY = replace(LADDER, period="anniversary")
NOTHING = pd.DataFrame({name: pd.Series(dtype=float) for name in PREVIOUS})


def graded(orders, as_of, program=LADDER, **known):
    """The table of one customer's orders, as (day, amount), on a day."""
    known = facts([(7, *order) for order in orders], customers=[7], **known)
    return pipeline.grade(known, program, date.fromisoformat(as_of)).loc[7]


def iso(row, *names):
    return [str(date(1970, 1, 1) + timedelta(days=int(row[f"year:{name}"]))) for name in names]


class TestYearStart:
    """Where years begin."""

    @pytest.mark.parametrize(
        ("since", "on", "start", "following"),
        [
            ("1970-01-01", "2025-12-31", "2025-01-01", "2026-01-01"),
            ("1970-01-01", "2026-01-01", "2026-01-01", "2027-01-01"),
            ("2023-03-12", "2023-03-12", "2023-03-12", "2024-03-12"),
            ("2023-03-12", "2026-03-11", "2025-03-12", "2026-03-12"),
            ("2023-03-12", "2023-03-11", "2022-03-12", "2023-03-12"),
            ("2023-12-31", "2024-12-30", "2023-12-31", "2024-12-31"),
            # On the 28th where there is no 29th.
            ("2024-02-29", "2025-02-27", "2024-02-29", "2025-02-28"),
            ("2024-02-29", "2025-02-28", "2025-02-28", "2026-02-28"),
            ("2024-02-29", "2028-02-28", "2027-02-28", "2028-02-29"),
            ("2024-02-29", "2028-02-29", "2028-02-29", "2029-02-28"),
            ("2024-03-01", "2028-02-29", "2027-03-01", "2028-03-01"),
        ],
    )
    def test_table(self, since, on, start, following):
        """A day in the wrong year is a tier lost or won a day early."""
        assert dates.year_start(day(on), day(since)) == day(start)
        assert dates.next_year(day(on), day(since)) == day(following)

    @given(st.integers(0, 30_000), st.integers(0, 30_000))
    def test_every_day_is_in_one_year(self, since, on):
        """Years follow each other without a gap, and nobody has none."""
        start, end = (
            float(dates.year_start(on, since)),
            float(dates.next_year(on, since)),
        )
        assert start <= on < end
        assert end - start in (365, 366)
        assert dates.year_start(end - 1, since) == start
        assert dates.year_start(start - 1, since) < start

    @pytest.mark.parametrize(
        ("since", "on", "end"),
        [
            ("1970-01-01", "2025-12-31", "2024-12-31"),
            ("1970-01-01", "2025-02-28", "2024-02-29"),
            ("1970-01-01", "2024-02-29", "2023-02-28"),
            ("1970-01-01", "2025-01-01", "2024-01-01"),
            ("2024-02-29", "2025-02-27", "2024-02-28"),
            ("2024-02-29", "2025-02-28", "2024-02-29"),
            ("2023-03-01", "2025-02-28", "2024-02-29"),
        ],
    )
    def test_as_much_of_the_year_before(self, since, on, end):
        """Growth compares whole years with whole years and half ones with half ones."""
        assert dates.year_before(day(on), day(since)) == day(end)


class TestCalendar:
    """One customer over the years, by the calendar."""

    @pytest.mark.parametrize(
        ("orders", "as_of", "tier", "decided"),
        [
            # The running year is enough; the first and the last day belong to it.
            ([("2025-01-01", 1000.0)], "2025-06-30", SILVER, "2025"),
            ([("2025-12-31", 1000.0)], "2025-12-31", SILVER, "2025"),
            # Exactly on the threshold, and a cent below.
            ([("2025-05-01", 999.99), ("2025-12-31", 0.01)], "2025-12-31", SILVER, "2025"),
            ([("2025-05-01", 999.99)], "2025-12-31", LOW, "2025"),
            # It counts until the end of the next year, and not a day longer.
            ([("2025-03-01", 1000.0)], "2026-01-01", SILVER, "2025"),
            ([("2025-03-01", 1000.0)], "2026-12-31", SILVER, "2025"),
            ([("2025-03-01", 1000.0)], "2027-01-01", LOW, "2027"),
            # Two halves in two years make no whole one.
            ([("2025-12-31", 500.0), ("2026-01-01", 500.0)], "2026-01-01", LOW, "2026"),
            # The better year, and of equal ones the running one.
            ([("2025-03-01", 5000.0), ("2026-01-01", 1000.0)], "2026-02-01", GOLD, "2025"),
            ([("2025-03-01", 1000.0), ("2026-01-01", 5000.0)], "2026-02-01", GOLD, "2026"),
            ([("2025-03-01", 1000.0), ("2026-01-01", 1000.0)], "2026-02-01", SILVER, "2026"),
            # A leap day is a day of its year.
            ([("2024-02-29", 1000.0)], "2025-12-31", SILVER, "2024"),
            ([("2024-02-29", 1000.0)], "2026-01-01", LOW, "2026"),
            ([], "2026-01-01", LOW, "2026"),
        ],
    )
    def test_tier(self, orders, as_of, tier, decided):
        """What is reached in one year counts until the end of the next."""
        row = graded(orders, as_of)
        assert (row["tier"], iso(row, "first")[0][:4]) == (tier, decided)
        assert bool(row["year:back"]) == (decided < as_of[:4])

    def test_reason_is_that_of_the_year(self):
        """The figures shown are those that decided, and of the other year there is what is
        needed to say how far it has come."""
        row = graded([("2025-03-01", 5000.0), ("2026-02-01", 300.0)], "2026-06-30")
        assert (row["metric:amount"], row["metric:since"]) == (5000, 305)
        assert (row["running:amount"], row["running:since"]) == (300, 149)
        assert iso(row, "first", "last", "counts") == ["2025-01-01", "2025-12-31", "2026-12-31"]
        assert row["last_day"] == day("2026-02-01")

    def test_reason_of_the_running_year(self):
        """It counts until the end of the next one."""
        row = graded([("2026-02-01", 5000.0)], "2026-06-30")
        assert iso(row, "first", "last", "counts") == ["2026-01-01", "2026-12-31", "2027-12-31"]
        assert (row["metric:amount"], row["metric:since"]) == (5000, 149)
        assert np.isnan(row["running:amount"])

    def test_what_is_missing_is_missing_in_the_running_year(self):
        """Nothing more can be bought in a year that is over."""
        row = graded([("2025-03-01", 1500.0), ("2026-02-01", 300.0)], "2026-06-30")
        assert (row["tier"], row["next"], row["gap:0"]) == (SILVER, GOLD, 4700)
        assert row["lapse"] == day("2027-01-01")

    def test_lever_is_that_of_the_running_year(self):
        """The points missing, and the value that earns them, are those of today's figures."""
        scale = Bands((0, 1000, 5000), (0, 50, 100))
        program = replace(
            LADDER,
            indicators=(Indicator(4, "amount", 1, scale),),
            tiers=(Tier(LOW), Tier(SILVER, min_score=50), Tier(GOLD, min_score=100)),
        )
        row = graded([("2025-03-01", 1500.0), ("2026-02-01", 300.0)], "2026-06-30", program)
        assert (row["tier"], row["score"], row["points:4"]) == (SILVER, 50, 50)
        assert (row["gap:0"], row["lever:4"]) == (100, 5000)

    def test_other_months_roll(self):
        """Half a year is the six months before the day each year is looked at."""
        program = replace(
            LADDER,
            metrics=(*LADDER.metrics, Metric("half", "amount", 6), Metric("ever", "amount")),
        )
        orders = [("2025-06-30", 50.0), ("2025-07-01", 7.0), ("2025-08-01", 5000.0)]
        row = graded([*orders, ("2026-01-31", 2.0)], "2026-03-31", program)
        assert (row["metric:half"], row["metric:ever"]) == (5007, 5057)
        assert (row["running:half"], row["running:ever"]) == (2, 5059)
        # The order of 31 January leaves the half year before the year ends.
        assert row["lapse"] == day("2026-07-31")

    def test_rfm_has_the_recency_of_today(self):
        """A champion of last year who has not come back since is at risk, not a champion; how
        much was bought is that of the year all the same."""
        program = replace(
            LADDER,
            indicators=(
                Indicator(1, "since", 1, Bands((0, 100), (100, 0)), "r"),
                Indicator(2, "amount", 1, Bands((0, 1000), (0, 100)), "f"),
                Indicator(3, "amount", 1, Bands((0, 1000), (0, 100)), "m"),
            ),
        )
        row = graded([("2025-12-01", 1500.0), ("2026-02-01", 1.0)], "2026-06-30", program)
        assert (row["year:back"], row["points:1"]) == (1, 100)
        assert row[["rfm_r", "rfm_f", "rfm_m"]].tolist() == [1, 2, 2]

    def test_growth_compares_as_much_of_the_year_before(self):
        """On 2 January nobody has shrunk by 99 percent."""
        program = replace(
            LADDER, metrics=(Metric("amount", "amount", 12), Metric("up", "growth", 12))
        )
        orders = [("2024-02-01", 100.0), ("2024-11-01", 300.0), ("2025-02-01", 150.0)]
        row = graded(orders, "2025-06-30", program)
        assert (row["year:back"], row["metric:up"]) == (0, 50)

    def test_score_of_the_last_year_where_the_running_one_has_none(self):
        """On 1 January an average order value is unknown; last year's is not."""
        program = replace(
            LADDER,
            metrics=(*LADDER.metrics, Metric("mean", "average_order", 12)),
            indicators=(Indicator(4, "mean", 1, Bands((0, 100), (0, 100))),),
        )
        row = graded([("2025-03-01", 200.0)], "2026-01-01", program)
        assert (row["tier"], row["score"], row["year:back"]) == (LOW, 100, 1)

    def test_year_before_the_first_order_does_not_count(self):
        """Who was no customer then had no complaints, which is no merit."""
        program = replace(
            LADDER,
            metrics=(*LADDER.metrics, Metric("complaints", GIVEN, 12)),
            tiers=(Tier(LOW), Tier(SILVER, conditions=(Condition("complaints", "<=", 0),))),
        )
        bad = {"given": {"complaints": {7: 3.0}}}
        for orders, tier in (([("2026-02-01", 9.0)], LOW), ([("2025-02-01", 9.0)], SILVER)):
            known = replace(
                facts([(7, *order) for order in orders], customers=[7], **bad),
                given_last=pd.DataFrame({"complaints": pd.Series({7: 0.0})}),
            )
            assert pipeline.grade(known, program, date(2026, 3, 1))["tier"].tolist() == [tier]


class TestAnniversary:
    """One customer over the years from its first order."""

    @pytest.mark.parametrize(
        ("orders", "as_of", "tier", "years"),
        [
            ([("2023-03-12", 1000.0)], "2023-03-12", SILVER, ("2023-03-12", "2024-03-11")),
            ([("2023-03-12", 1000.0)], "2025-03-11", SILVER, ("2023-03-12", "2024-03-11")),
            ([("2023-03-12", 1000.0)], "2025-03-12", LOW, ("2025-03-12", "2026-03-11")),
            # Born on a leap day.
            ([("2024-02-29", 1000.0)], "2025-02-27", SILVER, ("2024-02-29", "2025-02-27")),
            ([("2024-02-29", 1000.0)], "2026-02-27", SILVER, ("2024-02-29", "2025-02-27")),
            ([("2024-02-29", 1000.0)], "2026-02-28", LOW, ("2026-02-28", "2027-02-27")),
            (
                [("2020-02-29", 1.0), ("2024-02-28", 1000.0)],
                "2025-02-27",
                SILVER,
                ("2023-02-28", "2024-02-28"),
            ),
            # Who never ordered is in the calendar year.
            ([], "2025-05-05", LOW, ("2025-01-01", "2025-12-31")),
        ],
    )
    def test_tier(self, orders, as_of, tier, years):
        """A year of each customer's own, leap days included."""
        row = graded(orders, as_of, ANNIVERSARY)
        assert row["tier"] == tier
        assert tuple(iso(row, "first", "last")) == years

    def test_first_order_is_one_that_counts(self):
        """A free sample starts no year."""
        known = facts([(7, "2024-05-01", 0.0, False), (7, "2024-07-01", 10.0)])
        row = pipeline.grade(known, ANNIVERSARY, date(2024, 8, 1)).loc[7]
        assert iso(row, "first") == ["2024-07-01"]

    def test_rolling_months_end_with_the_last_year(self):
        """Half a year before the day on which the last year ended."""
        program = replace(ANNIVERSARY, metrics=(*LADDER.metrics, Metric("half", "amount", 6)))
        orders = [("2023-03-12", 4000.0), ("2023-09-11", 900.0), ("2023-09-12", 100.0)]
        row = graded(orders, "2024-06-01", program)
        assert (row["tier"], row["metric:amount"], row["metric:half"]) == (GOLD, 5000, 100)

    def test_each_customer_has_years_of_its_own(self):
        """The array of starts must not be mixed up between customers."""
        orders = [(3, "2023-03-12", 1000.0), (5, "2024-11-01", 1000.0), (9, "2022-01-31", 1000.0)]
        table = pipeline.grade(facts(orders, customers=[3, 4, 5, 9]), ANNIVERSARY, date(2025, 2, 1))
        assert table["tier"].tolist() == [SILVER, LOW, SILVER, LOW]
        assert [iso(row, "first")[0] for _i, row in table.iterrows()] == [
            "2023-03-12",
            "2025-01-01",
            "2024-11-01",
            "2025-01-31",
        ]


class TestKeeping:
    """A tier is kept by either year."""

    def _settled(self, orders, as_of, tier=SILVER, program=LADDER):
        known = facts([(7, *order) for order in orders], customers=[7])
        entered = float(day("2024-06-01"))
        row = {"program": 1, "tier": tier, "computed": tier, "entered": entered}
        previous = pd.DataFrame([{**PREVIOUS, **row, "reviewed": entered}], index=[7])
        as_of = date.fromisoformat(as_of)
        return settle(pipeline.grade(known, program, as_of), previous, program, as_of).loc[7]

    @pytest.mark.parametrize(
        ("orders", "tier"),
        [
            # 800 keep what 1,000 reach: in either year, though not in both together.
            ([("2025-03-01", 800.0)], SILVER),
            ([("2026-03-01", 800.0)], SILVER),
            ([("2025-03-01", 400.0), ("2026-03-01", 400.0)], LOW),
            ([("2025-03-01", 799.99), ("2026-03-01", 799.99)], LOW),
            ([("2024-03-01", 5000.0)], LOW),
        ],
    )
    def test_either_year_keeps(self, orders, tier):
        """Whoever reached the lower bound last year is not demoted in January."""
        assert self._settled([("2024-01-01", 1.0), *orders], "2026-06-30")["tier"] == tier

    def test_veto_of_today_takes_what_the_last_year_keeps(self):
        """A veto is about today: a debt of now is no better for last year's figures. On the
        figures of a year it looks at that year, or on 1 January it would hold for everybody."""
        late = Metric("late", GIVEN)
        few = Metric("few", "order_count", 12)
        cap = Veto(80, Condition("late", ">", 30), LOW)
        idle = Veto(81, Condition("few", "<", 1), LOW)
        program = replace(LADDER, metrics=(*LADDER.metrics, late, few), vetoes=(cap, idle))
        orders = [(7, "2025-03-01", 1500.0)]
        for now, then, tier in ((0.0, 60.0, SILVER), (60.0, 0.0, LOW)):
            known = replace(
                facts(orders, given={"late": {7: now}}),
                given_last=pd.DataFrame({"late": pd.Series({7: then})}),
            )
            table = pipeline.grade(known, program, date(2026, 1, 1))
            assert table["tier"].tolist() == [tier]
            previous = pd.DataFrame(
                [{**PREVIOUS, "program": 1, "tier": SILVER, "computed": SILVER}], index=[7]
            )
            settled = settle(table, previous, program, date(2026, 1, 1))
            assert settled["tier"].tolist() == [tier]

    def test_given_numbers_of_the_last_year(self):
        """Numbers over other records are read for each year; what was not read for the last one
        is the same in both."""
        program = replace(
            LADDER,
            metrics=(
                *LADDER.metrics,
                Metric("visits", GIVEN, 12),
                Metric("rank", GIVEN),
                Metric("rate", RATIO, parts=("visits", "amount")),
            ),
        )
        known = replace(
            facts([(7, "2025-03-01", 1000.0)], given={"visits": {7: 2.0}, "rank": {7: 5.0}}),
            given_last=pd.DataFrame({"visits": pd.Series({7: 30.0})}),
        )
        row = pipeline.grade(known, program, date(2026, 6, 30)).loc[7]
        assert (row["metric:visits"], row["metric:rank"], row["metric:rate"]) == (30, 5, 3)
        assert row["running:visits"] == 2


class TestReplay:
    """Reviews played over the years."""

    RULES = replace(LADDER, movement=Movement(review=Review("month")))

    def _moves(self, rules, *orders):
        known = facts([(7, *order) for order in orders])
        moves = replay(known, rules, grading_days(date(2025, 1, 1), date(2027, 4, 1), "month"))
        return [
            (str(np.datetime64(int(d), "D")), int(after))
            for d, after in zip(moves["day"], moves["after"], strict=True)
        ]

    def test_silver_of_2025_is_lost_on_1_january_2027(self):
        """Reached in one year, kept through the next, gone with the first review after it."""
        moves = self._moves(self.RULES, ("2025-01-01", 10.0), ("2025-04-20", 1000.0))
        assert moves == [("2025-01-01", LOW), ("2025-05-01", SILVER), ("2027-01-01", LOW)]

    def test_years_from_the_first_order(self):
        """The same from 15 January to 14 January; the review after it is that of February."""
        rules = replace(self.RULES, period="anniversary")
        moves = self._moves(rules, ("2025-01-15", 10.0), ("2025-04-20", 1000.0))
        assert moves == [("2025-02-01", LOW), ("2025-05-01", SILVER), ("2027-02-01", LOW)]

    def test_to_the_day(self):
        """Reviewed every day, the tier is lost on the anniversary."""
        rules = replace(self.RULES, period="anniversary", movement=Movement())
        known = facts([(7, "2025-01-15", 10.0), (7, "2025-04-20", 1000.0)])
        days = ["2025-01-14", "2025-01-15", "2025-04-19", "2025-04-20", "2027-01-14", "2027-01-15"]
        moves = replay(known, rules, [date.fromisoformat(text) for text in days])
        assert moves["day"].tolist() == [day(days[1]), day(days[3]), day(days[5])]
        assert moves["after"].tolist() == [LOW, SILVER, LOW]

    @examples(0.3)
    @given(histories, PERIODS)
    def test_agrees_with_gradings_one_by_one(self, known, period):
        """A replay is nothing but gradings in a row."""
        rules = replace(self.RULES, period=period, metrics=LADDER.metrics)
        days = grading_days(AS_OF - timedelta(days=800), AS_OF, "quarter")
        moves = replay(known, rules, days)
        previous, told = NOTHING, {}
        for as_of in days:
            here = until(known, metrics.day_number(as_of))
            frame = settle(pipeline.grade(here, rules, as_of), previous, rules, as_of)
            previous = frame.assign(manual=0, manual_until=nan, lock=0, asked=nan)[list(PREVIOUS)]
            for customer, tier in frame["tier"].items():
                told[customer, metrics.day_number(as_of)] = tier
        for move in moves.itertuples():
            assert told[move.customer, move.day] == move.after
