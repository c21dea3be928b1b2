"""What is learnt from how customers order, and foreseen of each of them."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from grading import policy, rhythm
from hypothesis import given
from hypothesis import strategies as st

UNTIL = 1500


def _log(customers, kind, seed=19):
    """Order days of made-up customers, each at a pace of its own: regular ones with an eighth of
    it give or take, the others by chance, of ``chance`` all at one pace; of ``mixed`` every other
    one is regular."""
    rng = np.random.default_rng(seed)
    pairs = []
    for customer in range(customers):
        pace, day = rng.lognormal(3.4, 0.5), int(rng.integers(0, 200))
        pace = 40 if kind == "chance" else pace
        regular = kind == "regular" or (kind == "mixed" and customer % 2)
        while day <= UNTIL:
            pairs.append((customer, day))
            step = rng.normal(pace, pace / 8) if regular else rng.exponential(pace)
            day += max(1, round(step))
    return rhythm.order_days(*np.array(pairs).T)


def _learnt(kind, until=UNTIL):
    return rhythm.learn(*_log(300, kind), until)


def _spell(gaps, known):
    """What is foreseen of a customer with such intervals."""
    days = np.cumsum([0, *gaps])
    spells = rhythm.Spells.of(np.zeros(len(days), dtype=int), days, int(days[-1]))
    return rhythm.Foresight(known, spells.last(1))


def test_kaplan_meier_by_hand():
    """Intervals that are not over yet count as longer: of four, one ends after 2, one is open
    after 3, one ends after 5: 1/4, then half of the rest."""
    values, ended = np.array([2.0, 3.0, 5.0, 9.0]), np.array([True, False, True, False])
    found, shares = rhythm.kaplan_meier(values, ended)
    assert found.tolist() == [2.0, 5.0]
    assert shares.tolist() == pytest.approx([0.25, 1 - 0.75 * 0.5])


def test_spells_by_hand():
    """What had been known at each order: nothing at the first, and no other customer's."""
    customers, days = np.array([0, 0, 0, 2]), np.array([0, 10, 50, 7])
    found = rhythm.Spells.of(customers, days, 60)
    assert found.days.tolist() == [10, 40, 10, 53]
    assert found.ended.tolist() == [True, True, False, False]
    assert found.count.tolist() == [0, 1, 2, 0]
    centres = [0.0, math.log(10), (math.log(10) + math.log(40)) / 2, 0.0]
    assert found.centre.tolist() == pytest.approx(centres)
    variance = (math.log(10) - math.log(40)) ** 2 / 2
    assert found.variance.tolist()[2] == pytest.approx(variance, rel=1e-3)
    last = found.last(4)
    assert last.count.tolist() == [2, 0, 0, 0]
    assert np.isnan(last.start).tolist() == [False, True, False, True]


def test_without_a_rhythm_there_is_the_best_constant():
    """Where all order by chance at one pace, own intervals tell nothing of the next one: drawing
    to them made the error larger than one day for all."""
    known = _learnt("chance")
    assert known.weight < 0.02
    fast, slow = (_spell([gap] * 4, known).expected()[0] for gap in (5, 200))
    assert slow / fast < 1.4
    # Exponential: ln 2 x 40 = 27.7 days, and ln 5 x 40 = 64.4.
    assert known.typical == pytest.approx(28, abs=2)
    assert known.late == pytest.approx(64, abs=4)


def test_own_intervals_weigh_by_what_they_tell():
    """Where customers differ, five intervals of its own are nearly all that counts."""
    known = _learnt("mixed")
    found = _spell([10] * 5, known)
    assert found.own_weight[0] > 0.7
    assert found.expected()[0] == pytest.approx(10, rel=0.15)
    assert _spell([60] * 5, known).expected()[0] > 40


def test_who_never_comes_back_counts():
    """Of a hundred first orders ten are followed by another, after ten days: half have not ordered
    again within ten days, and no day is known by which they have."""
    customers = np.concatenate([np.arange(100), np.arange(10), np.arange(10), np.arange(10)])
    days = np.concatenate([np.zeros(100), *(np.full(10, day) for day in (10, 20, 30))]).astype(int)
    known = rhythm.learn(*rhythm.order_days(customers, days), 400)
    found = _spell([], known)
    assert np.isnan(found.expected()[0])
    assert found.late()[0] == pytest.approx(10, rel=0.1)
    assert found.share(np.array([100]))[0] < 0.5
    # Of 130 order days 30 are followed by another: to say “half within” of any day would be false.
    assert known.half == known.most < 0.3
    assert (_learnt("chance").half, _learnt("chance").most) == (0.5, 0.8)


def _log_of_some_who_leave(number=600, stay=0.7, gap=30):
    """Each order is the last one of three in ten, the others order every 15 to 60 days."""
    rng = np.random.default_rng(5)
    pairs = []
    for customer in range(number):
        day = float(rng.uniform(0, 600))
        while day <= UNTIL:
            pairs.append((customer, int(day)))
            if rng.random() > stay:
                break
            day += gap * 2 ** rng.uniform(-1, 1)
    return rhythm.order_days(*np.array(pairs).T)


def test_who_stays_away_does_not_move_the_day():
    """Where three in ten never come back, the day by which half of all have ordered again is one
    by which nearly all have who do: it was 30 % behind a constant, counted over those who came."""
    customers, days = _log_of_some_who_leave()
    known = rhythm.learn(customers, days, UNTIL)
    assert known.within == 365
    assert known.again == pytest.approx(0.7, abs=0.03)
    assert known.soon == pytest.approx(30, abs=1)
    assert known.typical > 38
    found = _spell([], known)
    assert found.expected()[0] == pytest.approx(30, abs=2)
    assert found.days(0.5)[0] > 36
    assert found.expected()[0] < found.late()[0]


def test_slow_buyers_come_back_after_years():
    """Who orders every two years is none who stayed away and came back by chance: an order was
    expected after half of the time, since hardly anybody orders again within a year."""
    customers = np.repeat(np.arange(100), 6)
    days = np.tile(np.arange(6) * 730, 100) + np.arange(600) % 97
    known = rhythm.learn(*rhythm.order_days(customers, days), 5 * 730 + 100)
    assert known.within == 2 * known.typical > 1400
    assert known.soon == pytest.approx(730, abs=40)
    assert _spell([], known).expected()[0] == pytest.approx(730, abs=40)


def test_most_take_longer_than_others():
    """Where most of those with one order take years, who came within one is the exception: an
    order was expected on the day of these few."""
    curve = policy.Curve(0, tuple(np.linspace(5, 7, 16)), 7.0, 0.8)
    for later, back in ((0.0, 0.57), (1.0, 0.8)):
        logs = tuple(log + later for log in curve.logs)
        moved = replace(curve, logs=logs, last=curve.last + later)
        known = policy.Rhythm(30, 90, 3.4, 0.5, 1.0, 1.0, 0.0, (moved,), within=600)
        (moved,) = rhythm.returning(known).curves
        assert moved.back == pytest.approx(back, abs=0.01)


def test_what_was_frozen_before_means_what_it_meant():
    """Kept rules know nothing of those who come back: an upgrade moved the days that they gave,
    by which half of all have ordered again."""
    customers, days = _log_of_some_who_leave()
    known = rhythm.learn(customers, days, UNTIL)
    old = asdict(known)
    for name in ("within", "again", "soon"):
        del old[name]
    for curve in old["curves"]:
        del curve["back"]
    kept = policy.read_rhythm(old)
    found = _spell([], kept)
    assert found.expected()[0] == found.days(0.5)[0]
    now = rhythm.returning(kept)
    assert now.curves == known.curves and now.within == known.within
    assert rhythm.returning(now) == now


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3000)), max_size=120))
def test_expected_comes_before_half_of_all_have_ordered(orders):
    """Whatever the log: who comes back has ordered no later than all, and no day is named where
    fewer than half are seen to."""
    columns = np.array(orders, dtype=np.int64).reshape(-1, 2)
    customers, days = rhythm.order_days(columns[:, 0], columns[:, 1])
    known = rhythm.learn(customers, days, 3000) or rhythm.plain(30)
    found = rhythm.Foresight(known, rhythm.Spells.of(customers, days, 3000))
    expected, half = found.expected(), found.days(0.5)
    assert (np.isnan(expected) == np.isnan(half)).all()
    named = ~np.isnan(expected)
    assert (expected[named] <= half[named]).all()
    assert (expected[named] <= found.late()[named]).all()


@pytest.mark.parametrize("kind", ["random", "mixed", "regular"])
def test_chance_is_rarely_called_regular(kind):
    """A customer who orders by chance was called regular in 72 of 100 cases, and given a day:
    at most 12, 3 and 1 of 100 may be after three, five and eight intervals."""
    known, rng = _learnt(kind), np.random.default_rng(7)
    for count, most in ((3, 0.12), (5, 0.03), (8, 0.01)):
        gaps = np.maximum(1, np.rint(rng.exponential(30, (20_000, count)))).astype(int)
        days = np.concatenate([np.zeros((20_000, 1), int), gaps.cumsum(1)], 1).ravel()
        customers = np.repeat(np.arange(20_000), count + 1)
        last = rhythm.Spells.of(customers, days, 10**5).last(20_000)
        assert rhythm.Foresight(known, last).regular.mean() <= most


@pytest.mark.parametrize("kind", ["mixed", "regular"])
def test_days_given_come_true(kind):
    """A day is a promise: of later orders of those given one, at least 60 of 100 come within a
    quarter of the interval of it."""
    known = _learnt(kind, until=800)
    spells = rhythm.Spells.of(*_log(300, kind), UNTIL)
    spells = spells[(spells.start > 800) & (spells.start < 1200)]
    found = rhythm.Foresight(known, spells)
    assert found.regular.mean() > 0.4
    near = np.abs(spells.days - found.expected()) <= 0.25 * found.expected()
    assert near[found.regular].mean() >= 0.6


@pytest.mark.parametrize("kind", ["random", "mixed", "regular"])
def test_shares_hold_on_later_orders(kind):
    """“Half of such customers have ordered again by” was true in 40 of 100 cases, and a window
    held 44 to 68: half, four of five and 80 of 100 it must be, of orders not learnt from."""
    known = _learnt(kind, until=800)
    spells = rhythm.Spells.of(*_log(300, kind), UNTIL)
    spells = spells[(spells.start > 800) & (spells.start < 1200)]
    found = rhythm.Foresight(known, spells)
    assert (spells.days <= found.expected()).mean() == pytest.approx(0.5, abs=0.06)
    assert (spells.days <= found.late()).mean() == pytest.approx(0.8, abs=0.04)
    inside = (spells.days >= found.days(0.1)) & (spells.days <= found.days(0.9))
    assert inside.mean() == pytest.approx(0.8, abs=0.04)


def test_given_the_silence_so_far():
    """What half have done who were silent as long lies ahead, never in the past, and what is left
    of the probability falls with it."""
    found = _spell([20, 40, 30], _learnt("random"))
    for silent in (1, 30, 60, 90):
        days = np.array([silent])
        assert silent < found.days(0.5, days)[0] < found.late(days)[0]
    share = found.share(found.days(0.5, np.array([30])))[0]
    before = found.share(np.array([30]))[0]
    assert (share - before) / (1 - before) == pytest.approx(0.5, abs=0.01)
    nothing = found.nothing(np.array([30]), 30)[0]
    assert nothing == pytest.approx((1 - found.share(np.array([60]))[0]) / (1 - before))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900)), max_size=60))
def test_any_log_is_learnt_from(orders):
    """Whatever the log, days rise with the share, and the customer alone has the same as among
    all."""
    columns = np.array(orders, dtype=np.int64).reshape(-1, 2)
    customers, days = rhythm.order_days(columns[:, 0], columns[:, 1])
    known = rhythm.learn(customers, days, 900) or rhythm.plain(30)
    spells = rhythm.Spells.of(customers, days, 900)
    found = rhythm.Foresight(known, spells.last(4))
    days_of = [found.days(share, settled=True) for share in (0.1, 0.5, 0.8, 0.9)]
    assert all((a <= b)[~np.isnan(a)].all() for a, b in zip(days_of, days_of[1:], strict=False))
    for customer in range(4):
        own = spells[customers == customer]
        if len(own.days):
            alone = rhythm.Foresight(known, own).days(0.5, settled=True)[-1]
            assert alone == days_of[1][customer]


def test_no_day_is_beyond_the_calendar():
    """One standing with a day after the year 9999 could be neither written nor read any more."""
    known = rhythm.around(_learnt("random"), 3650)
    found = _spell([40_000, 40_000], known)
    for days in (found.expected(), found.late(), found.days(0.9)):
        assert days[0] <= 36_500
    assert found.worth_a_call(found.late(), 30, 0.999)[0] <= 36_500


def test_a_call_waits_until_it_is_worth_it():
    """Of fast customers who are late, half order within a month anyway: a call then is one for
    nothing. It comes once most would not; who is beyond all that was seen, at once."""
    known = _learnt("random")
    found = _spell([3, 4, 3, 5, 3, 4, 3, 4], known)
    late = found.late()
    call = found.worth_a_call(late, 30, 0.8)
    assert call[0] >= late[0]
    assert found.nothing(call, 30)[0] >= 0.8
    assert found.nothing(np.array([30_000.0]), 30)[0] == 1.0
    assert np.isnan(found.worth_a_call(np.array([np.nan]), 30, 0.8)[0])


def test_too_few_intervals_are_not_learnt_from():
    """Nine intervals are no population: nothing is frozen from them."""
    assert rhythm.learn(np.zeros(10, dtype=int), np.arange(10) * 7, 100) is None


def test_what_stands_in_for_what_was_not_learnt():
    """A typed interval is the median of who has none of its own; without one, own intervals stand
    alone, and who has none has no day."""
    assert _spell([], rhythm.plain(30)).expected()[0] == pytest.approx(30)
    assert _spell([10], rhythm.plain(30)).expected()[0] == pytest.approx(
        (10 * 30**3) ** 0.25, abs=1e-3
    )
    assert _spell([10, 40], rhythm.plain(None)).expected()[0] == pytest.approx(20)
    assert np.isnan(_spell([], rhythm.plain(0)).expected()[0])


def test_a_typed_interval_moves_what_was_learnt():
    """Who types that customers order every 60 days is obeyed, with the shape that was learnt."""
    known = _learnt("random")
    moved = rhythm.around(known, 2 * known.typical)
    assert moved.typical == 2 * known.typical
    for gaps in ([], [20, 30]):
        one, two = (_spell(gaps, k) for k in (known, moved))
        pace = 2 ** (1 - one.own_weight[0])
        assert two.expected()[0] == pytest.approx(pace * one.expected()[0], rel=1e-3)
    assert rhythm.around(known, 0) is rhythm.around(known, known.typical) is known


def test_kept_rules_read_back():
    """A rhythm is kept for years in the rules that explain a grade; rules from before it had one
    mean the interval that they have."""
    known = _learnt("mixed")
    program = policy.Program(1, (), typical_interval=30, rhythm=known)
    kept = json.loads(json.dumps(policy.to_rules(program)))
    assert kept["format"] == 2
    assert policy.from_rules(kept) == program
    old = {**kept, "format": 1}
    del old["rhythm"]
    read = policy.from_rules(old)
    assert read.rhythm is None
    assert rhythm.of_program(read) == rhythm.plain(30)
    assert asdict(known)["curves"][0]["intervals"] == 0
