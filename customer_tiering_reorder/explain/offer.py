"""Why a product is suggested, in words: to salespeople with figures about other customers, to the
customer without."""

from odoo.addons.customer_tiering.tools import sentences
from odoo.tools import format_date


def name_of(product):
    """A product's name without its number, which customers do not know."""
    return product.with_context(display_default_code=False).display_name


def usual(env, found, last):
    """:param found: ``grading.baskets.Usual``
    :param last: its last day, a date
    :return: what salespeople read, what the customer reads
    """
    values = {"count": found.count, "days": found.days, "date": format_date(env, last)}
    if found.count == 1:
        return (
            env._("Bought once, on %(date)s", **values),
            env._("You bought this once, on %(date)s", **values),
        )
    return (
        env._("%(count)s of the last %(days)s orders, last on %(date)s", **values),
        env._("In %(count)s of your last %(days)s orders, last on %(date)s", **values),
    )


def replacing(env, product, reasons):
    """The same of a product that stands in for one that is sold no more."""
    lead = env._("Replaces %s.", name_of(product))
    return tuple(sentences((lead, reason)) for reason in reasons)


def goes_with(env, product):
    text = env._("Goes with %s", name_of(product))
    return text, text


def also_bought(env, product, count, tier):
    values = {"count": count, "product": name_of(product), "tier": tier.name}
    if tier:
        reason = env._("%(count)s %(tier)s customers who buy %(product)s buy this", **values)
    else:
        reason = env._("%(count)s customers who buy %(product)s buy this", **values)
    return reason, env._("Often bought with %(product)s", **values)


def is_new(env, day):
    text = env._("New since %s", format_date(env, day))
    return text, text


def bestseller(env, count, tier):
    if tier:
        reason = env._(
            "Bought by %(count)s %(tier)s customers within a year", count=count, tier=tier.name
        )
    else:
        reason = env._("Bought by %s customers within a year", count)
    return reason, env._("Bought by many of our customers")
