"""Changes of a grading that nobody was told of and that customers have not moved on from."""

from odoo.tools import SQL

from .direction import TOLD


def count(run):
    run.env.flush_all()
    return run.env.execute_query(SQL("SELECT COUNT(*) %s", rows(run)))[0][0]


def source(run):
    """These as ``customer.tier.event._forecast_of`` reads them."""
    return SQL(
        """
        SELECT c.standing_id, t.program_id, c.direction,
               CASE WHEN c.direction = 'out' THEN c.from_tier_id ELSE c.to_tier_id END
        %s
        """,
        rows(run),
    )


def rows(run):
    """These as SQL from ``FROM`` on: change ``c``, standing ``s``, partner ``p``, tier ``t``."""
    return SQL(
        """
          FROM customer_tier_change c
          JOIN customer_tier_standing s ON s.id = c.standing_id
          JOIN res_partner p ON p.id = s.partner_id AND p.active
          JOIN customer_tier t ON t.id = COALESCE(c.to_tier_id, c.from_tier_id)
         WHERE c.run_id = %(run)s AND %(told)s
           AND s.tier_id IS NOT DISTINCT FROM c.to_tier_id
           AND NOT EXISTS (SELECT FROM customer_tier_event e WHERE e.change_id = c.id)
           AND NOT EXISTS (
               SELECT FROM customer_tier_change l
                WHERE l.standing_id = c.standing_id AND l.id > c.id AND l.direction <> 'stay')
        """,
        run=run.id,
        told=TOLD,
    )
