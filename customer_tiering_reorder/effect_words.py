"""What is known of the effect of reminders, in words and as a picture."""

from dataclasses import dataclass
from datetime import date
from math import inf, isfinite

from markupsafe import Markup

from odoo.addons.customer_tiering.explain.words import bracketed, percent
from odoo.addons.customer_tiering.tools import sentences
from odoo.tools import format_date

# The picture: width in pixels of 100 points of the order rate.
WIDTH, HEIGHT = 400, 26
# Who has to wait for longer than that need not know for how long.
LONGEST_YEARS = 10


@dataclass(frozen=True)
class Effect:
    """What is known of one rule, or of all: counts of both groups, and shares (0–1)."""

    cases: int = 0
    ordered: int = 0
    control: int = 0
    control_ordered: int = 0
    difference: float = 0.0
    low: float = -1.0
    high: float = 1.0
    amount: float = 0.0
    amount_low: float = -inf
    amount_high: float = inf
    planned: float = inf
    final: bool = False
    # Cases after the planned ones.
    later: int = 0
    visible: float = 1.0
    months: float = inf
    verdict: str = "unknown"
    # Whether the planned cases are one answer, and the day of the last of those that count.
    once: bool = True
    until: date | None = None

    @property
    def counted(self):
        return self.cases + self.control

    @property
    def amounts(self):
        """Difference of the mean amounts and its bounds; zeros where nothing is known."""
        known = isfinite(self.amount_low)
        return (self.amount, self.amount_low, self.amount_high) if known else (0.0, 0.0, 0.0)

    @property
    def rate(self):
        return self.ordered / self.cases if self.cases else 0.0

    @property
    def control_rate(self):
        return self.control_ordered / self.control if self.control else 0.0


def points(share):
    """A share as points of a hundred, with one digit."""
    return f"{100 * share:.1f}"


def say(env, effect, told, told_ordered, share=0, reminders=True):
    """
    :param effect: :class:`Effect`
    :param told: customers reminded whose time is over, compared or not
    :param told_ordered: those of them who ordered
    :param share: of a hundred customers, held back from now on
    :param reminders: whether customers were reminded; else otherwise followed up
    :return: text in the language of ``env``
    """
    if not effect.control and share:
        return env._(
            "Not known yet: %s %% are held back, and the time of none of them is over.", share
        )
    if not effect.control:
        return _unmeasured(env, told, told_ordered, reminders)
    words = {
        "difference": points(abs(effect.difference)),
        "low": points(effect.low),
        "high": points(effect.high),
        "anyway": round(100 * effect.control_rate),
    }
    if effect.verdict == "more":
        return _more(env, effect, reminders, words)
    if effect.verdict == "less":
        return _less(env, reminders, words)
    if effect.verdict == "none":
        return env._(
            "No effect: with 95 %% less than 2 points (%(low)s to %(high)s). Think about switching "
            "it off.",
            **words,
        )
    if effect.verdict == "small":
        return _small(env, reminders, words)
    return _unknown(env, effect)


def _more(env, effect, reminders, words):
    caused = round(100 * effect.difference)
    words = {**words, "caused": caused, "anyway": round(100 * effect.rate) - caused}
    if reminders:
        return env._(
            "Reminded customers order %(difference)s points more often (95 %%: %(low)s to "
            "%(high)s). Of 100 reminders about %(caused)s orders came because of them, %(anyway)s "
            "would have come anyway.",
            **words,
        )
    return env._(
        "Customers who are followed up order %(difference)s points more often (95 %%: %(low)s to "
        "%(high)s). Of 100 of them about %(caused)s ordered because of it, %(anyway)s would have "
        "anyway.",
        **words,
    )


def _less(env, reminders, words):
    if reminders:
        return env._(
            "Reminded customers order %(difference)s points less often (95 %%: %(low)s to "
            "%(high)s). Switch the rule off, and ask customers why.",
            **words,
        )
    return env._(
        "Customers who are followed up order %(difference)s points less often (95 %%: %(low)s to "
        "%(high)s). Switch it off, and ask customers why.",
        **words,
    )


def _small(env, reminders, words):
    if reminders:
        return env._(
            "Little effect, if any: the difference lies between %(low)s and %(high)s points "
            "(95 %%), and more cases will not change that soon. Of 100 reminders about %(anyway)s "
            "orders would have come anyway. Think about switching it off, or reminding otherwise.",
            **words,
        )
    return env._(
        "Little effect, if any: the difference lies between %(low)s and %(high)s points (95 %%), "
        "and more cases will not change that soon. Of 100 customers about %(anyway)s would have "
        "ordered anyway. Think about switching it off, or following up otherwise.",
        **words,
    )


def _unmeasured(env, told, told_ordered, reminders):
    text = env._(
        "Not measured: nobody is held back, so nobody knows how many would have ordered anyway."
    )
    if not told:
        return text
    words = {"count": told, "ordered": told_ordered, "share": points(told_ordered / told)}
    if reminders:
        ordered = env._(
            "Of %(count)s customers reminded, %(ordered)s ordered within the time (%(share)s %%).",
            **words,
        )
    else:
        ordered = env._(
            "Of %(count)s customers followed up, %(ordered)s ordered within the time "
            "(%(share)s %%).",
            **words,
        )
    return sentences((text, ordered))


def basis(env, effect, undrawn=0):
    """Which cases are compared, and how often one may look.

    :param undrawn: cases that nobody drew, because their tiers are never held back for one
    """
    left_out = undrawn and env._(
        "%s cases are not measured: their tiers are never held back, or they are of before anybody "
        "was.",
        undrawn,
    )
    if not effect.control:
        return left_out or False
    what = env._(
        "Compared are each customer's first cases of a half-year in which some are held back, once "
        "their time is over; each rule and half-year with itself."
    )
    if not effect.once:
        rule = env._(
            "Of all rules together every case counts, for as long as there are any: rules begin "
            "and end at different times, so there is no number at which an answer would be due. "
            "Therefore the interval is wider than that of a single rule, and right however often "
            "you look."
        )
    elif effect.final:
        rule = env._(
            "The answer is that of the first %(count)s cases, up to %(day)s. %(later)s later ones "
            "are in the list and do not change it: whoever goes on until something shows finds "
            "something.",
            count=effect.counted,
            day=format_date(env, effect.until),
            later=effect.later,
        )
    else:
        rule = env._(
            "Until all cases that are planned are there, the interval is wide enough that you may "
            "look as often as you like."
        )
    return sentences((what, rule, left_out))


def _unknown(env, effect):
    count = effect.counted
    if effect.planned == inf:
        return env._("Not known yet: %s cases.", count)
    words = {"low": points(effect.low), "high": points(effect.high)}
    if effect.final:
        return env._(
            "Not clear, although all %(planned)s cases that were planned are there: the difference "
            "lies between %(low)s and %(high)s points (95 %%).",
            planned=int(effect.planned),
            **words,
        )
    if not effect.once and count >= effect.planned:
        return env._(
            "Not clear yet from %(count)s cases: the difference lies between %(low)s and %(high)s "
            "points (95 %%).",
            count=count,
            **words,
        )
    lines = [
        env._(
            "Not known yet: %(count)s of about %(planned)s cases.",
            count=count,
            planned=int(effect.planned),
        )
    ]
    if effect.visible < 1:
        lines.append(
            env._("By now only an effect of %s points or more would show.", points(effect.visible))
        )
    if effect.months != inf:
        lines.append(env._("At this pace an answer takes %s.", _how_long(env, effect.months)))
    return sentences(lines)


def duration(env, share, cases, base, months):
    """How long an answer takes.

    :param share: that is held back, in percent; 0 is not measured
    :param cases: a month
    :param base: share of customers who order, 0–1, or none where it is not known
    :param months: dict share in percent → how long it takes with it
    """
    if not cases:
        return env._("There are no cases to measure by yet.")
    rate = (
        env._("%s %% order within the time", round(100 * base))
        if base
        else env._("nothing is known yet of how many order, so that three in ten are assumed")
    )
    intro = env._("There are about %(cases)s cases a month; %(rate)s.", cases=cases, rate=rate)
    least, most = sorted(months)[0], sorted(months)[-1]
    words = {
        "share": least,
        "time": _how_long(env, months[least]),
        "most": most,
        "soonest": _how_long(env, months[most]),
    }
    if not share:
        text = env._(
            "If %(share)s %% were held back, an answer (10 points more or not) would take "
            "%(time)s, with %(most)s %% %(soonest)s.",
            **words,
        )
    elif least == most:
        text = env._(
            "An answer (10 points more or not) takes %(time)s with %(share)s %% held back.",
            **words,
        )
    else:
        text = env._(
            "An answer (10 points more or not) takes %(time)s with %(share)s %% held back, with "
            "%(most)s %% %(soonest)s.",
            **words,
        )
    return sentences((intro, text))


def _how_long(env, months):
    """A time as people say it: 688 months are none that anybody waits for."""
    if months > 12 * LONGEST_YEARS:
        return env._("more than %s years", LONGEST_YEARS)
    if months > 24:
        return env._("about %s years", round(months / 12))
    return env._("about %s months", max(round(months), 1))


def picture(env, effect):
    """The order rates of both groups as bars, and between them the effect with its interval."""
    if not effect.control:
        return Markup()
    rows = (
        (env._("Reminded"), effect.rate, "#017e84", effect.cases),
        (env._("Held back"), effect.control_rate, "#9aa5b1", effect.control),
    )
    bars = Markup().join(
        Markup(
            '<div class="d-flex align-items-center mb-1"><span style="width:9em">{}</span>'
            '<svg width="{}" height="{}" role="img" aria-label="{} {}">'
            '<rect width="{}" height="18" y="4" fill="{}"/></svg>'
            '<span class="ms-2">{}</span></div>'
        ).format(
            name,
            WIDTH,
            HEIGHT,
            name,
            percent(env, points(rate)),
            round(WIDTH * rate),
            color,
            bracketed(env, percent(env, points(rate)), count),
        )
        for name, rate, color, count in rows
    )
    return bars + _line(env, effect)


def _line(env, effect):
    """From −50 to 50 points: the interval as a line, the estimate as a dot, none as a mark."""

    def at(share):
        return round(WIDTH * (min(max(share, -0.5), 0.5) + 0.5))

    name = env._("Difference")
    between = f"{points(effect.low)} – {points(effect.high)}"
    said = bracketed(env, points(effect.difference), between)
    return Markup(
        '<div class="d-flex align-items-center"><span style="width:9em">{name}</span>'
        '<svg width="{width}" height="{height}" role="img" aria-label="{name} {said}">'
        '<line x1="{zero}" x2="{zero}" y1="0" y2="26" stroke="#ced4da"/>'
        '<line x1="{low}" x2="{high}" y1="13" y2="13" stroke="#714b67" stroke-width="3"/>'
        '<circle cx="{middle}" cy="13" r="5" fill="#714b67"/></svg>'
        '<span class="ms-2">{said}</span></div>'
    ).format(
        name=name,
        said=said,
        width=WIDTH,
        height=HEIGHT,
        zero=at(0),
        low=at(effect.low),
        high=at(effect.high),
        middle=at(effect.difference),
    )
