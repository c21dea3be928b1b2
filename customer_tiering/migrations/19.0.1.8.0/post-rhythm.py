"""An order is expected when half of those customers have ordered again who come back, no longer
half of all: what programmes have learnt tells how many these are, and stays as it was frozen."""

from dataclasses import asdict

from psycopg2.extras import Json

from odoo.addons.customer_tiering.grading.policy import read_rhythm
from odoo.addons.customer_tiering.grading.rhythm import returning
from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL("SELECT id, rhythm FROM customer_tier_program WHERE jsonb_typeof(rhythm) = 'object'")
    )
    for program, kept in cr.fetchall():
        known = Json(asdict(returning(read_rhythm(kept))))
        cr.execute(
            SQL("UPDATE customer_tier_program SET rhythm = %s WHERE id = %s", known, program)
        )
