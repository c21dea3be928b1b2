"""Writes who looks after the demo customers of the best tiers."""

from odoo.addons.customer_tiering.presets.build import translate
from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# Name, service contact?, payment terms, people by login and how much of the week they work.
PEOPLE = (("demo_li", "Li Na"), ("demo_marek", "Marek Nowak"), ("demo_sofia", "Sofia Rossi"))
RULES = (
    (_lt("Best service"), 1, "account.account_payment_term_30days", (1, 0.5)),
    (_lt("Good service"), 2, "account.account_payment_term_15days", (1, 1, 0.5)),
)


def create_rules(env, company):
    """Rules for the two best tiers of the first programme, and what they give."""
    program = env["customer.tier.program"].search([("company_id", "=", company.id)], limit=1)
    tiers = program.tier_ids.sorted("sequence", reverse=True)
    if len(tiers) < 2:
        return
    users = _users(env, company)
    for place, (name, rank, term, weights) in enumerate(RULES, start=1):
        rule = env["customer.tier.service"].create(
            {
                "name": env._(name),
                "sequence": 10 * place,
                "program_id": program.id,
                "tier_ids": [Command.set(tiers[rank - 1].ids)],
                "service_user_id": users[0].id,
                "payment_term_id": env.ref(term).id,
                "member_ids": [
                    Command.create({"user_id": user.id, "weight": weight})
                    for user, weight in zip(users, weights, strict=False)
                ],
            }
        )
        translate(rule, [name])
    env["customer.tier.care"]._assign(company)


def _users(env, company):
    """Salespeople of the demo company, without a password."""
    users = env["res.users"].with_context(no_reset_password=True)
    found = users.browse()
    for login, name in PEOPLE:
        found |= users.search([("login", "=", login)]) or users.create(
            {
                "login": login,
                "name": name,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(env.ref("sales_team.group_sale_salesman").ids)],
            }
        )
    return found
