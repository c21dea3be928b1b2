"""The next review of each customer, which follows from its programme's calendar and the last night.

Nights do not look at whom a review could not move, so none of this is stored.
"""

import operator

from odoo import fields
from odoo.tools import SQL

DEPENDS = (
    "company_id.customer_tier_graded_on",
    "computed_tier_id",
    "computed_since",
    "tier_since",
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


def of_records(standings):
    """The next review of some standings, none where every day is one; whoever could not be graded
    at the last one has it sooner.

    :return: dict id of the standing → ``datetime.date``, without those that have none
    """
    found = {}
    # As they are kept: what is typed into a form may be a programme of another company.
    inside = standings._origin.filtered(lambda s: s.program_id and s.computed_tier_id)
    for (program, company), own in inside.grouped(lambda s: (s.program_id, s.company_id)).items():
        entered = [standing.computed_since or standing.tier_since for standing in own]
        reviewed = [standing.reviewed_on for standing in own]
        found |= _upcoming(program, company, own.ids, entered, reviewed)
    return found


def _upcoming(program, company, ids, entered, reviewed):
    """
    :param entered, reviewed: days of the standings, nothing for none
    """
    import numpy as np

    from .grading.dates import day_number
    from .grading.metrics import as_date
    from .grading.movement import upcoming_review

    # When a customer is reviewed is told whoever may read its grading.
    review = program.sudo()._movement_policy().review
    if review.every == "day":
        return {}
    entered, reviewed, (night,) = (
        np.array([day_number(day) if day else np.nan for day in days])
        for days in (
            entered,
            [day or since for day, since in zip(reviewed, entered, strict=True)],
            [company.sudo().customer_tier_graded_on],
        )
    )
    upcoming = upcoming_review(review, reviewed, entered, night).tolist()
    return {i: as_date(day) for i, day in zip(ids, upcoming, strict=True) if np.isfinite(day)}


def search(standings, comparison, value):
    """Domain of the standings whose next review compares so."""
    if comparison not in {"in", *COMPARISONS}:
        return NotImplemented
    return [("id", "in", _found(standings.env, comparison, value))]


def _found(env, comparison, value):
    upcoming = _of_all(env)
    if comparison == "in":
        days = {fields.Date.to_date(day) if day else None for day in value}
        ids = [id_ for id_, day in upcoming.items() if day in days]
        if None in days:
            env.cr.execute("SELECT id FROM customer_tier_standing")
            ids += [id_ for (id_,) in env.cr.fetchall() if id_ not in upcoming]
        return ids
    compares, day = COMPARISONS[comparison], fields.Date.to_date(value)
    return [id_ for id_, review in upcoming.items() if compares(review, day)]


def _of_all(env):
    """As :func:`of_records`, without a record for each."""
    env["customer.tier.standing"].flush_model()
    env.cr.execute(
        """
        SELECT program_id, company_id, array_agg(id),
               array_agg(COALESCE(computed_since, tier_since)), array_agg(reviewed_on)
          FROM customer_tier_standing
         WHERE program_id IS NOT NULL AND computed_tier_id IS NOT NULL
      GROUP BY program_id, company_id
        """
    )
    found, programs, companies = {}, env["customer.tier.program"], env["res.company"]
    for program_id, company_id, *columns in env.cr.fetchall():
        found |= _upcoming(programs.browse(program_id), companies.browse(company_id), *columns)
    return found
