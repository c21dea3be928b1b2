"""The steps of the first hour: when each is done, what there is to say of it, where it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.addons.customer_tiering.explain.words import bracketed, percent, readable, series
from odoo.tools import format_date


@dataclass(frozen=True)
class FirstStep:
    """A step.

    ``told(company)`` → (whether it is done, sentences); ``opened(company)`` → an action. Both get
    the company with the environment of an administrator of tiers.
    """

    told: Callable
    opened: Callable


def _action(env, xml_id, **more):
    return {**env["ir.actions.actions"]._for_xml_id(xml_id), **more}


def _programs(company):
    return company.env["customer.tier.program"].search([("company_id", "=", company.id)])


def _open_programs(company, **context):
    """The company's programme, the list of them, or the choice of a preset where there is none."""
    programs = _programs(company)
    if not programs:
        return company.env["customer.tier.start"]._open()
    action = _action(company.env, "customer_tiering.customer_tier_program_action")
    if len(programs) == 1:
        action |= {"views": [(False, "form")], "res_id": programs.id}
    return action


# History


def _history_told(company):
    env = company.env
    # Who sets up tiers need not read every order; only the last day is told.
    last = env["customer.tier.gather"].sudo()._last_order_day(company)
    if not last:
        said = [env._("There is no confirmed order yet.")]
    else:
        said = [env._("What was bought up to %s counts.", format_date(env, last))]
    if "customer.past.order" in env:
        own = [("company_id", "=", company.id)]
        past = env["customer.past.order"].search_count(own)
        if past:
            said.append(env._("%s past orders came in from another system.", readable(env, past)))
        waiting = env["customer.past.order"].search_count([*own, ("partner_id", "=", False)])
        if waiting:
            said.append(
                env._(
                    "%s of them wait until their customer is found or created.",
                    readable(env, waiting),
                )
            )
    return bool(last), said


def _open_history(company):
    env = company.env
    if "customer.past.order" in env:
        return _action(env, "customer_tiering_past_orders.customer_past_order_action")
    return _action(env, "sale.action_orders")


# Programme


def _programme_told(company):
    env = company.env
    programs = _programs(company)
    zone = company.sudo().partner_id.tz
    said = [
        env._(
            "“%(name)s”: %(count)s customers graded.",
            name=program.name,
            count=readable(env, program.standing_count),
        )
        for program in programs
    ] or [env._("Thresholds are proposed from your own figures, in %s.", company.currency_id.name)]
    said.append(
        env._("Days begin at midnight in %s.", zone)
        if zone
        else env._("The company has no time zone yet: days begin at midnight in UTC.")
    )
    if programs and not company.customer_tier_nightly:
        said.append(env._("Nobody is graded at night: see the settings."))
    return any(program.standing_count for program in programs), said


# Rights


def _rights_told(company):
    env = company.env
    found = {}
    for name in ("sales_team.group_sale_salesman", "customer_tiering.group_user"):
        # Who works here is known to everybody; which groups they have is only counted.
        found[name] = (
            env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", env.ref(name).ids),
                    ("company_ids", "in", company.ids),
                    ("share", "=", False),
                ]
            )
        )
    officers = found["customer_tiering.group_user"]
    readers = found["sales_team.group_sale_salesman"] - officers
    managers = officers.filtered(lambda user: user.has_group("customer_tiering.group_manager"))
    said = env._(
        "Salespeople who read grades: %(readers)s · tier officers: %(officers)s · administrators: "
        "%(managers)s",
        readers=len(readers),
        officers=len(officers - managers),
        managers=len(managers),
    )
    return bool(readers or officers - managers), [said]


# Prices


def _prices_told(company):
    env = company.env
    programs = _programs(company)
    tiers = programs.tier_ids.filtered(lambda tier: tier.discount or tier.pricelist_id)
    if not programs:
        return False, [env._("Choose a programme first.")]
    if not tiers:
        return False, [env._("No tier has a discount or a pricelist.")]
    giving = tiers.filtered(lambda tier: tier.program_id.gives_prices)
    names = series(env, map(_priced, giving or tiers))
    said = [
        env._("Given on new quotations: %s.", names)
        if giving
        else env._("Not given yet: %s. Customers are only graded.", names)
    ]
    warnings = [tier.pricelist_warning for tier in giving if tier.pricelist_warning]
    said += dict.fromkeys("\n".join(warnings).splitlines())
    return bool(giving) and not warnings, said + _where_prices_apply(env)


def _priced(tier):
    """A tier with what it gives: its discount, else its list."""
    if tier.discount:
        discount = percent(tier.env, readable(tier.env, tier.discount))
        return bracketed(tier.env, tier.name, f"−{discount}")
    return bracketed(tier.env, tier.name, tier.pricelist_id.name)


def _where_prices_apply(env):
    """Sentences on the shops and tills that the company has beside quotations."""
    said = []
    if "website" in env:
        # Their number is no secret to who sets prices.
        count = env["website"].sudo().search_count([("company_id", "=", env.company.id)])
        said.append(env._("Websites: %s; customers get their prices once they log in.", count))
    if "pos.config" in env:
        count = env["pos.config"].sudo().search_count([("company_id", "=", env.company.id)])
        said.append(env._("Tills: %s; prices apply once the customer is chosen.", count))
    return said


# Reminders

REMINDER_RULES = "customer_tiering_reminder.customer_reminder_rule_action"


def _reminders_told(company):
    env = company.env
    rules = env["customer.reminder.rule"].search(
        [("company_id", "in", (company.id, False)), ("active", "=", True)]
    )
    if not rules:
        return False, [env._("Nobody is reminded of orders that do not come.")]
    graded = [("company_id", "=", company.id), ("program_id", "!=", False)]
    Standing = env["customer.tier.standing"]
    said = [env._("Rules: %s.", series(env, rules.mapped("name")))]
    lonely = Standing.search_count([*graded, ("user_id", "=", False)])
    if lonely:
        fallback = company.customer_tier_fallback_user_id
        said.append(
            env._(
                "%(count)s customers have no salesperson: reminders of them go to %(name)s.",
                count=readable(env, lonely),
                name=fallback.sudo().name or env._("the leader of the team, else an administrator"),
            )
        )
    return bool(Standing.search_count(graded, limit=1)), said


# Messages


def _messages_told(company):
    env = company.env
    rules = _programs(company).event_rule_ids
    if not rules:
        return False, [env._("Nobody hears of changes of tier.")]
    mailing = rules.filtered("mail_template_id")
    said = [
        env._(
            "What happens on a change is set: %(count)s lines, %(mails)s of them e-mails to "
            "customers.",
            count=len(rules),
            mails=len(mailing),
        ),
        env._(
            "More than %s at once wait until an officer agrees.", company.customer_tier_tell_limit
        ),
    ]
    # Whether there is one is all that is told of it.
    server = env["ir.mail_server"].sudo().search_count([], limit=1)
    if mailing and not server:
        said.append(env._("No outgoing e-mail server is set up (Settings › General Settings)."))
    return not mailing or bool(server), said


STEPS = {
    "history": FirstStep(_history_told, _open_history),
    "programme": FirstStep(_programme_told, _open_programs),
    "rights": FirstStep(
        _rights_told, lambda company: _action(company.env, "base.action_res_users")
    ),
    "prices": FirstStep(_prices_told, _open_programs),
    "reminders": FirstStep(
        _reminders_told,
        lambda company: _action(
            company.env, "customer_tiering_reminder.customer_reminder_rule_action"
        ),
    ),
    "messages": FirstStep(_messages_told, _open_programs),
}
