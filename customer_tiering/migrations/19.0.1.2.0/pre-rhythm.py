"""What was measured as the usual interval left out who did not come back, and is learnt otherwise
now, at the next grading."""


def migrate(cr, version):
    cr.execute("UPDATE customer_tier_program SET typical_interval_days = 0")
