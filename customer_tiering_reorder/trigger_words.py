"""What a to-do says about the reason of its rule, where that is not the customer's next order."""

from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.grading import reminders
from odoo.tools import format_date

from . import reminder_triggers


def summaries(rule, began):
    """What to-dos say at a glance, in the language of the standings' environment.

    :param rule: ``customer.reminder.rule`` that does not go by the next order
    :param began: dict ``customer.tier.standing`` of one company → the day on which the reminder
        began
    :return: dict ``customer.tier.standing`` → text
    """
    if not began:
        return {}
    env = next(iter(began)).env
    days = {
        standing: reminders.due_between(day, rule.lead_days, rule.max_late_days)
        for standing, day in began.items()
    }
    said = _said(env, rule, days)
    names = dict(rule._fields["trigger"]._description_selection(env))
    return {standing: said.get(standing) or names[rule.trigger] for standing in began}


def note(standing):
    """What the to-do says besides, in the language of the standing's environment."""
    env, last = standing.env, standing.last_order_date
    return env._("Last order: %s.", format_date(env, last)) if last else env._("Never ordered.")


def _said(env, rule, days):
    """What is known of the reason.

    :param days: dict ``customer.tier.standing`` → first and last day on which it may have begun
    """
    if rule.trigger in reminder_triggers.OF_A_CATEGORY:
        return _of_categories(env, rule, days)
    if rule.trigger == reminder_triggers.QUOTATION:
        return _of_quotations(env, days)
    if rule.trigger == "stage":
        stages = env["customer.tier.standing"]._fields["lifecycle_stage"]
        names = dict(stages._description_selection(env))
        known = {standing: names.get(standing.lifecycle_stage) for standing in days}
        return {standing: env._("Now: %s", name) for standing, name in known.items() if name}
    return dict.fromkeys(days, env._("Prospect without an order"))


def _of_categories(env, rule, days):
    chosen = rule.trigger_category_ids.ids
    found = reminder_triggers.categories_of(env, rule.trigger, days, chosen)
    categories = env["product.category"].browse({id_ for ids in found.values() for id_ in ids})
    names = {category.id: category.name for category in categories}

    def said(names):
        if rule.trigger == "category_due":
            return env._("Due to buy: %s", names)
        if rule.trigger == "late":
            return env._("Late to buy: %s", names)
        return env._("Buys no longer: %s", names)

    return {
        standing: said(series(env, (names[id_] for id_ in ids)))
        for standing, ids in found.items()
        if ids
    }


def _of_quotations(env, days):
    company = next(iter(days)).company_id
    of_customers = {standing.partner_id: when for standing, when in days.items()}
    orders = reminder_triggers.quotations_of(env, company, of_customers)

    def said(order):
        sent = format_date(env, order.date_order.date())
        return env._("Quotation %(name)s of %(date)s is not answered", name=order.name, date=sent)

    found = {standing: orders[standing.partner_id] for standing in days}
    return {standing: said(order) for standing, order in found.items() if order}
