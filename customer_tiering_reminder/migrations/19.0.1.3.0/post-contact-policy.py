"""Rules that were there go on as they did: their salespeople get as many reminders a day as before,
and to-dos wait for nothing."""

LIMITS = """
    UPDATE res_company c
       SET customer_contact_wait_calls = FALSE,
           customer_contact_daily_limit = COALESCE((
               SELECT CASE WHEN BOOL_OR(r.daily_limit = 0) THEN 0 ELSE SUM(r.daily_limit) END
                 FROM customer_reminder_rule r
                WHERE r.active AND (r.company_id IS NULL OR r.company_id = c.id)), 20)
"""


def migrate(cr, version):
    cr.execute(LIMITS)
