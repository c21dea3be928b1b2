"""Stages of customers: a table of constructed histories and thresholds, and whole lives."""

from dataclasses import replace

import numpy as np
import pytest
from builders import AS_OF, TODAY, assert_same, day, facts
from grading import lifecycle, pipeline
from grading.lifecycle import STAGES
from grading.policy import Lifecycle, Program
from grading.rhythm import plain
from histories import MONTH, NAMES, PLAIN, every, past, staged

TEN = every(30, 10)  # the last one on day 270
FIVE = every(30, 5)  # the last one on day 120
SLOW = every(100, 4)  # by 3 x 100 and 3 x 30: a rhythm of 65, the last one on day 300
FIXED = Lifecycle(dormant_days=40, lost_days=50)
SHORT_NEW = Lifecycle(new_days=30)
SHORT_WON = Lifecycle(won_back_days=20)
THREE_NEW = Lifecycle(new_orders=3)
EARLY_LOYAL = Lifecycle(loyal_orders=4)
LOYAL_AS_MATURE = Lifecycle(loyal_ratio=2.0)
PATIENT = Lifecycle(mature_ratio=3.0, lost_ratio=10.0)
UNEVEN = Lifecycle(lost_ratio=4.1)
LATE_RHYTHM = Lifecycle(min_orders=6)
CLOSE = Lifecycle(loyal_ratio=0.1, mature_ratio=0.11, lost_ratio=0.12)

# Orders, as-of day, settings → stage, day of entering it, stage before.
CASES = [
    # Never bought.
    ([], 100, PLAIN, "potential", None, None),
    ([101], 100, PLAIN, "potential", None, None),
    # One order: new until the fixed days have gone by, however long new lasts.
    ([0], 0, PLAIN, "new", 0, "potential"),
    ([0], 90, PLAIN, "new", 0, "potential"),
    ([0], 91, PLAIN, "dormant", 91, "new"),
    ([0], 180, PLAIN, "dormant", 91, "new"),
    ([0], 181, PLAIN, "lost", 181, "dormant"),
    ([0], 999, PLAIN, "lost", 181, "dormant"),
    # The population's interval stands in where it is longer: 2 x 30 and 4 x 30 days.
    ([0], 60, FIXED, "new", 0, "potential"),
    ([0], 61, FIXED, "dormant", 61, "new"),
    ([0], 121, FIXED, "lost", 121, "dormant"),
    ([0, 0, 0], 90, PLAIN, "new", 0, "potential"),
    # Two orders: still fixed days, new by the age of the first one.
    ([0, 30], 89, PLAIN, "new", 0, "potential"),
    ([0, 30], 90, PLAIN, "mature", 90, "new"),
    ([0, 30], 121, PLAIN, "dormant", 121, "mature"),
    ([0, 30], 211, PLAIN, "lost", 211, "dormant"),
    ([0, 10], 29, SHORT_NEW, "new", 0, "potential"),
    ([0, 10], 30, SHORT_NEW, "mature", 30, "new"),
    # The second order came when the first one was old: not new from its day on.
    ([0, 40], 40, SHORT_NEW, "mature", 40, "new"),
    ([0, 40], 39, SHORT_NEW, "new", 0, "potential"),
    # A monthly rhythm.
    (FIVE, 120, PLAIN, "mature", 90, "new"),
    (FIVE, 180, PLAIN, "mature", 90, "new"),
    (FIVE, 181, PLAIN, "dormant", 181, "mature"),
    (FIVE, 240, PLAIN, "dormant", 181, "mature"),
    (FIVE, 241, PLAIN, "lost", 241, "dormant"),
    (FIVE, 211, PATIENT, "dormant", 211, "mature"),
    (FIVE, 420, PATIENT, "dormant", 211, "mature"),
    (FIVE, 421, PATIENT, "lost", 421, "dormant"),
    # Too few for a rhythm where six are asked for: fixed days.
    (FIVE, 210, LATE_RHYTHM, "mature", 90, "new"),
    (FIVE, 211, LATE_RHYTHM, "dormant", 211, "mature"),
    # A slow rhythm, drawn to the population's: (100^3 x 30^3)^(1/6) = 54.77 days, twice and four
    # times. By the fixed days the second and the third order were comebacks, and by twice
    # (100^2 x 30^3)^(1/5) = 48.56 days the fourth was one.
    (SLOW, 409, PLAIN, "mature", 390, "won_back"),
    (SLOW, 410, PLAIN, "dormant", 410, "mature"),
    (SLOW, 519, PLAIN, "dormant", 410, "mature"),
    (SLOW, 520, PLAIN, "lost", 520, "dormant"),
    (SLOW, 200, PLAIN, "won_back", 200, "dormant"),
    (SLOW, 199, PLAIN, "dormant", 191, "mature"),
    (SLOW, 300, PLAIN, "won_back", 300, "dormant"),
    # Loyal from the tenth order on, until late, and again from the next order on.
    (TEN, 269, PLAIN, "mature", 90, "new"),
    (TEN, 270, PLAIN, "loyal", 270, "mature"),
    (TEN, 315, PLAIN, "loyal", 270, "mature"),
    (TEN, 316, PLAIN, "mature", 316, "loyal"),
    (TEN, 331, PLAIN, "dormant", 331, "mature"),
    (TEN, 391, PLAIN, "lost", 391, "dormant"),
    ([*TEN, 300], 310, PLAIN, "loyal", 270, "mature"),
    ([*TEN, 316], 330, PLAIN, "loyal", 270, "mature"),
    ([*TEN, 317], 330, PLAIN, "loyal", 317, "mature"),
    (TEN, 331, LOYAL_AS_MATURE, "dormant", 331, "loyal"),
    # Many orders at once do not make an old customer: new by age first, and then loyal.
    (every(2, 10), 20, PLAIN, "new", 0, "potential"),
    ([*every(9, 10), 90], 95, PLAIN, "loyal", 90, "new"),
    (every(30, 4), 90, EARLY_LOYAL, "loyal", 90, "new"),
    (every(30, 4), 89, EARLY_LOYAL, "new", 0, "potential"),
    # Won back: the evening before the order the customer was dormant, or lost.
    ([*FIVE, 181], 181, PLAIN, "mature", 90, "new"),
    ([*FIVE, 182], 182, PLAIN, "won_back", 182, "dormant"),
    ([*FIVE, 241], 250, PLAIN, "won_back", 241, "dormant"),
    ([*FIVE, 242], 250, PLAIN, "won_back", 242, "lost"),
    ([*FIVE, 200], 260, PLAIN, "won_back", 200, "dormant"),
    ([*FIVE, 200, 230], 289, PLAIN, "won_back", 200, "dormant"),
    ([*FIVE, 200, 230], 290, PLAIN, "mature", 290, "won_back"),
    # The long interval counts: twice (30^7 x 80)^(1/8) = 33.91 days.
    ([*FIVE, 200], 268, PLAIN, "dormant", 268, "won_back"),
    ([*FIVE, 200], 268, SHORT_WON, "dormant", 268, "mature"),
    ([*FIVE, 200], 220, SHORT_WON, "mature", 220, "won_back"),
    ([*TEN, 340], 350, PLAIN, "won_back", 340, "dormant"),
    ([*TEN, 340, *every(30, 4, 370)], 440, PLAIN, "loyal", 430, "won_back"),
    # Twice: the second time counts.
    ([*FIVE, 200, 300], 310, PLAIN, "won_back", 300, "dormant"),
    ([0, 91], 91, PLAIN, "mature", 91, "new"),
    ([0, 92], 92, PLAIN, "won_back", 92, "dormant"),
    ([0, 182], 182, PLAIN, "won_back", 182, "lost"),
    # Once won back, a customer is not new again.
    ([0, 70], 80, FIXED, "won_back", 70, "dormant"),
    ([0, 70, 100], 100, replace(FIXED, won_back_days=20), "mature", 90, "won_back"),
    # New by number of orders, not only one.
    ([0, 60, 120], 170, THREE_NEW, "new", 0, "potential"),
    ([0, 60, 120, 170], 180, THREE_NEW, "mature", 170, "new"),
    # 4.1 x 30 is less than 123 in floats; so many days after the last order it was not lost yet.
    ([*FIVE, 244], 244, UNEVEN, "won_back", 244, "dormant"),
    ([*FIVE, 245], 245, UNEVEN, "won_back", 245, "lost"),
    # Thresholds that fall on one day: lost at once.
    (FIVE, 123, CLOSE, "won_back", 120, "lost"),
    (FIVE, 124, CLOSE, "lost", 124, "won_back"),
]


@pytest.mark.parametrize(("orders", "as_of", "settings", "stage", "entered", "before"), CASES)
def test_stage_of_a_history(orders, as_of, settings, stage, entered, before):
    """A stage, its first day or the one before it off by one: a playbook starts for nobody, or a
    day late, or the flow between stages shows customers who never were there."""
    assert staged(orders, as_of, settings)[:3] == (stage, entered, before)


def test_the_table_has_every_stage_and_way():
    """A stage that no case ends in, or that none leaves, would not be tested."""
    assert len(CASES) >= 40
    assert {case[3] for case in CASES} == set(STAGES)
    assert {case[5] for case in CASES} == {*STAGES, None}


THRESHOLDS = [
    (TEN, PLAIN, 315, "loyal", "mature"),
    (TEN, PLAIN, 330, "mature", "dormant"),
    (TEN, PLAIN, 390, "dormant", "lost"),
    ([0], PLAIN, 90, "new", "dormant"),
    ([0], PLAIN, 180, "dormant", "lost"),
    ([0, 60], PLAIN, 89, "new", "mature"),
    ([*FIVE, 200, 230, 260], PLAIN, 289, "won_back", "mature"),
    # 4.1 x 30 is less than 123 in floats.
    (TEN, UNEVEN, 393, "dormant", "lost"),
    # Half of the rhythm of (20^3 x 30^3)^(1/6) = 24.5 days: twelve whole ones.
    (every(20, 4), replace(SHORT_NEW, loyal_orders=4, loyal_ratio=0.5), 72, "loyal", "mature"),
]


@pytest.mark.parametrize(("orders", "settings", "last", "stage", "then"), THRESHOLDS)
def test_thresholds_on_their_day(orders, settings, last, stage, then):
    """“At most” includes the day itself, to the day, also where the product of ratio and rhythm is
    not exact; the day after, the next stage begins, and it was announced for that day."""
    assert staged(orders, last, settings)[0] == stage
    name, entered, before, _ahead = staged(orders, last + 1, settings)
    assert (name, entered, before) == (then, last + 1, stage)
    if then in {"dormant", "lost"}:
        assert staged(orders, last, settings)[3] == last + 1


def test_without_a_population_the_own_rhythm_stands_alone():
    """Nothing frozen in a new programme must not leave everybody without a stage."""
    assert staged(SLOW, 500, typical=None)[0] == "mature"
    assert staged(SLOW, 501, typical=None)[:2] == ("dormant", 501)
    assert staged([0], 91, typical=None)[0] == "dormant"


def test_rhythm_then_and_now():
    """A rhythm known before the first interval, or with what came later in it, would call an
    order a comeback that was none then."""
    known = past([[], [0], [0, 10, 40], [5, 25]], 50)
    drawn = [(10 * 30**3) ** (1 / 4), (10 * 30 * 30**3) ** (1 / 5), (20 * 30**3) ** (1 / 4)]
    # Known to a thousandth of a day.
    drawn = [round(days, 3) for days in drawn]
    assert known.rhythm_then.tolist() == pytest.approx([30.0, drawn[0], 30.0])
    assert known.rhythm.tolist() == pytest.approx([30.0, 30.0, *drawn[1:]])
    known = past([[], [0], [0, 10, 40], [5, 25]], 50, typical=None)
    assert known.rhythm_then.tolist() == pytest.approx([np.nan, 10.0, np.nan], nan_ok=True)
    own = [np.nan, np.nan, round(300**0.5, 3), 20.0]
    assert known.rhythm.tolist() == pytest.approx(own, nan_ok=True)


def test_cycle_of_a_category_goes_before_the_fixed_days():
    """Who bought a yearly product once is not dormant after 90 days; who has a rhythm of its own
    keeps it."""
    known = past([[0], [0], FIVE], 181)
    found = lifecycle.stages(known, PLAIN, cycle=np.array([365.0, np.nan, 365.0]))
    assert [NAMES[code] for code in found["stage"]] == ["new", "lost", "dormant"]
    assert found["stage_next"][0] == 731


def _seasons(years, months=range(4, 10)):
    """Orders on the 10th and the 24th of each month of a season."""
    return [
        day(f"{year}-{month:02}-{one}") for year in years for month in months for one in (10, 24)
    ]


def test_a_season_is_no_lapse():
    """Who buys from April to September was dormant, lost and won back every year; with two years
    of it known, nothing happens in the third winter, nor in the spring after it."""
    orders = _seasons(range(2020, 2025))
    # Two winters have been seen whole from April 2022 on, and won back lasts 90 days.
    days = range(day("2022-09-01"), day("2024-10-01"))
    stages = [staged(orders, one, typical=14)[0] for one in days]
    changes = [pair for pair in zip(stages, stages[1:], strict=False) if pair[0] != pair[1]]
    assert changes == []
    # Without a third spring it is dormant a month after the day of the years before, not lost.
    stages = [
        staged([o for o in orders if o < day("2023-01-01")], one, typical=14)
        for one in (day("2023-05-09"), day("2023-05-12"), day("2023-07-01"))
    ]
    assert [stage[0] for stage in stages] == ["loyal", "dormant", "lost"]


def test_one_silence_is_no_season():
    """A customer silent for a winter once, or in other months each year, is not excused."""
    once = [*_seasons([2021], range(1, 13)), *_seasons([2022])]
    assert staged(once, day("2023-02-01"), typical=14)[0] == "lost"
    other = _seasons([2020], range(1, 8)) + _seasons([2021], range(1, 13)) + _seasons([2022])
    assert staged(other, day("2023-02-01"), typical=14)[0] == "lost"


def test_at_most_one_stage_change_per_season():
    """Seasonal customers of many kinds flipped between won back, dormant and lost."""
    rng = np.random.default_rng(19)
    lives = []
    for _customer in range(40):
        begin, length, step = rng.integers(0, 300), rng.integers(60, 200), rng.integers(7, 35)
        lives.append(
            [
                int(365 * year + begin + one + rng.integers(-3, 4))
                for year in range(7)
                for one in range(0, length, step)
            ]
        )
    known = past(lives, 7 * 365 - 1, 21)
    days = range(3 * 365, 7 * 365, 3)
    moves = lifecycle.replay(known.customers, known.days, 40, PLAIN, days, known.population)
    # The first row of each is the stage of the first day; four seasons follow.
    assert moves.groupby("customer").size().max() - 1 <= 4


def test_potential_since_it_is_known():
    """The order history cannot tell since when somebody is known who never ordered; nobody else
    takes that day."""
    found = lifecycle.stages(past([[], [], [5]], 9), PLAIN, since=np.array([3.0, np.nan, 1.0]))
    assert found["stage_entered"].tolist() == [3.0, pytest.approx(np.nan, nan_ok=True), 5.0]


def test_later_orders_are_refused():
    """A caller that forgets to cut would see the future in a past grading."""
    with pytest.raises(ValueError, match="later"):
        lifecycle.Past(np.array([0]), np.array([11]), 1, 10, plain(MONTH))


@pytest.mark.parametrize(
    "wrong",
    [
        {"mature_ratio": 1.4},
        {"lost_ratio": 2.0},
        {"loyal_ratio": 0.0},
        {"loyal_ratio": -1.0},
        {"mature_ratio": float("nan")},
        {"dormant_days": 180},
        {"dormant_days": 0},
        {"lost_days": -1},
        {"new_days": 0},
        {"won_back_days": 0},
        {"new_orders": 0},
        {"new_orders": 10},
        {"min_orders": 1},
        {"min_orders": 11},
    ],
)
def test_thresholds_out_of_order_are_refused(wrong):
    """They would leave stages that nobody can be in, without a word."""
    with pytest.raises(ValueError, match="must|need|takes"):
        Lifecycle(**wrong)


def test_nobody_has_no_stage():
    """A programme without customers, and one whose customers never ordered."""
    assert lifecycle.stages(past([], 10), PLAIN)["stage"].tolist() == []
    assert lifecycle.stages(past([[], []], 10), PLAIN)["stage"].tolist() == [1, 1]
    assert sum(lifecycle.head_counts(past([], 10), [PLAIN])[0].values()) == 0


# The first of each month for three years; a letter each: Potential, New, Mature, Loyal, Dormant,
# loSt (x), Won back.
LETTERS = dict(zip(STAGES, "PNMLDxW", strict=True))
FIRSTS = [day(f"{year}-{month:02}-01") for year in (2022, 2023, 2024) for month in range(1, 13)]
MONTHLY = [day(f"{year}-{month:02}-15") for year in (2022, 2023, 2024) for month in range(1, 13)]
LIVES = {
    "a clockwork customer": (MONTHLY, "PNNNMMMMMMLL LLLLLLLLLLLL LLLLLLLLLLLL"),
    "one order and no more": (MONTHLY[:1], "PNNNDDDxxxxx xxxxxxxxxxxx xxxxxxxxxxxx"),
    "a year, then silence": (MONTHLY[:12], "PNNNMMMMMMLL LMDDxxxxxxxx xxxxxxxxxxxx"),
    "back after half a year": (
        MONTHLY[:12] + MONTHLY[18:],
        "PNNNMMMMMMLL LMDDxxxWWWLL LLLLLLLLLLLL",
    ),
    "a late beginner": (MONTHLY[30:], "PPPPPPPPPPPP PPPPPPPPPPPP PPPPPPPNNNMM"),
    "never": ([], "PPPPPPPPPPPP PPPPPPPPPPPP PPPPPPPPPPPP"),
}


@pytest.mark.parametrize("name", LIVES)
def test_month_by_month_over_three_years(name):
    """The as-of day moved through a life shows each stage when it was due; what comes later does
    not change what was."""
    orders, expected = LIVES[name]
    found = "".join(LETTERS[staged(orders, first)[0]] for first in FIRSTS)
    assert found == expected.replace(" ", "")


def test_replayed_stages_are_those_of_each_day():
    """The flow between stages by month must add up to the stages of the last one, each move
    beginning where the one before it ended."""
    lives = [orders for orders, _letters in LIVES.values()]
    known = past(lives, FIRSTS[-1])
    arguments = (known.customers, known.days, known.size, PLAIN, FIRSTS, plain(MONTH))
    moves = lifecycle.replay(*arguments)
    now = {}
    for move in moves.itertuples():
        assert now.get(move.customer, 0) == move.before != move.after
        assert move.entered <= move.day
        now[move.customer] = move.after
    stages = lifecycle.stages(known, PLAIN)["stage"]
    assert now == {n: code for n, code in enumerate(stages.tolist()) if code != STAGES["potential"]}
    # Before the first order nobody is in a stage to move from.
    assert (moves.groupby("customer")["before"].first() == 0).all()


def _graded(orders, settings):
    program = Program(1, (), typical_interval=30.0, lifecycle=settings)
    return pipeline.grade(facts(orders, customers=[1, 2, 3, 4]), program, AS_OF)


def test_grading_brings_the_stage():
    """The stage comes with every grading of a programme that has a lifecycle, from the same
    orders as the rest: frequent ones, up to the as-of day."""
    orders = [
        *[(1, TODAY - 30 * n, 10.0) for n in range(5)],
        (2, TODAY - 100, 10.0),
        (2, TODAY + 1, 10.0),
        (3, TODAY - 100, 10.0),
        (3, TODAY, 10.0, False),
    ]
    frame = _graded(orders, PLAIN)
    stages = [NAMES[code] for code in frame["stage"]]
    assert stages == ["mature", "dormant", "dormant", "potential"]
    without = _graded(orders, None)
    assert not any(name.startswith("stage") for name in without)
    assert_same(frame[without.columns], without)
