"""When a customer's next order is expected and from when it is late, in words, and what that rests
on."""

from odoo.tools import format_date

from ..tools import sentences
from .words import readable

# What the words follow from.
FIELDS = (
    "next_order_date",
    "next_order_from",
    "next_order_until",
    "next_order_late",
    "late_share",
    "interval_count",
    "own_interval",
    "own_weight",
    "program_id",
)
# Four of five, give or take rounding.
FOUR_OF_FIVE = 0.795


def short(standing):
    """“Expected 12 May · late from 3 June”, for lists and forms; ``False`` without an order."""
    env = standing.env
    parts = []
    if standing.next_order_date:
        parts.append(env._("Expected %s", format_date(env, standing.next_order_date)))
    window = _window(standing)
    if window:
        parts.append(window)
    if standing.next_order_late:
        parts.append(env._("late from %s", format_date(env, standing.next_order_late)))
    return " · ".join(parts) or False


def headline(standing, today, call=False):
    """What an activity says at a glance.

    :param call: whether it is asked for since a call is worth it by now, which may be later than
        the day from which the order is late
    """
    env, late, expected = standing.env, standing.next_order_late, standing.next_order_date
    if call and standing.call_date and late and standing.call_date != late:
        days = {"late": format_date(env, late), "call": format_date(env, standing.call_date)}
        if standing.call_date <= today:
            return env._("Order late since %(late)s, worth a call since %(call)s", **days)
        return env._("Order late from %(late)s, worth a call from %(call)s", **days)
    if late and late <= today:
        return env._("Order late since %s", format_date(env, late))
    if expected and expected <= today:
        return env._("Order expected since %s", format_date(env, expected))
    return env._("Order expected on %s", format_date(env, expected or late))


def call_sentence(standing):
    """“Of 100 such customers who are silent on 3 June, 62 order nothing for another month without a
    call.”; empty where it is not known."""
    env = standing.env
    if not (standing.call_date and standing.stay_away):
        return ""
    return env._(
        "Of 100 such customers who are still silent on %(day)s, %(number)s order nothing for "
        "another month without a call.",
        day=format_date(env, standing.call_date),
        number=readable(env, round(100 * standing.stay_away)),
    )


def _window(standing):
    """Of who orders too irregularly to be expected on a certain day."""
    env = standing.env
    if not standing.next_order_from:
        return False
    start = format_date(env, standing.next_order_from)
    if not standing.next_order_until:
        return env._("from %s on", start)
    end = format_date(env, standing.next_order_until)
    return env._("between %(start)s and %(end)s", start=start, end=end)


def sentence(standing):
    """“Half of such customers who come back have ordered again by 12 May, four of five of all by
    3 June.”"""
    env = standing.env
    if not standing.next_order_late:
        return ""
    words = {
        "late": format_date(env, standing.next_order_late),
        "share": readable(env, round(100 * standing.late_share)),
        "expected": format_date(env, standing.next_order_date),
    }
    if not standing.next_order_date:
        return env._("Of 100 such customers, %(share)s have ordered again by %(late)s.", **words)
    if standing.late_share < FOUR_OF_FIVE:
        return env._(
            "Half of such customers who come back have ordered again by %(expected)s, %(share)s of "
            "100 of all by %(late)s.",
            **words,
        )
    return env._(
        "Half of such customers who come back have ordered again by %(expected)s, four of five of "
        "all by %(late)s.",
        **words,
    )


def reason(standing):
    """What the days rest on: the customer's own intervals, their weight, and the others' part."""
    env = standing.env
    if not standing.next_order_late:
        return False
    # Whoever may read the standing may know what it rests on.
    program = standing.program_id.sudo()
    typical, part = program.typical_interval_days, _part(program)
    words = {
        "part": part,
        "count": readable(env, standing.interval_count),
        "days": readable(env, round(standing.own_interval, 1)),
        "weight": readable(env, round(100 * standing.own_weight)),
        "typical": readable(env, typical),
    }
    if standing.interval_count and not standing.next_order_from:
        return env._(
            "Orders so regularly that its own %(count)s intervals of %(days)s days alone count.",
            **words,
        )
    if not typical:
        return env._(
            "Own intervals: %(count)s. How the programme's customers order is not known yet.",
            **words,
        )
    if not standing.interval_count and part:
        return env._(
            "Has ordered on one day: what the programme's customers do counts, %(part)s of 100 of "
            "whom order again within %(typical)s days.",
            **words,
        )
    if not standing.interval_count:
        return env._(
            "Has ordered on one day: what the programme's customers do counts, half of whom order "
            "again within %(typical)s days.",
            **words,
        )
    if part:
        return env._(
            "Own intervals: %(count)s, of %(days)s days, with a weight of %(weight)s %%; the rest "
            "is what the programme's customers do, %(part)s of 100 of whom order again within "
            "%(typical)s days.",
            **words,
        )
    return env._(
        "Own intervals: %(count)s, of %(days)s days, with a weight of %(weight)s %%; the rest is "
        "what the programme's customers do, half of whom order again within %(typical)s days.",
        **words,
    )


def of_all(program):
    """How a programme's customers order, in words; ``False`` while it is not known."""
    env, known = program.env, program.rhythm
    if not known:
        return False
    words = {
        "half": readable(env, program.typical_interval_days or known["typical"]),
        "late": readable(env, known["late"]),
        "ended": readable(env, known["ended"]),
        "open": readable(env, known["open"]),
        "day": format_date(env, program.rhythm_learnt_on),
        "weight": readable(env, round(100 * _weight_of(5, known["weight"]))),
    }
    texts = [_how_soon(program, words)]
    if soon := _how_soon_expected(program):
        texts.append(soon)
    if known["weight"] > 0:
        texts.append(
            env._("Five intervals of a customer's own weigh %(weight)s %% in its day.", **words)
        )
    else:
        texts.append(
            env._(
                "A customer's own intervals tell nothing of the next one here, so the same is "
                "expected of all who have ordered as often."
            )
        )
    if not known["regular"]:
        texts.append(env._("None order so regularly that a certain day can be named."))
    texts.append(
        env._(
            "Learnt on %(day)s from %(ended)s intervals, and %(open)s that were not over yet.",
            **words,
        )
    )
    return sentences(texts)


def _part(program):
    """How many of 100 customers order again within the programme's interval, where that is not
    half of them; empty where it is, or somebody says so."""
    known = program.rhythm or {}
    half, typed = known.get("half", 0.5), program.typical_interval_days
    if half >= 0.5 or typed not in (0, known["typical"]):
        return ""
    return readable(program.env, round(100 * half))


def _how_soon(program, words):
    """How soon a programme's customers order again; where many never do, that is said."""
    env, known = program.env, program.rhythm
    most = known.get("most", FOUR_OF_FIVE)
    shares = {"part": _part(program), "share": readable(env, round(100 * most))}
    if shares["part"]:
        return env._(
            "Of 100 of your customers, %(part)s order again within %(half)s days; not many more "
            "ever do.",
            **{**words, **shares},
        )
    if most < FOUR_OF_FIVE:
        return env._(
            "Half of your customers order again within %(half)s days, %(share)s of 100 within "
            "%(late)s; not many more ever do.",
            **{**words, **shares},
        )
    return env._(
        "Half of your customers order again within %(half)s days, four of five within %(late)s.",
        **words,
    )


def _how_soon_expected(program):
    """On which day the next order is expected; empty where that is not known, or somebody typed
    it."""
    env, known = program.env, program.rhythm
    if not known.get("soon") or program.typical_interval_days not in (0, known["typical"]):
        return ""
    return env._(
        "An order is expected when half of those have ordered again who come back: of all "
        "customers, %(again)s of 100 come back within %(within)s days, half of them within "
        "%(soon)s.",
        again=readable(env, round(100 * known["again"])),
        within=readable(env, known["within"]),
        soon=readable(env, known["soon"]),
    )


def _weight_of(count, weight):
    return count * weight / (1 + count * weight)
