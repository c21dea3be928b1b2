"""The next review follows from the programme's calendar and the last night, and is stored no more:
nights do not look at whom a review could not move."""


def migrate(cr, version):
    cr.execute("ALTER TABLE customer_tier_standing DROP COLUMN IF EXISTS review_date")
