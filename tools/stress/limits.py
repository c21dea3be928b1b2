"""Credit limits in a database of the stress tests: ``python -m tools.stress.limits DATABASE ROOM``.

Without ``ROOM`` it tells who owes more than the limit, which nobody who worked there could bring
about: the company has what is over a limit refused, and accountants let these customers alone.
"""

import json
import sys

from .odoo_process import environment

# Customers with a limit, the first after the well-known ones.
COUNT = 20
LIMITED = f"""
    SELECT id FROM res_partner WHERE name LIKE 'Customer %%' ORDER BY id OFFSET %s LIMIT {COUNT}
"""


def main(name, room=None):
    with environment(name) as env:
        customers = _customers(env)
        positions = customers._customer_credit_positions(env.company)
        if room is None:
            over = {p.name: position.over() for p, position in positions.items()}
            print(json.dumps({name: round(by, 2) for name, by in over.items() if by >= 0.01}))
            return
        for customer, position in positions.items():
            customer.with_company(env.company).credit_limit = position.used + room
        env.cr.commit()


def installed(env):
    """Whether the addon that looks at limits is there."""
    return "customer.credit.approval" in env


def switch_on(env):
    """Have the company refuse what is over a limit."""
    env.company.write({"account_use_credit_limit": True, "customer_credit_check": "block"})


def _customers(env):
    from .people import WELL_KNOWN

    env.cr.execute(LIMITED, [WELL_KNOWN])
    return env["res.partner"].browse([id_ for (id_,) in env.cr.fetchall()])


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None)
