"""The guarantee shows its last day, and programmes know that they have graded before."""


def migrate(cr, version):
    _last_days(cr)
    _graded_before(cr)


def _last_days(cr):
    """Until now it was the first day on which the tier could be lost."""
    cr.execute(
        "UPDATE customer_tier_standing SET guaranteed_until = guaranteed_until - 1 "
        "WHERE guaranteed_until IS NOT NULL"
    )


def _graded_before(cr):
    """Their own first grading is over, in which everybody was at once where the figures ask."""
    cr.execute(
        """
        UPDATE customer_tier_program p
           SET first_graded_on = c.customer_tier_graded_on
          FROM res_company c
         WHERE c.id = p.company_id
           AND p.first_graded_on IS NULL
           AND EXISTS (SELECT FROM customer_tier_standing s WHERE s.program_id = p.id)
        """
    )
