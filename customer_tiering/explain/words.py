"""Numbers and comparisons in words, as every sentence about grading says them."""

from odoo.tools import formatLang

OPERATORS = [(">=", "≥"), (">", ">"), ("<=", "≤"), ("<", "<")]


def readable(env, number):
    """A number for sentences, in the user's language, without decimals that say nothing."""
    return formatLang(env, number, digits=0 if float(number).is_integer() else 2)


def measured(env, unit, number, currency):
    """A value of a metric as people write it.

    :param unit: of the metric
    """
    if unit == "money":
        return formatLang(env, number, currency_obj=currency)
    if unit == "percent":
        return percent(env, readable(env, number))
    if unit == "days":
        return env._("%s days", readable(env, number))
    return readable(env, number)


def percent(env, number):
    """A number of percent, whose sign Chinese puts next to it.

    :param number: as it is written
    """
    # One letter that is no mark is too little for Odoo to translate: the placeholder has a name.
    return env._("%(number)s %%", number=number)


def comparison_text(env, metric, operator, value, currency):
    """A metric compared with a number, in words.

    :param metric: ``customer.tier.metric``, empty while none is chosen yet
    """
    text = measured(env, metric.unit, value, currency)
    return f"{metric.name or ''} {dict(OPERATORS).get(operator, '')} {text}"


# What stands between the parts differs: Chinese has marks of its own, without gaps.


def series(env, names):
    """Some names one after another, as the reader's language writes them."""
    return env._("%(one)s, %(other)s", one="", other="").join(names)


def clauses(env, parts):
    """Parts of a sentence that have commas of their own."""
    return env._("%(one)s; %(other)s", one="", other="").join(parts)


def labelled(env, name, text):
    """What something is called, and what is said of it."""
    return env._("%(name)s: %(text)s", name=name, text=text)


def bracketed(env, text, aside):
    """Something, and in brackets what tells more of it."""
    return env._("%(text)s (%(aside)s)", text=text, aside=aside)
