"""Who lacks little to the next tier, by the rules that the last grading went by."""

from odoo.tools import SQL

from .grading.policy import from_rules

# How close to the next tier is close.
NEAR_SHARE = 0.1


def of_company(env, company):
    """Ids of the customers of a company who lack little to the next tier."""
    env.flush_all()
    standings = SQL(
        """customer_tier_standing s
           JOIN res_partner p ON p.id = s.partner_id AND p.active AND s.company_id = %s""",
        company.id,
    )
    return [customer for customer, _tier in among(env, standings, SQL("s.partner_id"))]


def among(env, standings, owner):
    """Customers who lack little to the next tier, by the rules they were graded by.

    :param standings: ``FROM`` of standings ``s``
    :param owner: SQL of what stands for each of them in the result
    :return: list of (owner, id of that tier)
    """
    env.cr.execute(
        SQL(
            """SELECT s.policy_id, array_agg(%s), array_agg(s.score), array_agg(s.tier_id),
                      json_agg(s.numbers)
                 FROM %s WHERE s.policy_id IS NOT NULL AND s.numbers IS NOT NULL
                GROUP BY s.policy_id""",
            owner,
            standings,
        )
    )
    policies = env["customer.tier.policy"].sudo()
    found = []
    for policy_id, *columns in env.cr.fetchall():
        found += _of_policy(policies.browse(policy_id).rules, *columns)
    return found


def _of_policy(rules, owners, scores, tiers, numbers):
    """Those of some customers who are close to a tier.

    :param owners: what stands for each of them in the result
    :return: list of (owner, id of that tier)
    """
    import numpy as np
    import pandas as pd

    from .grading import ladder

    program = from_rules(rules)
    table = pd.DataFrame(numbers, columns=rules["columns"], dtype=float)
    values = pd.DataFrame(
        {m.code: table.get(f"metric:{m.code}", np.nan) for m in program.metrics},
        index=table.index,
    )
    positions = ladder.nearly(program, values, np.asarray(scores, dtype=float), NEAR_SHARE)
    ids = np.array([tier.id for tier in program.tiers] + [0])[positions]
    ranks = {tier.id: rank for rank, tier in enumerate(program.tiers)}
    return [
        (owner, int(tier))
        for owner, tier, position, held in zip(owners, ids, positions, tiers, strict=True)
        # Who holds it already, by hand or under a guarantee, is not close to it.
        if tier and position > ranks.get(held, -1)
    ]
