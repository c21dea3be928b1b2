"""Where customers stood on a day before, as history has it."""

from odoo.addons.customer_tiering.grading.settle import PREVIOUS
from odoo.tools import SQL

COLUMNS = {
    "customer": "int4",
    "program": "int4",
    "tier": "int4",
    "computed": "int4",
    "entered": "float8",
}


def read(program, day, scope):
    """The columns of ``settle.PREVIOUS`` at the end of a day, of who was graded by then. Tiers,
    and since when; what was set by hand or locked, reviews missed and notices are not known any
    more.

    :param program: ``customer.tier.program``; the company is its
    :param day: ``datetime.date``
    :param scope: as for a grading
    :return: frame indexed by customer
    """
    import pandas as pd

    rows = program.env["customer.tier.gather"]._read(
        SQL(
            """
            SELECT s.partner_id, COALESCE(t.program_id, 0), COALESCE(now.to_tier_id, 0),
                   COALESCE(now.computed_tier_id, now.to_tier_id, 0),
                   (COALESCE(since.date, now.date) - date '1970-01-01')::float8
              FROM customer_tier_standing s
              JOIN LATERAL (SELECT c.to_tier_id, c.computed_tier_id, c.date
                              FROM customer_tier_change c
                             WHERE c.standing_id = s.id AND c.date <= %(day)s
                               AND c.merged_from IS NULL
                          ORDER BY c.date DESC, c.id DESC LIMIT 1) now ON TRUE
         LEFT JOIN LATERAL (SELECT c.date
                              FROM customer_tier_change c
                             WHERE c.standing_id = s.id AND c.date <= %(day)s
                               AND c.merged_from IS NULL AND c.direction <> 'stay'
                          ORDER BY c.date DESC, c.id DESC LIMIT 1) since ON TRUE
         LEFT JOIN customer_tier t ON t.id = COALESCE(now.computed_tier_id, now.to_tier_id)
             WHERE s.company_id = %(company)s AND %(scope)s
            """,
            day=day,
            company=program.company_id.id,
            scope=scope(SQL("s.partner_id")),
        ),
        COLUMNS,
    )
    known = pd.DataFrame(rows).set_index("customer")
    others = {name: value for name, value in PREVIOUS.items() if name not in known}
    # One who left all programmes has no tier since that day.
    return known.assign(**others)
