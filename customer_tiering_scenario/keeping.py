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
    reason = _reason(scenario)
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


def _reason(scenario):
    user = scenario.applied_by_id or scenario.env.user
    return scenario.with_context(lang=user.lang).env._("New rules: %s", scenario.name)


def kept(scenario):
    """Ids of the customers who still keep their tier because of an applied scenario: nobody has
    changed since what it had set by hand."""
    scenario.env.flush_all()
    scenario.env.cr.execute(
        SQL(
            "SELECT s.partner_id FROM customer_tier_standing s WHERE %s ORDER BY 1", _held(scenario)
        )
    )
    return tuple(id_ for (id_,) in scenario.env.cr.fetchall())


def _held(scenario):
    return SQL(
        """s.company_id = %s AND s.lock = 'down' AND s.manual_tier_id IS NULL
           AND s.manual_until IS NOT DISTINCT FROM %s AND s.manual_user_id = %s
           AND s.manual_reason = %s""",
        scenario.company_id.id,
        scenario._kept_until() or None,
        scenario.applied_by_id.id or 0,
        _reason(scenario),
    )


def release(scenario, partner_ids):
    """Take the locks away that :func:`keep` has set for what a scenario undoes, with a line of
    history each.

    :param partner_ids: result of :func:`kept`
    """
    env = scenario.env
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            WITH free AS (
                UPDATE customer_tier_standing s
                   SET lock = NULL, manual_until = NULL, manual_reason = NULL,
                       manual_user_id = NULL, manual_on = NULL, next_look = NULL
                 WHERE s.company_id = %(company)s AND s.partner_id = ANY(%(partners)s)
             RETURNING s.*)
            INSERT INTO customer_tier_change (
                standing_id, from_tier_id, to_tier_id, computed_tier_id, target_tier_id, direction,
                date, reason, by_hand, note, score, last_order_date, policy_id, numbers, user_id)
            SELECT id, tier_id, tier_id, computed_tier_id, target_tier_id, 'stay', %(today)s,
                   'lock', FALSE, %(note)s, score, last_order_date, policy_id, numbers, %(user)s
              FROM free
          ORDER BY partner_id
            """,
            user=env.uid,
            company=scenario.company_id.id,
            partners=list(partner_ids),
            today=env["customer.tier.gather"]._today(scenario.company_id),
            note=env._("No longer kept: %s", scenario.name),
        )
    )
    env.invalidate_all(flush=False)
