"""Numbers and comparisons in words, as every sentence about grading says them."""

from odoo.tools import formatLang

OPERATORS = [(">=", "≥"), (">", ">"), ("<=", "≤"), ("<", "<")]


def readable(env, number):
    """A number for sentences, in the user's language, without decimals that say nothing."""
    return formatLang(env, number, digits=0 if float(number).is_integer() else 2)


def comparison_text(env, name, operator, value):
    """A comparison in words.

    :param name: of the metric
    """
    return f"{name} {dict(OPERATORS).get(operator, '')} {readable(env, value)}"
