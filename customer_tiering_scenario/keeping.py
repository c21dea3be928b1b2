"""Who would fall by new rules keeps the tier until a day, or for good: a lock against going down,
as an officer sets it by hand, on everybody at once."""

from odoo import fields
from odoo.tools import SQL


def keep(scenario, partner_ids):
    """Lock the tiers of some customers until the day of a scenario, with a line of history each.

    :param partner_ids: commercial partners with nothing set by hand
    """
    env = scenario.env
    env.flush_all()
    reason = env._("New rules: %s", scenario.name)
    env.cr.execute(
        SQL(
            """
            WITH kept AS (
                UPDATE customer_tier_standing s
                   SET lock = 'down', manual_until = %(until)s, manual_reason = %(reason)s,
                       manual_user_id = %(user)s, manual_on = %(now)s, next_look = NULL
                 WHERE s.company_id = %(company)s AND s.partner_id = ANY(%(partners)s)
                   AND s.manual_tier_id IS NULL AND s.lock IS NULL
             RETURNING s.*)
            INSERT INTO customer_tier_change (
                standing_id, from_tier_id, to_tier_id, computed_tier_id, target_tier_id, direction,
                date, reason, by_hand, note, score, last_order_date, policy_id, numbers, user_id)
            SELECT id, tier_id, tier_id, computed_tier_id, target_tier_id, 'stay', %(today)s,
                   'lock', FALSE, %(note)s, score, last_order_date, policy_id, numbers, %(user)s
              FROM kept
          ORDER BY partner_id
            """,
            until=scenario._kept_until() or None,
            reason=reason,
            user=env.uid,
            now=fields.Datetime.now(),
            company=scenario.company_id.id,
            partners=partner_ids,
            today=env["customer.tier.gather"]._today(scenario.company_id),
            note=env._("Not down: %s", reason),
        )
    )
    env.invalidate_all(flush=False)
