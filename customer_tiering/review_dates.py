"""The next review of each customer, which follows from its programme's calendar and the last night.

Nights do not look at whom a review could not move, so none of this is stored.
"""

import operator

from odoo import fields
from odoo.tools import SQL

# The last night comes besides, which no field tells.
DEPENDS = (
    "computed_tier_id",
    "computed_since",
    "reviewed_on",
    "program_id.review_every",
    "program_id.review_dates",
)
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def seen(company_id):
    """SQL of the last night that held the reviews of a standing ``s``: of who could not be graded
    in the last one, or whose programme could not be followed, one before it. Who was in no
    programme, or was let into a tier by an opening, was not in any."""
    nights = SQL(
        """customer_tier_run n
            WHERE n.company_id = %s AND n.state = 'done' AND n.simulation IS NOT TRUE""",
        company_id,
    )
    last = SQL("(SELECT MAX(n.as_of) FROM %s)", nights)
    failed = SQL(
        """SELECT e.partner_id, e.program_id
             FROM customer_tier_run_error e
             JOIN (SELECT n.id FROM %s AND n.as_of = %s) l ON l.id = e.run_id
            WHERE e.left_out IS NOT TRUE""",
        nights,
        last,
    )
    # Few had errors, and only of them each night is looked up.
    return SQL(
        """CASE WHEN s.program_id IS NULL OR s.reviewed_on IS NULL THEN NULL
                WHEN s.partner_id = ANY(ARRAY(SELECT f.partner_id FROM (%(failed)s) f))
                  OR s.program_id = ANY(ARRAY(SELECT f.program_id FROM (%(failed)s) f))
                THEN (SELECT o.as_of
                        FROM (SELECT n.id, n.as_of FROM %(nights)s
                            ORDER BY n.as_of DESC OFFSET 0) o
                       WHERE NOT EXISTS (SELECT FROM customer_tier_run_error e
                                          WHERE e.run_id = o.id AND e.left_out IS NOT TRUE
                                            AND (e.partner_id = s.partner_id
                                                 OR e.program_id = s.program_id))
                       LIMIT 1)
                ELSE %(last)s END""",
        failed=failed,
        nights=nights,
        last=last,
    )


def of_standings(env, company_id, condition):
    """The next review of some standings of a company; none where every day is one.

    :param condition: ``SQL`` over standings ``s``
    :return: dict id of the standing → ``datetime.date``, without those that have none
    """
    import numpy as np

    from .grading.metrics import EPOCH, as_date
    from .grading.movement import upcoming_review

    env["customer.tier.standing"].flush_model()
    env["customer.tier.run"].flush_model(["as_of", "state", "simulation", "company_id"])
    env["customer.tier.run.error"].flush_model(["run_id", "partner_id", "program_id", "left_out"])
    env.cr.execute(
        SQL(
            """
            SELECT s.program_id, array_agg(s.id),
                   array_agg(COALESCE(s.reviewed_on, s.computed_since, s.tier_since) - %(epoch)s),
                   array_agg(COALESCE(s.computed_since, s.tier_since) - %(epoch)s),
                   array_agg(%(seen)s - %(epoch)s)
              FROM customer_tier_standing s
             WHERE s.company_id = %(company)s AND s.program_id IS NOT NULL
               AND s.computed_tier_id IS NOT NULL AND %(condition)s
          GROUP BY s.program_id
            """,
            epoch=EPOCH,
            seen=seen(company_id),
            company=company_id,
            condition=condition,
        )
    )
    found = {}
    for program_id, ids, *days in env.cr.fetchall():
        # When a customer is reviewed is told whoever may read its grading.
        program = env["customer.tier.program"].sudo().browse(program_id)
        review = program._movement_policy().review
        if review.every == "day":
            continue
        upcoming = upcoming_review(review, *np.array(days, dtype=float)).tolist()
        found |= {i: as_date(day) for i, day in zip(ids, upcoming, strict=True) if np.isfinite(day)}
    return found


def of_records(standings):
    """The same of some records."""
    found = {}
    for company, own in standings.grouped("company_id").items():
        found |= of_standings(standings.env, company.id, SQL("s.id = ANY(%s)", own.ids))
    return found


def search(standings, comparison, value):
    """Domain of the standings whose next review compares so."""
    if comparison not in {"in", *COMPARISONS}:
        return NotImplemented
    return [("id", "in", _found(standings.env, comparison, value))]


def _found(env, comparison, value):
    env["customer.tier.standing"].flush_model(["company_id"])
    env.cr.execute("SELECT DISTINCT company_id FROM customer_tier_standing")
    upcoming = {}
    for (company_id,) in env.cr.fetchall():
        upcoming |= of_standings(env, company_id, SQL("TRUE"))
    if comparison == "in":
        days = {fields.Date.to_date(day) if day else None for day in value}
        ids = [id_ for id_, day in upcoming.items() if day in days]
        if None in days:
            env.cr.execute(SQL("SELECT id FROM customer_tier_standing"))
            ids += [id_ for (id_,) in env.cr.fetchall() if id_ not in upcoming]
        return ids
    compares, day = COMPARISONS[comparison], fields.Date.to_date(value)
    return [id_ for id_, review in upcoming.items() if compares(review, day)]
