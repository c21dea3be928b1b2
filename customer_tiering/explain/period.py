"""Labels that say of what time the figures below them are."""

from ..grading.policy import YEAR


def label(env, code):
    """The label of what is counted over a metric's months; empty where programmes differ in them.

    :param code: of the metric
    """
    metric = env["customer.tier.metric"].sudo().search([("code", "=", code)], limit=1)
    months = metric.window_months
    if not metric:
        return ""
    if not months:
        return env._("Amount, all time") if code == "amount" else env._("Orders, all time")
    period = _period(env) if months == YEAR else "rolling"
    if period == "rolling":
        if code == "amount":
            return env._("Amount, %s months", months)
        return env._("Orders, %s months", months)
    if period == "calendar":
        if code == "amount":
            return env._("Amount, calendar year")
        return env._("Orders, calendar year")
    if period == "anniversary":
        if code == "amount":
            return env._("Amount, customer's year")
        return env._("Orders, customer's year")
    return ""


def _period(env):
    """What a year is in all programmes of the companies that are looked at; None where they
    differ."""
    Program = env["customer.tier.program"].sudo()
    own = [("company_id", "in", env.companies.ids)]
    periods = {period for (period,) in Program._read_group(own, ["period"])}
    return periods.pop() if len(periods) == 1 else None if periods else "rolling"
