"""The next review of each customer, which follows from its programme's calendar and the last night.

Nights do not look at whom a review could not move, so none of this is stored.
"""

import operator

from odoo import fields
from odoo.tools import SQL

COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def last_night(company_id):
    """SQL of the last day as of which everybody was graded in a company."""
    return SQL(
        """(SELECT MAX(as_of) FROM customer_tier_run
             WHERE company_id = %s AND state = 'done' AND simulation IS NOT TRUE)""",
        company_id or None,
    )


def seen(company_id):
    """SQL of the last night that held the reviews of a standing ``s``. One for which it was due
    and that is still due could not be graded then; who was in no programme was not in any night."""
    return SQL(
        """CASE WHEN s.program_id IS NOT NULL
                 AND COALESCE(s.next_look > %(night)s, TRUE) THEN %(night)s END""",
        night=last_night(company_id),
    )


def of_standings(env, condition):
    """The next review of some standings; none where every day is one.

    :param condition: ``SQL`` over standings ``s``
    :return: dict id of the standing → ``datetime.date``, without those that have none
    """
    import numpy as np

    from .grading.metrics import EPOCH, as_date
    from .grading.movement import upcoming_review

    env["customer.tier.standing"].flush_model()
    env["customer.tier.run"].flush_model(["as_of", "state", "simulation", "company_id"])
    env.cr.execute(
        SQL(
            """
            SELECT s.program_id, s.company_id, array_agg(s.id),
                   array_agg(COALESCE(s.computed_since, s.tier_since) - %(epoch)s),
                   array_agg(COALESCE(s.reviewed_on, s.computed_since, s.tier_since) - %(epoch)s)
              FROM customer_tier_standing s
             WHERE s.program_id IS NOT NULL AND s.computed_tier_id IS NOT NULL AND %(condition)s
          GROUP BY s.program_id, s.company_id
            """,
            epoch=EPOCH,
            condition=condition,
        )
    )
    found, nights = {}, {}
    for program_id, company_id, ids, *days in env.cr.fetchall():
        if company_id not in nights:
            env.cr.execute(SQL("SELECT %s - %s", last_night(company_id), EPOCH))
            (nights[company_id],) = env.cr.fetchone()
        # When a customer is reviewed is told whoever may read its grading.
        program = env["customer.tier.program"].sudo().browse(program_id)
        review = program._movement_policy().review
        if review.every == "day":
            continue
        entered, reviewed = np.array(days, dtype=float)
        night = np.array(nights[company_id], dtype=float)
        upcoming = upcoming_review(review, reviewed, entered, night)
        found |= {
            id_: as_date(day)
            for id_, day in zip(ids, upcoming.tolist(), strict=True)
            if np.isfinite(day)
        }
    return found


def search(standings, comparison, value):
    """Domain of the standings whose next review compares so."""
    if comparison not in {"in", *COMPARISONS}:
        return NotImplemented
    return [("id", "in", _found(standings.env, comparison, value))]


def _found(env, comparison, value):
    upcoming = of_standings(env, SQL("TRUE"))
    if comparison == "in":
        days = {fields.Date.to_date(day) if day else None for day in value}
        ids = [id_ for id_, day in upcoming.items() if day in days]
        if None in days:
            env.cr.execute(SQL("SELECT id FROM customer_tier_standing"))
            ids += [id_ for (id_,) in env.cr.fetchall() if id_ not in upcoming]
        return ids
    compares, day = COMPARISONS[comparison], fields.Date.to_date(value)
    return [id_ for id_, review in upcoming.items() if compares(review, day)]
