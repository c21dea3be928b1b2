"""When a customer may be written to: hours, working days of both sides, and not too often.

Moments are naive ``datetime`` in UTC, hours are local ones of the customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pytz

# Longer than any closure; who has no working day at all is never written to.
DAYS_LOOKED_AT = 400
# What was due and could not be sent for so long is no longer worth saying.
PATIENCE = timedelta(days=3)
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
# Events that make hours a habit, and how long the habit's block is.
HABIT_EVENTS, HABIT_HOURS = 5, 2

SEND, WAIT, SKIP = "send", "wait", "skip"


@dataclass(frozen=True)
class Window:
    """Hours of a day in which messages may come, from the first up to the second, which is no
    longer one of them.

    :param opens: hours since midnight, such as 9.5
    :param closes: hours since midnight, at most 24
    """

    opens: float = 9.0
    closes: float = 20.0

    def __post_init__(self):
        if not 0 <= self.opens < self.closes <= 24:
            raise ValueError(f"no hour is left from {self.opens} to {self.closes}")

    def within(self, other):
        """The part of these hours that lies in others, or the others where none does."""
        opens, closes = max(self.opens, other.opens), min(self.closes, other.closes)
        return Window(opens, closes) if opens < closes else other


@dataclass(frozen=True)
class Days:
    """The days on which one side works.

    :param weekdays: 0 is Monday
    :param holidays: days off, whichever weekday they are
    :param extra: days worked although the weekday is none, such as those that make up for a long
        holiday in China
    """

    weekdays: frozenset = frozenset(range(5))
    holidays: frozenset = frozenset()
    extra: frozenset = frozenset()

    def works(self, day):
        if day in self.extra:
            return True
        return day.weekday() in self.weekdays and day not in self.holidays


@dataclass(frozen=True)
class Caps:
    """How many messages a customer gets at most, of all rules and channels together."""

    month: int = 2  # in 30 days
    week: int = 1  # in 7 days

    def __post_init__(self):
        if self.month < 1 or self.week < 1:
            raise ValueError("a cap below 1 sends nothing")


@lru_cache(maxsize=100_000)
def _span(zone: str, day: date, window: Window):
    """First moment in UTC of a day's window, and the first after it."""
    return _moment(zone, day, window.opens), _moment(zone, day, window.closes)


def _moment(zone, day, hours):
    """The moment in UTC when clocks show these hours; where they are put forward over them, the
    moment of that."""
    tz = pytz.timezone(zone)
    local = datetime.combine(day, time()) + timedelta(hours=hours)
    moment = tz.localize(local, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)
    # Of hours that this day does not have, the clocks show later ones.
    while local_time(moment - timedelta(minutes=1), zone) >= local:
        moment -= timedelta(minutes=1)
    return moment


def local_time(moment, zone):
    """What clocks show, a naive ``datetime``."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).replace(tzinfo=None)


def next_allowed(send_at, zone, windows, holidays, own_hours=None):
    """The first moment from one on when a message may come.

    :param send_at: ``datetime``, naive UTC
    :param zone: name of the customer's time zone
    :param windows: :class:`Window` of everybody
    :param holidays: sequence of :class:`Days`, one of each side; all of them have to work
    :param own_hours: :class:`Window` in which this customer is usually active
    :return: ``datetime`` in UTC, None where no day of the next year or so is a working day
    """
    window = own_hours.within(windows) if own_hours else windows
    day = local_time(send_at, zone).date()
    for _n in range(DAYS_LOOKED_AT):
        if all(side.works(day) for side in holidays):
            opens, closes = _span(zone, day, window)
            at = max(send_at, opens)
            if at < closes:
                return at
        day += timedelta(days=1)
    return None


def next_free(sent: Sequence[datetime], now, caps):
    """The first moment from now on when one more message keeps the caps.

    :param sent: moments of all messages of the last 30 days, in any order
    :param caps: :class:`Caps`
    """
    free = now
    for span, most in ((MONTH, caps.month), (WEEK, caps.week)):
        recent = sorted(moment for moment in sent if moment > now - span)
        if len(recent) >= most:
            # By then all but (most − 1) of these are longer ago than the span.
            free = max(free, recent[-most] + span)
    return free


@dataclass(frozen=True)
class Policy:
    """What holds for all customers of a company."""

    window: Window = Window()
    caps: Caps = Caps()


@dataclass(frozen=True)
class Situation:
    """What is known about a customer at the moment of sending.

    :param stopped: why nothing may be sent any more; empty where it may
    :param snoozed: why it has to wait for something else
    :param snoozed_until: ``datetime``; None where nobody knows
    :param sent: moments of the customer's messages of the last 30 days
    """

    zone: str = "UTC"
    sides: tuple = (Days(),)
    own_hours: Window | None = None
    sent: tuple = field(default=())
    stopped: str = ""
    snoozed: str = ""
    snoozed_until: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message that is due.

    :param outcome: ``send``, ``wait`` or ``skip``
    :param reason: the one reason why it is not sent
    :param at: when it is looked at again
    """

    outcome: str
    reason: str = ""
    at: datetime | None = None


def decide(due_at, now, situation, policy, counted=True):
    """What becomes of a message that is due: it has exactly one reason where it is not sent.

    :param due_at: when it was to be sent; being snoozed moves it
    :param counted: whether it is a message to the customer, for which hours and caps are; to-dos
        of colleagues are none
    """
    if situation.stopped:
        return Verdict(SKIP, situation.stopped)
    if situation.snoozed:
        # Nobody knows when: it is asked again every day.
        again = situation.snoozed_until or now + timedelta(days=1)
        return Verdict(WAIT, situation.snoozed, max(again, now + timedelta(hours=1)))
    if not counted:
        return Verdict(SEND)
    if now > due_at + PATIENCE:
        return Verdict(SKIP, "too_late")
    free = next_free(situation.sent, now, policy.caps)
    at = next_allowed(free, situation.zone, policy.window, situation.sides, situation.own_hours)
    if at == now:
        return Verdict(SEND)
    capped = free > now
    if at is None or at > due_at + PATIENCE:
        return Verdict(SKIP, "cap" if capped else "too_late")
    return Verdict(WAIT, "cap" if capped else "quiet", at)


def own_hours(moments, zone, window):
    """The two hours in which somebody is usually active, within those of everybody.

    :param moments: of what people did themselves in the last half-year: confirmed clicks, orders
        on the portal, replies
    :return: :class:`Window`; None for fewer than five events, or none within the window
    """
    hours = [local.hour + local.minute / 60 for local in (local_time(m, zone) for m in moments)]
    inside = [hour for hour in hours if window.opens <= hour < window.closes]
    if len(inside) < HABIT_EVENTS:
        return None
    starts = [window.opens + n for n in range(int(window.closes - window.opens) - HABIT_HOURS + 1)]
    if not starts:
        return None
    counts = {s: sum(s <= hour < s + HABIT_HOURS for hour in inside) for s in starts}
    best = max(starts, key=lambda start: (counts[start], start))
    return Window(best, best + HABIT_HOURS)
