"""Past gradings played again, on small histories with known answers and on the demo's."""

import sys
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import pytest
from builders import day, examples, facts, histories, programs, select, until
from grading import metrics, pipeline
from grading.policy import Condition, Metric, Movement, Program, Review, Tier
from grading.replay import REVERSAL_DAYS, by_month, grading_days, replay, reversals
from hypothesis import given
from hypothesis import strategies as st

DEMO = Path(__file__).parents[2] / "customer_tiering" / "demo"
TODAY = date(2025, 6, 30)
SILVER, GOLD, DIAMOND = 2, 3, 4
# Entry amounts of the tiers of the wholesale preset.
ENTRY = {SILVER: 5000, GOLD: 20000, DIAMOND: 50000}

MONTHLY = Review("month")
PLAIN = Movement(review=MONTHLY)
STEADY = Movement(hold_months=12, one_level=True, review=MONTHLY)


def program(movement=PLAIN, months=12):
    tiers = [Tier(i, conditions=(Condition("amount", ">=", entry),)) for i, entry in ENTRY.items()]
    amount = Metric("amount", "amount", months)
    return Program(1, (amount,), tiers=(Tier(1), *tiers), movement=movement)


def played(known, *days, rules=None):
    """The moves on some days as (customer, ISO date, before, after, reason)."""
    moves = replay(known, rules or program(), [date.fromisoformat(text) for text in days])
    moves["day"] = moves["day"].to_numpy().astype("datetime64[D]").astype(str)
    return [tuple(row) for row in moves.itertuples(index=False)]


def demo_orders():
    """The confirmed orders of the demo data, three years of 65 customers."""
    spec = spec_from_file_location(
        "demo", DEMO / "__init__.py", submodule_search_locations=[str(DEMO)]
    )
    package = module_from_spec(spec)
    sys.modules["demo"] = package
    spec.loader.exec_module(package)
    from demo.plan import plan_orders
    from demo.tables import companies, products

    number = {company.key: position for position, company in enumerate(companies(), start=1)}
    orders = plan_orders(companies(), products(), TODAY)
    rows = [
        (number[o.company], metrics.day_number(o.placed_at.date()), o.amount, o.amount > 0)
        for o in orders
        if o.state == "sale"
    ]
    return facts(rows, customers=sorted(number.values()))


class TestDays:
    """The days of a replay."""

    @pytest.mark.parametrize(
        ("start", "end", "every", "expected"),
        [
            ("2024-01-01", "2024-03-31", "month", ["2024-01-01", "2024-02-01", "2024-03-01"]),
            ("2023-12-31", "2024-02-01", "month", ["2023-12-31", "2024-01-01", "2024-02-01"]),
            ("2024-02-28", "2024-03-01", "day", ["2024-02-28", "2024-02-29", "2024-03-01"]),
            (
                "2023-11-05",
                "2024-07-01",
                "quarter",
                ["2023-11-05", "2024-01-01", "2024-04-01", "2024-07-01"],
            ),
            ("2022-02-28", "2024-01-01", "year", ["2022-02-28", "2023-01-01", "2024-01-01"]),
            ("2024-05-01", "2024-05-01", "month", ["2024-05-01"]),
            ("2024-05-02", "2024-05-01", "month", []),
        ],
    )
    def test_days(self, start, end, every, expected):
        """The first day is always one; after it come the firsts of the periods, year ends and
        leap days included."""
        days = grading_days(date.fromisoformat(start), date.fromisoformat(end), every)
        assert [str(d) for d in days] == expected


class TestReplay:
    """One customer's moves, day by day."""

    def test_entry_is_inclusive(self):
        """Exactly 5,000 is silver; a cent less is not."""
        known = facts([(1, "2024-01-10", 5000.0), (2, "2024-01-10", 4999.99)])
        assert played(known, "2024-02-01") == [
            (1, "2024-02-01", 0, SILVER, "first"),
            (2, "2024-02-01", 0, 1, "first"),
        ]

    def test_up_and_down_with_the_window(self):
        """What was bought counts for twelve months, its own day included."""
        known = facts([(1, "2023-06-01", 4000.0), (1, "2024-01-10", 4000.0)])
        assert played(known, "2023-07-01", "2024-01-31", "2024-05-31", "2024-06-01") == [
            (1, "2023-07-01", 0, 1, "first"),
            (1, "2024-01-31", 1, SILVER, "up"),
            (1, "2024-06-01", SILVER, 1, "down"),
        ]

    def test_state_is_carried(self):
        """A hold of twelve months from the entry means that the entry is remembered."""
        known = facts([(1, "2022-06-01", 100.0), (1, "2023-06-15", 6000.0)])
        days = [str(d) for d in grading_days(date(2023, 6, 1), date(2025, 1, 1), "month")]
        assert played(known, *days, rules=program(STEADY, months=1)) == [
            (1, "2023-06-01", 0, 1, "first"),
            (1, "2023-07-01", 1, SILVER, "up"),
            (1, "2024-07-01", SILVER, 1, "down"),
        ]

    def test_one_level(self):
        """With one level at a time and a fresh hold on each level, two levels take two years."""
        known = facts([(1, "2023-01-15", 20000.0)])
        days = [str(d) for d in grading_days(date(2023, 2, 1), date(2025, 6, 1), "month")]
        assert played(known, *days, rules=program(STEADY, months=1)) == [
            (1, "2023-02-01", 0, GOLD, "first"),
            (1, "2024-02-01", GOLD, SILVER, "down"),
            (1, "2025-02-01", SILVER, 1, "down"),
        ]

    def test_customers_begin_with_their_first_order(self):
        """Somebody who did not exist yet would seem to have been promoted by the first order."""
        known = facts([(1, "2024-02-10", 9000.0)], customers=[1, 2])
        assert played(known, "2024-01-01", "2024-02-01", "2024-03-01") == [
            (2, "2024-01-01", 0, 1, "first"),
            (1, "2024-03-01", 0, SILVER, "first"),
        ]

    def test_tier_lost_and_won_back(self):
        """No tier at all is the lowest place: leaving it again is a way up, not a first tier."""
        rules = Program(
            1,
            (Metric("amount", "amount", 1),),
            tiers=(Tier(SILVER, conditions=(Condition("amount", ">=", 100),)),),
        )
        known = facts([(1, "2024-01-10", 200.0), (1, "2024-03-10", 200.0)])
        days = ("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01")
        assert played(known, *days, rules=rules) == [
            (1, "2024-02-01", 0, SILVER, "first"),
            (1, "2024-03-01", SILVER, 0, "down"),
            (1, "2024-04-01", 0, SILVER, "up"),
        ]

    def test_approval_is_given(self):
        """Waiting for an answer that nobody gives, customers would stay where they began."""
        known = facts([(1, "2023-06-01", 100.0), (1, "2024-01-10", 6000.0)])
        days = ("2024-01-01", "2024-02-01", "2025-02-01")
        asking = Movement(approval="both", review=MONTHLY)
        assert played(known, *days, rules=program(asking)) == played(known, *days)
        assert len(played(known, *days)) == 3

    def test_nobody(self):
        """A chunk without customers has no moves, and the same columns."""
        moves = replay(facts(customers=[]), program(), [date(2024, 1, 1)])
        assert list(moves) == ["customer", "day", "before", "after", "reason"]
        assert not len(moves) and not by_month(moves) and reversals(moves) == 0

    def test_single_grading_agrees(self):
        """A replay of one day gives what grading gives; a second opinion would be a defect."""
        known = demo_orders()
        moves = replay(known, program(), [TODAY]).set_index("customer")["after"]
        graded = pipeline.grade(known, program(), TODAY)["tier"]
        assert moves.reindex(graded.index, fill_value=0).tolist() == graded.tolist()


_movements = st.builds(
    Movement,
    promotion=st.sampled_from(["at_once", "review", "after"]),
    promotion_days=st.sampled_from([0, 14]),
    hold_months=st.sampled_from([0, 3]),
    misses=st.sampled_from([1, 2]),
    one_level=st.booleans(),
    approval=st.sampled_from(["none", "both"]),
    review=st.sampled_from([Review(), MONTHLY, Review("quarter")]),
)


class TestAnyHistory:
    """What holds whatever was ordered and however customers move."""

    DAYS = grading_days(date(2025, 3, 15), TODAY, "month")

    @staticmethod
    def rules(rules, movement):
        return Program(**{**vars(rules), "movement": movement})

    @examples(0.5)
    @given(histories, programs(), _movements, st.integers(1, 4))
    def test_later_facts_are_not_seen(self, known, rules, movement, count):
        """The past must not change by what was ordered afterwards, nor by later gradings."""
        rules = self.rules(rules, movement)
        whole = replay(known, rules, self.DAYS)
        last = metrics.day_number(self.DAYS[count - 1])
        # Whoever had not ordered by then was not known by then.
        had = set(until(known, last).orders["customer"])
        never = set(known.customers) - set(known.orders["customer"])
        early = replay(until(known, last), rules, self.DAYS[:count])
        early = early[early["customer"].isin(had | never)]
        expected = whole[whole["day"] <= last]
        assert early.to_numpy().tolist() == expected.to_numpy().tolist()

    @examples(0.3)
    @given(histories, programs(), _movements)
    def test_chunks_agree(self, known, rules, movement):
        """Customers replayed alone move as they do among all: chunks can be added up."""
        rules = self.rules(rules, movement)
        whole = replay(known, rules, self.DAYS)
        parts = [replay(select(known, [c]), rules, self.DAYS) for c in known.customers]
        together = pd.concat(parts).sort_values(["day", "customer"], kind="stable")
        assert together.to_numpy().tolist() == whole.to_numpy().tolist()
        assert sum(map(reversals, parts)) == reversals(whole)
        assert sum(map(by_month, parts), by_month(whole[:0])) == by_month(whole)


def frame(*rows):
    rows = [(customer, day(text), 0, 0, reason) for customer, text, reason in rows]
    return pd.DataFrame(rows, columns=["customer", "day", "before", "after", "reason"])


class TestCounting:
    """What becomes of the moves."""

    def test_months(self):
        """By month and reason, at the edges of months."""
        moves = frame((1, "2023-12-31", "first"), (1, "2024-01-01", "up"), (2, "2024-01-31", "up"))
        assert by_month(moves) == {("2023-12", "first"): 1, ("2024-01", "up"): 2}

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            ([(1, "2024-01-01", "up"), (1, "2024-04-02", "down")], 1),
            ([(1, "2024-01-01", "up"), (1, "2024-04-03", "down")], 0),
            ([(1, "2024-01-01", "up"), (2, "2024-02-01", "down")], 0),
            ([(1, "2024-01-01", "up"), (1, "2024-02-01", "up")], 0),
            ([(1, "2024-01-01", "first"), (1, "2024-02-01", "down")], 0),
            ([(1, "2024-01-01", "first"), (1, "2024-02-01", "down"), (1, "2024-03-01", "up")], 1),
            ([(1, "2024-01-01", "up"), (1, "2024-02-01", "down"), (1, "2024-03-01", "up")], 2),
        ],
    )
    def test_reversals(self, rows, expected):
        """Up and next down of the same customer, 92 days apart at most (1 January to 2 April in
        a leap year); the first tier is no way up."""
        assert day("2024-04-02") - day("2024-01-01") == REVERSAL_DAYS
        assert reversals(frame(*rows)) == expected


def test_hold_and_one_level_calm_the_demo_history(capsys):
    """With monthly reviews a plain threshold flaps: customers near a bound change price list
    every few weeks. Twelve months' hold and one level at a time must cut that by two thirds."""
    known = demo_orders()
    days = grading_days(date(2022, 7, 1), TODAY, "month")
    plain = reversals(replay(known, program(PLAIN), days))
    steady = reversals(replay(known, program(STEADY), days))
    with capsys.disabled():
        sys.stdout.write(
            f"\nReversals within {REVERSAL_DAYS} days, {len(days)} monthly reviews of "
            f"{len(known.customers)} demo customers: plain threshold {plain}, "
            f"12 months' hold and one level at a time {steady}\n"
        )
    assert plain >= 10
    assert steady * 3 <= plain
