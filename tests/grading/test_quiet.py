"""When a message may come, and who is held back."""

import random
from datetime import date, datetime, timedelta

import pytest
import pytz
from grading import assignment
from grading.quiet import (
    PATIENCE,
    SEND,
    SKIP,
    WAIT,
    Caps,
    Days,
    Policy,
    Situation,
    Window,
    decide,
    local_time,
    next_allowed,
    next_free,
    own_hours,
)
from hypothesis import given
from hypothesis import strategies as st

from tools.stress import contact_year

WINDOW = Window()
WORKING = (Days(),)
ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Brussels",
    "America/New_York",
    "Pacific/Kiritimati",  # UTC+14
    "Pacific/Pago_Pago",  # UTC−11
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",
    "America/Havana",  # clocks go forward at midnight
]


def test_held_to_the_morning():
    """A mail at 22:15 on Saturday comes on Monday at 9, by the customer's clock."""
    saturday = datetime(2026, 11, 28, 14, 15)
    assert next_allowed(saturday, "Asia/Shanghai", WINDOW, WORKING) == datetime(2026, 11, 30, 1)


def test_nine_is_in_and_eight_in_the_evening_is_not():
    """An hour that belongs to both sides of a bound lets messages come in quiet hours."""
    day = datetime(2026, 11, 30)
    for hour, allowed in ((8, 9), (9, 9), (19, 19)):
        assert next_allowed(day.replace(hour=hour), "UTC", WINDOW, WORKING).hour == allowed
    evening = next_allowed(day.replace(hour=20), "UTC", WINDOW, WORKING)
    assert evening == datetime(2026, 12, 1, 9)


@pytest.mark.parametrize(
    ("send_at", "zone", "expected"),
    [
        # Another day already, or still.
        (datetime(2026, 11, 29, 19), "Pacific/Kiritimati", datetime(2026, 11, 29, 19)),
        (datetime(2026, 11, 30, 8), "Pacific/Pago_Pago", datetime(2026, 11, 30, 20)),
        # Clocks go forward on 29 March and back on 25 October, both a Sunday.
        (datetime(2026, 3, 28, 12), "Europe/Brussels", datetime(2026, 3, 30, 7)),
        (datetime(2026, 10, 24, 12), "Europe/Brussels", datetime(2026, 10, 26, 8)),
    ],
)
def test_far_zones_and_summer_time(send_at, zone, expected):
    """Hours counted in UTC, or by yesterday's offset, ring at night."""
    assert next_allowed(send_at, zone, WINDOW, WORKING) == expected


def test_hours_that_a_day_does_not_have():
    """The window lies in the hour over which clocks are put forward: the day has none of it."""
    every_day = (Days(weekdays=frozenset(range(7))),)
    night = Window(2, 3)
    got = next_allowed(datetime(2026, 3, 29, 0), "Europe/Brussels", night, every_day)
    assert local_time(got, "Europe/Brussels") == datetime(2026, 3, 30, 2)


def test_days_that_make_up_for_a_holiday():
    """In China people work on a Sunday to be free for a week; the Sunday is a working day there,
    and none in a country beside it."""
    sunday = date(2026, 9, 20)
    china = Days(holidays=frozenset({date(2026, 10, 1)}), extra=frozenset({sunday}))
    noon = datetime(2026, 9, 20, 4)
    assert next_allowed(noon, "Asia/Shanghai", WINDOW, (china, china)) == noon
    assert next_allowed(noon, "Asia/Shanghai", WINDOW, (china, Days())).day == 21
    holiday = datetime(2026, 10, 1, 4)
    assert next_allowed(holiday, "Asia/Shanghai", WINDOW, (Days(), china)).day == 2


def test_nobody_works():
    """A calendar without a working day must not keep the sender busy for ever."""
    never = (Days(weekdays=frozenset()),)
    assert next_allowed(datetime(2026, 1, 1), "UTC", WINDOW, never) is None
    verdict = decide(datetime(2026, 1, 1), datetime(2026, 1, 1), Situation(sides=never), Policy())
    assert (verdict.outcome, verdict.reason) == (SKIP, "too_late")


def test_bad_settings():
    """Hours that leave none and caps of none are refused where they are typed."""
    for opens, closes in ((9, 9), (20, 9), (-1, 5), (9, 25)):
        with pytest.raises(ValueError):
            Window(opens, closes)
    for caps in ({"month": 0}, {"week": 0}):
        with pytest.raises(ValueError):
            Caps(**caps)


def test_caps():
    """One message in 7 days and two in 30, over everything."""
    now = datetime(2026, 6, 30, 12)
    assert next_free([], now, Caps()) == now
    assert next_free([now - timedelta(2)], now, Caps()) == now + timedelta(5)
    two = [now - timedelta(10), now - timedelta(20)]
    assert next_free(two, now, Caps()) == now + timedelta(10)
    assert next_free([now - timedelta(31), now - timedelta(8)], now, Caps()) == now


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(ZONES),
    st.floats(0, 23),
    st.floats(0.5, 10),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 10_000),
)
def test_always_within(send_at, zone, opens, length, weekdays, seed):
    """Whatever is asked: never before, in the hours, on a working day, and as it stands when it
    is asked again at that moment."""
    send_at = send_at.replace(microsecond=0)
    window = Window(opens, min(24, opens + length))
    rng = random.Random(seed)
    off = frozenset(send_at.date() + timedelta(rng.randrange(-2, 20)) for _n in range(8))
    sides = (Days(weekdays=weekdays, holidays=off), Days(weekdays=frozenset(range(7))))
    at = next_allowed(send_at, zone, window, sides)
    assert at >= send_at
    local = local_time(at, zone)
    assert all(side.works(local.date()) for side in sides)
    hour = local.hour + local.minute / 60 + (local.second + local.microsecond / 1e6) / 3600
    assert window.opens - 1e-6 <= hour < window.closes + 1e-6 or _clocks_changed(local, zone)
    assert next_allowed(at, zone, window, sides) == at


def _clocks_changed(local, zone):
    tz = pytz.timezone(zone)
    day = datetime.combine(local.date(), datetime.min.time())
    return tz.localize(day).utcoffset() != tz.localize(day + timedelta(days=1)).utcoffset()


def test_own_hours():
    """A habit is five events, and never outside the hours of everybody."""
    morning = [datetime(2026, 6, n, 9, 30) for n in range(1, 8)]
    assert own_hours(morning, "UTC", WINDOW) == Window(9, 11)
    assert own_hours(morning[:4], "UTC", WINDOW) is None
    nights = [datetime(2026, 6, n, 23) for n in range(1, 20)]
    assert own_hours(nights, "UTC", WINDOW) is None


def test_reasons():
    """Somebody wonders why a mail was not sent: there is one reason, the first that holds."""
    now = datetime(2026, 12, 1, 12)
    sent = (now - timedelta(2),)
    cases = [
        (Situation(), SEND, ""),
        (Situation(stopped="ordered", snoozed="quotation", sent=sent), SKIP, "ordered"),
        (Situation(snoozed="quotation", sent=sent), WAIT, "quotation"),
        (Situation(sent=sent), SKIP, "cap"),
        (Situation(sent=(now - timedelta(6),)), WAIT, "cap"),
        (Situation(zone="America/New_York"), WAIT, "quiet"),
    ]
    for situation, outcome, reason in cases:
        verdict = decide(now, now, situation, Policy())
        assert (verdict.outcome, verdict.reason) == (outcome, reason)
    late = decide(now - PATIENCE - timedelta(1), now, Situation(), Policy())
    assert (late.outcome, late.reason) == (SKIP, "too_late")
    # Neither hours nor caps are for what colleagues have to do.
    call = decide(now, now, Situation(sent=sent, zone="America/New_York"), Policy(), counted=False)
    assert call.outcome == SEND


def test_a_year_of_overlapping_rules():
    """Five rules that know nothing of each other write to a customer three times a week, at
    night and on holidays. The same with 2,000 customers: ``./dev stress contact``."""
    found = contact_year.simulate(customers=60, days=365, rules=5, seed=7)
    assert found.outside == 0
    assert found.over_cap == 0
    assert found.while_snoozed == 0
    assert found.without_reason == 0
    assert found.sent > 60 * 5
    assert {"cap", "quiet", "quotation", "too_late"} <= set(found.reasons)


def test_half_years():
    assert assignment.period(date(2026, 6, 30)) == "2026H1"
    assert assignment.period(date(2026, 7, 1)) == "2026H2"


def test_assignment():
    """A share that is not kept, or the same customers held back by every rule and for ever: what
    is measured then is something else."""
    buckets = [assignment.bucket("db", "rule:1:2026H2", n) for n in range(20_000)]
    assert all(0 <= b < assignment.BUCKETS for b in buckets)
    share = sum(assignment.arm(b, 20) == assignment.CONTROL for b in buckets) / len(buckets)
    assert abs(share - 0.2) < 0.01
    assert not any(assignment.arm(b, 0) == assignment.CONTROL for b in buckets)
    again = [assignment.bucket("db", "rule:1:2027H1", n) for n in range(20_000)]
    both = sum(a < 2000 and b < 2000 for a, b in zip(buckets, again, strict=True))
    assert abs(both / len(buckets) - 0.04) < 0.006
    # Written down, so that what is stored for years stays explainable.
    assert assignment.bucket("db", "rule:1:2026H2", 7) == buckets[7] == 9741


def test_arms_do_not_overlap():
    assert assignment.arm(1999, 20, 10) == assignment.CONTROL
    assert assignment.arm(2000, 20, 10) == assignment.OFFER
    assert assignment.arm(2999, 20, 10) == assignment.OFFER
    assert assignment.arm(3000, 20, 10) == assignment.TREATED
