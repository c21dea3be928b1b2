"""Puts a programme and people into a database: ``python -m tools.stress.setting_up DATABASE N``.

Every third user keeps the books, the others sell; the last one is a tier officer too, and the one
before administers programmes and contacts.
"""

import sys

from . import limits
from .odoo_process import environment

PRESET = "weighted"
PASSWORD = "stress"
SELLER = "sales_team.group_sale_salesman_all_leads", "base.group_partner_manager"
ACCOUNTANT = "account.group_account_invoice", "base.group_partner_manager"
OFFICER = (*SELLER, "customer_tiering.group_user")
# Whoever merges contacts with different addresses has access rights to give.
ADMINISTRATOR = (*SELLER, "customer_tiering.group_manager", "base.group_erp_manager")
OURS = ("customer_tiering.ir_cron_grade", "customer_tiering.ir_cron_tell")


def main(name, people):
    with environment(name) as env:
        program = env["customer.tier.program"]._create_preset(PRESET, env.company)
        # So that many go up and down within a day.
        program.write({"hold_months": 0, "review_every": "day"})
        env.company.customer_tier_tell_limit = 10**6
        if limits.installed(env):
            limits.switch_on(env)
        for number in range(people):
            _create_user(env, number, people)
        others = env["ir.cron"].search([("id", "not in", [env.ref(xmlid).id for xmlid in OURS])])
        others.active = False
        env.cr.commit()


def role(number, people):
    """What the user of a number does: ``seller``, ``accountant``, ``officer`` or
    ``administrator``."""
    if people > 1 and number == people - 1:
        return "officer"
    if people > 3 and number == people - 2:
        return "administrator"
    return "accountant" if number % 3 == 2 else "seller"


def _create_user(env, number, people):
    groups = {
        "seller": SELLER,
        "accountant": ACCOUNTANT,
        "officer": OFFICER,
        "administrator": ADMINISTRATOR,
    }
    ids = [env.ref(xmlid).id for xmlid in groups[role(number, people)]]
    context = {"no_reset_password": True, "mail_create_nosubscribe": True}
    env["res.users"].with_context(**context).create(
        {
            "name": f"Person {number}",
            "login": f"person{number}",
            "password": PASSWORD,
            "email": f"person{number}@example.com",
            "group_ids": [(4, id_) for id_ in ids],
        }
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
