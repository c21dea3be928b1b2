"""What came back of what a customer has ordered: it is deducted from the figures, and stands in no
list of orders."""

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from .. import scopes
from ..grading.policy import ORDERED, basis_of
from .years import days_behind


def _span(standing):
    """First and last day that the amount of a grading is of; the first one is None where that is
    twelve months before the last, and not a year of the customer's own."""
    return days_behind(standing.sudo().policy_id, standing.numbers, _known_on(standing))


def _known_on(standing):
    """The day that the figures are of, by which it is known what came back."""
    today = standing.env["customer.tier.gather"]._today(standing.company_id)
    return standing._counted_on() or today


def _first(last, first):
    return first or last - relativedelta(months=12) + relativedelta(days=1)


def sentences(standing):
    """What is told of it beside the figures, with the name of the method that opens it.

    :param standing: a saved ``customer.tier.standing``
    """
    policy = standing.sudo().policy_id
    gather = standing.env["customer.tier.gather"].sudo()
    if not standing.id or basis_of(policy.rules) != ORDERED:
        return
    customer, company = standing.partner_id, standing.company_id
    # Nearly nobody has sent anything back: one question, instead of reading everything anew.
    env = standing.env
    env.flush_all()
    if scopes.asked(gather, company, gather._scope_of(customer.ids)).kept:
        return
    last, first = _span(standing)
    # In a year of the customer's own that is missing which was bought in it, whenever it came back.
    known, dated = (_known_on(standing), "origin") if first else (last, "day")
    amount = _amount(gather, customer, company, (_first(last, first), last), known, dated)
    if company.currency_id.compare_amounts(amount, 0) <= 0:
        return
    values = {"amount": formatLang(standing.env, amount, currency_obj=company.currency_id)}
    if first:
        text = standing.env._(
            "%(amount)s came back since %(day)s and is deducted; the list of orders does not "
            "show it.",
            day=format_date(standing.env, first),
            **values,
        )
    else:
        text = standing.env._(
            "%(amount)s came back in the last 12 months and is deducted; the list of orders does "
            "not show it.",
            **values,
        )
    opens = any(standing.env[model].has_access("read") for model, _domain in _records(standing))
    yield {"kind": "back", "text": text, "open": opens and "action_open_came_back"}


def _amount(gather, customer, company, days, known, dated):
    """What came back in some days, or was credited without an order, in company currency.

    :param days: the first and the last one
    :param known: the day by which it came back
    :param dated: ``day`` on which it came back, or ``origin``, on which it was bought
    """
    from ..grading.metrics import day_number

    found = gather._purchases(company, known, gather._scope_of(customer.ids), ORDERED)
    back = found["document"] == 0
    moved = found["origin"] != found["day"] if "origin" in found else False
    day = found[dated if dated in found else "day"]
    back &= ((found["amount"] < 0) | moved) & day.between(*map(day_number, days))
    return -found.loc[back, "amount"].sum()


def _records(standing):
    last, first = _span(standing)
    return standing._came_back_records(_first(last, first), last)


def action(standing):
    """The records by which it came back: of the first kind that there are any of."""
    env = standing.env
    readable = [(m, d) for m, d in _records(standing) if env[m].has_access("read")]
    if not readable:
        raise AccessError(env._("You have no access to credit notes and returns."))
    model, domain = next(
        ((m, d) for m, d in readable if env[m].search_count(d, limit=1)), readable[0]
    )
    return {
        "type": "ir.actions.act_window",
        "name": env._("Came back: %s", standing.partner_id.display_name),
        "res_model": model,
        "view_mode": "list,form",
        "views": [(False, "list"), (False, "form")],
        "domain": list(domain),
        "context": {"create": False},
    }


def credit_notes(customer, company, first, last):
    """Posted credit notes of a customer, or for what it has ordered and somebody else pays."""
    own = Domain("partner_id.commercial_partner_id", "=", customer.id)
    ordered = Domain("invoice_line_ids.sale_line_ids.order_id.partner_id", "child_of", customer.id)
    return (
        Domain("company_id", "=", company.id)
        & Domain("move_type", "=", "out_refund")
        & Domain("state", "=", "posted")
        & Domain("invoice_date", ">=", first)
        & Domain("invoice_date", "<=", last)
        & (own | ordered)
    )
