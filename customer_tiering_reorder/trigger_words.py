"""What a to-do says about the reason of its rule, where that is not the customer's next order."""

from odoo.addons.customer_tiering.grading import reminders
from odoo.tools import format_date

from . import reminder_triggers


def summary(rule, standing, as_of):
    """What the to-do says at a glance, in the language of the standing's environment.

    :param rule: ``customer.reminder.rule`` that does not go by the next order
    :param standing: ``customer.tier.standing``
    :param as_of: the day on which the reminder began
    """
    env = standing.env
    days = reminders.due_between(as_of, rule.lead_days, rule.max_late_days)
    names = rule.with_env(env)._fields["trigger"]._description_selection(env)
    return _summary(env, rule, standing, days) or dict(names)[rule.trigger]


def note(standing):
    """What the to-do says besides, in the language of the standing's environment."""
    env, last = standing.env, standing.last_order_date
    return env._("Last order: %s.", format_date(env, last)) if last else env._("Never ordered.")


def _summary(env, rule, standing, days):
    if rule.trigger in reminder_triggers.OF_A_CATEGORY:
        return _of_categories(env, rule, standing, days)
    if rule.trigger == reminder_triggers.QUOTATION:
        return _of_quotation(env, standing, days)
    if rule.trigger == "stage":
        stages = standing._fields["lifecycle_stage"]._description_selection(env)
        stage = dict(stages).get(standing.lifecycle_stage)
        return stage and env._("Now: %s", stage)
    return env._("Prospect without an order")


def _of_categories(env, rule, standing, days):
    chosen = rule.trigger_category_ids.ids
    found = reminder_triggers.categories_of(env, rule.trigger, standing, *days, chosen)[standing]
    names = ", ".join(env["product.category"].browse(found).mapped("name"))
    if not names:
        return ""
    if rule.trigger == "category_due":
        return env._("Due to buy: %s", names)
    if rule.trigger == "late":
        return env._("Late to buy: %s", names)
    return env._("Buys no longer: %s", names)


def _of_quotation(env, standing, days):
    order = reminder_triggers.quotation_of(env, standing.partner_id, standing.company_id, *days)
    if not order:
        return ""
    sent = format_date(env, order.date_order.date())
    return env._("Quotation %(name)s of %(date)s is not answered", name=order.name, date=sent)
