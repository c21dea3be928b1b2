"""The tiers of a customer over time, as numbers and texts for the client to draw.

Across everything is in percent, so that the picture fits any width without stretching its texts.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from babel.dates import format_skeleton

from odoo.tools import babel_locale_parse, format_date, get_lang
from odoo.tools.i18n import format_list

# Months between two dates on the axis: the first that needs no more of them than this.
STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 360)
MOST_TICKS = 7
# Shorter histories have their first and last day named instead.
SHORT_DAYS = 92
ICONS = {"merge": "fa-compress", "lock": "fa-lock"}


def format_month(env, day):
    """Month and year as the user's language writes them, and in its order."""
    return format_skeleton("yMMM", day, locale=babel_locale_parse(get_lang(env).code))


def format_year(env, day):
    return format_date(env, day, date_format="yyyy")


@dataclass
class Piece:
    """A stretch of time in one tier; the end is the first day that no longer belongs to it."""

    start: date
    end: date
    change: object
    tier: object = field(init=False)
    by_hand: bool = field(init=False)

    def __post_init__(self):
        self.tier, self.by_hand = self.change.to_tier_id, self.change.by_hand

    def title(self, env, last_day):
        """The stretch in words."""
        names = {"tier": self.tier.display_name, "start": format_date(env, self.start)}
        if self.end > last_day:
            text = env._("%(tier)s since %(start)s", **names)
        else:
            names["end"] = format_date(env, self.end - timedelta(days=1))
            text = env._("%(tier)s from %(start)s to %(end)s", **names)
        if not self.by_hand:
            return text
        note = self.change.note
        return (
            env._("%(text)s, set by hand: %(note)s", text=text, note=note)
            if note
            else env._("%s, set by hand", text)
        )


def pieces(changes, end):
    """Stretches of the same tier, the last change of a day being the one that counts.

    :param changes: ``customer.tier.change`` in their order
    :param end: the first day that is no longer drawn
    """
    result = []
    for change in changes:
        if result and result[-1].start == change.date:
            result.pop()
        state = (change.to_tier_id, change.by_hand)
        if result and (result[-1].tier, result[-1].by_hand) == state:
            result[-1].end = end
            continue
        if result:
            result[-1].end = change.date
        result.append(Piece(change.date, end, change))
    return result


def picture(standing, changes, today):
    """What the client draws, or ``{"since": text}`` where there is but one stretch to tell of;
    ``False`` without any.

    :param changes: the lines of the standing's history that are about its tier
    """
    env = standing.env
    changes = changes.sorted(lambda change: (change.date, change.id))
    own = changes.filtered(lambda change: not change.merged_from)
    end = max([today, *changes.mapped("date")]) + timedelta(days=1)
    tracks = [pieces(own, end)]
    for name in dict.fromkeys(changes.filtered("merged_from").mapped("merged_from")):
        theirs = changes.filtered(lambda change, name=name: change.merged_from == name)
        tracks.append(pieces(theirs, _merged_on(changes - theirs, theirs[-1:], end)))
    drawn = [piece for track in tracks for piece in track if piece.tier]
    if not drawn:
        return False
    if len(drawn) == 1 and len(tracks[0]) == 1:
        return {"since": _since(env, drawn[0])}
    axis = Axis(min(piece.start for piece in drawn), end)
    levels = _levels(standing, [piece.tier for piece in drawn])
    last_day = end - timedelta(days=1)
    return {
        "levels": [{"name": tier.display_name, "color": tier.color} for tier in levels],
        "bars": [
            _bar(axis, levels, piece, piece.title(env, last_day), merged=track is not tracks[0])
            for track in tracks
            for piece in track
            if piece.tier
        ],
        "steps": [
            {
                "x": axis.x(after.start),
                "top": min(ends),
                "size": abs(ends[0] - ends[1]),
                "merged": track is not tracks[0],
            }
            for track in tracks
            for before, after in zip(track, track[1:], strict=False)
            if (ends := _ends(levels, before, after))
        ],
        "marks": [_mark(env, axis, change) for change in changes if change.reason in ICONS],
        "ticks": axis.ticks(env),
        "by_hand": any(piece.by_hand for piece in drawn),
        "merged": format_list(
            env, [name for name in dict.fromkeys(changes.mapped("merged_from")) if name]
        ),
        "summary": " · ".join(p.title(env, last_day) for p in tracks[0] if p.tier),
    }


def _merged_on(others, last, end):
    """The day on which a merged customer's own history ends."""
    days = others.filtered(lambda c: c.reason == "merge" and c.date >= last.date).mapped("date")
    return max(min(days, default=end), last.date + timedelta(days=1))


def _since(env, piece):
    names = {"tier": piece.tier.display_name, "day": format_date(env, piece.start)}
    if piece.by_hand:
        return env._("In %(tier)s since %(day)s, set by hand.", **names)
    return env._("In %(tier)s since %(day)s.", **names)


def _levels(standing, tiers):
    """The tiers of the programme and those of the history, the best one first."""
    known = standing.program_id.tier_ids.union(*tiers)
    own = standing.program_id
    return known.sorted(lambda t: (t.program_id == own, t.sequence, t.id), reverse=True)


def _bar(axis, levels, piece, title, merged):
    left, right = axis.x(piece.start), axis.x(piece.end)
    return {
        "x": left,
        "width": round(right - left, 3),
        "level": levels.ids.index(piece.tier.id),
        "color": piece.tier.color,
        "by_hand": piece.by_hand,
        "merged": merged,
        "title": title,
    }


def _ends(levels, before, after):
    """The levels that a step joins, nothing where one side has no tier."""
    if not (before.tier and after.tier) or before.tier == after.tier:
        return ()
    return levels.ids.index(before.tier.id), levels.ids.index(after.tier.id)


def _mark(env, axis, change):
    parts = [format_date(env, change.date), change.note, change.user_id.name]
    return {
        "x": axis.x(change.date),
        "icon": ICONS[change.reason],
        "title": " – ".join(part for part in parts if part),
    }


class Axis:
    """Days from a first one up to an end that is no longer drawn."""

    def __init__(self, start, end):
        self.start, self.end = start, end
        self.days = (end - start).days

    @property
    def last(self):
        """The last day that is drawn."""
        return self.end - timedelta(days=1)

    def x(self, day):
        return round(100 * (day - self.start).days / self.days, 3)

    def ticks(self, env):
        """Dates on the axis; those with ``minor`` are left out in a narrow window."""
        if self.days < SHORT_DAYS:
            days = [self.start, self.last] if self.last > self.start else [self.start]
            return [
                {"x": 0 if day == self.start else 100, "text": format_date(env, day), "edge": True}
                for day in days
            ]
        months, step = self._months()
        written = format_year if step % 12 == 0 else format_month
        return [
            {
                "x": self.x(day),
                "text": written(env, day),
                "minor": bool(position % 2),
            }
            for position, day in enumerate(months)
        ]

    def _months(self):
        """First days of months, and how many months lie between them."""
        for step in STEPS:
            number = (self.start.year * 12 + self.start.month - 1) // step * step
            days = []
            while (day := date(number // 12, number % 12 + 1, 1)) < self.end:
                # A date at the very edge would be cut off.
                if 3 <= self.x(day) <= 97:
                    days.append(day)
                number += step
            if len(days) <= MOST_TICKS:
                break
        return days, step
